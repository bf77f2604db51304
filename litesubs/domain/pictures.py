"""A creator's own picture: whatever file they choose becomes a small square that holds nothing but what it shows."""

import io
from hashlib import sha256

from limits import RateLimitItemPerMinute
from limits.storage import MemoryStorage
from limits.strategies import MovingWindowRateLimiter
from PIL import Image, ImageCms, ImageOps, UnidentifiedImageError
from sqlalchemy.dialects.postgresql import insert
from sqlmodel import col, delete, select

from litesubs.db import transaction
from litesubs.domain import cards, clock, prose
from litesubs.domain.actors import Actor
from litesubs.domain.errors import NotFoundError, TooManyAttemptsError, ValidationFailedError
from litesubs.models import Creator, CreatorPicture

MOST_BYTES = 5_000_000
MOST_PIXELS = 16_000_000  # an animated WebP of that size takes 300 MB of memory while it is read
MOST_PIXELS_OF = {"JPEG": 36_000_000, "MPO": 36_000_000}  # its decoder makes it small at once; cameras write MPO
FORMATS = ("PNG", "JPEG", "WEBP", "GIF")
SIDE = 256
MOST_KEPT_BYTES = 30_000
QUALITIES = (82, 70, 55, 40, 25, 10)
DIGEST_LENGTH = 32
PAPER = cards.TICKET  # shows through where a picture is transparent
BEHIND_ALPHA = ("P", "PA", "LA", "La", "RGBA", "RGBa")  # modes that may have transparent parts

FILES_PER_PERSON = RateLimitItemPerMinute(20, 10)
_limiter = MovingWindowRateLimiter(MemoryStorage())

EMPTY = "This file is empty. Choose a picture."
TOO_LARGE = "This file is larger than 5 MB. Choose a smaller one."
TOO_MANY_PIXELS = "This picture has too many pixels. Make it smaller, 4,000 by 4,000 at most, then choose it again."
OTHER_KIND = "This is not a PNG, JPEG, WebP or GIF picture. Save it as one of these, then choose it again."
TOO_MANY_FILES = "That were many pictures. Wait ten minutes, then choose one again."
BROKEN = "This picture is damaged or not whole. Open it and save it again, or choose another."


class PictureError(ValueError):
    """Why a file cannot be the picture, in a sentence or two: what is wrong and what to do."""


def count_file(actor: Actor) -> None:
    """Count a file that a person is about to send. TooManyAttemptsError where there were 20 within ten minutes."""
    if not _limiter.hit(FILES_PER_PERSON, str(actor.require_user())):
        raise TooManyAttemptsError(TOO_MANY_FILES)


def put(actor: Actor, data: bytes) -> str:
    """Make a file the creator's picture in place of the one before. Returns its address.

    ValidationFailedError with field `picture`: then the one before stays.
    """
    creator_id = actor.require_creator()
    try:
        picture = portrait(data)
    except PictureError as error:
        raise ValidationFailedError({"picture": str(error)}) from None
    digest = sha256(picture).hexdigest()[:DIGEST_LENGTH]
    row = {"digest": digest, "webp": picture, "updated_at": clock.now()}
    with transaction() as session:
        creator = session.get_one(Creator, creator_id, with_for_update={"key_share": True})
        creator.picture = digest
        session.execute(
            insert(CreatorPicture)
            .values(creator_id=creator_id, **row)
            .on_conflict_do_update(index_elements=["creator_id"], set_=row)
        )
        return address(creator)


def remove(actor: Actor) -> None:
    """Take the creator's picture away; their initials stand there again."""
    creator_id = actor.require_creator()
    with transaction() as session:
        session.get_one(Creator, creator_id, with_for_update={"key_share": True}).picture = None
        session.exec(delete(CreatorPicture).where(col(CreatorPicture.creator_id) == creator_id))


def webp(digest: str) -> bytes:
    """The picture of this digest. NotFoundError for one that nobody has (any more)."""
    if not prose.storable(digest):
        raise NotFoundError
    with transaction() as session:
        query = select(CreatorPicture.webp).where(CreatorPicture.digest == digest)
        found = session.exec(query.limit(1)).first()  # two creators may have the same one
    if found is None:
        raise NotFoundError
    return found


def address(creator: Creator) -> str:
    """The path of a creator's picture, "" where they have none. Another picture has another one."""
    return f"/pictures/{creator.picture}.webp" if creator.picture else ""


def portrait(data: bytes) -> bytes:
    """The middle of a picture as a WebP of 256 × 256 pixels, upright and without metadata.

    PictureError says what is wrong. Of what moves it is the first frame. Bytes and pixels are counted before anything
    is decoded.
    """
    if not data:
        raise PictureError(EMPTY)
    if len(data) > MOST_BYTES:
        raise PictureError(TOO_LARGE)
    try:
        with Image.open(io.BytesIO(data), formats=FORMATS) as picture:
            _count_pixels(picture)
            return _webp(_square(picture))
    except PictureError:
        raise
    except (Image.DecompressionBombError, Image.DecompressionBombWarning):
        raise PictureError(TOO_MANY_PIXELS) from None
    except UnidentifiedImageError:
        raise PictureError(OTHER_KIND) from None
    except Exception:  # noqa: BLE001 - a decoder may raise anything where a file is not what it says
        raise PictureError(BROKEN) from None


def _count_pixels(picture: Image.Image) -> None:
    if picture.width * picture.height > MOST_PIXELS_OF.get(picture.format or "", MOST_PIXELS):
        raise PictureError(TOO_MANY_PIXELS)


def _square(picture: Image.Image) -> Image.Image:
    """The middle of an opened picture, in sRGB.

    It is made small as early as can be: JPEG's decoder does most of it, and the rest is turned and coloured when small.
    """
    picture.draft("RGB", (2 * SIDE, 2 * SIDE))
    small: Image.Image = picture
    if picture.mode in BEHIND_ALPHA:
        small = picture.convert("RGBA")
    elif picture.mode == "I;16":
        small = picture.convert("I").point(lambda value: value * (1 / 256)).convert("L")
    elif picture.mode == "1":
        small = picture.convert("L")
    side = min(small.size)
    left, top = (small.width - side) / 2, (small.height - side) / 2
    small = small.resize((SIDE, SIDE), Image.Resampling.LANCZOS, (left, top, left + side, top + side), reducing_gap=3)
    small = ImageOps.exif_transpose(small)
    if small.mode == "RGBA":
        paper = Image.new("RGBA", small.size, PAPER)
        paper.alpha_composite(small)
        small = paper
    elif profile := picture.info.get("icc_profile"):
        small = _in_srgb(small, profile)
    return small.convert("RGB")


def _in_srgb(picture: Image.Image, profile: bytes) -> Image.Image:
    """The colours of a camera's or a printer's profile as screens show them; as they are where it cannot be read."""
    try:
        theirs, ours = ImageCms.ImageCmsProfile(io.BytesIO(profile)), ImageCms.createProfile("sRGB")
        return ImageCms.profileToProfile(picture, theirs, ours, outputMode="RGB") or picture
    except (ImageCms.PyCMSError, OSError):
        return picture


def _webp(picture: Image.Image) -> bytes:
    """As good as fits."""
    for quality in QUALITIES:
        file = io.BytesIO()
        picture.save(file, "WEBP", quality=quality, method=6, exif=b"", xmp=b"", icc_profile=b"")
        if file.tell() <= MOST_KEPT_BYTES:
            break
    return file.getvalue()
