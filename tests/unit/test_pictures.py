"""A creator's picture: whatever file comes, a small upright square without metadata, or a sentence."""

import io
import random

import pytest
from PIL import Image, ImageCms

from litesubs.domain import pictures
from litesubs.domain.pictures import PictureError
from tests.pictures import BLUE, RED, claiming, file, lying, moving, plain

PAPER = (246, 201, 87)  # of the ticket
GREY = (128, 128, 128)
NOISE = Image.effect_noise((700, 500), 90).convert("RGB")
SRGB = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()


def seen(data: bytes) -> Image.Image:
    """What is made of a file, once it is what it should be."""
    made = pictures.portrait(data)
    assert len(made) <= 30_000
    for metadata in (b"EXIF", b"ICCP", b"XMP ", b"ANIM"):
        assert metadata not in made
    with Image.open(io.BytesIO(made)) as picture:
        assert (picture.format, picture.size, picture.mode) == ("WEBP", (256, 256), "RGB")
        return picture.convert("RGB")


def near(picture: Image.Image, place: tuple[int, int], colour: tuple[int, ...]) -> bool:
    """Whether a pixel has this colour, give or take what compression does."""
    found = picture.getpixel(place)
    assert isinstance(found, tuple)
    return all(abs(one - other) <= 6 for one, other in zip(found, colour, strict=True))


@pytest.mark.parametrize(
    ("data", "colour"),
    [
        (file(plain(), "PNG"), RED),
        (file(plain(), "JPEG"), RED),
        (file(plain(), "WEBP"), RED),
        (file(plain(), "GIF"), RED),
        (file(plain((0, 255, 255, 0), mode="CMYK"), "JPEG"), RED),
        (file(plain((0, 255, 255, 0), mode="CMYK"), "JPEG", icc_profile=SRGB), RED),  # a profile that is not its own
        (file(plain(), "JPEG", icc_profile=b"no profile at all"), RED),
        (file(plain((0, 0, 0, 0), mode="RGBA"), "PNG"), PAPER),
        (file(plain((0, 0, 0, 0), mode="RGBA"), "WEBP"), PAPER),
        (file(plain((0,), mode="P"), "GIF", transparency=0), PAPER),
        (file(plain((128, 255), mode="LA"), "PNG"), GREY),
        (file(Image.new("I;16", (300, 200), 0x8080), "PNG"), GREY),
        (file(Image.new("1", (300, 200), 1), "PNG"), (255, 255, 255)),
        (file(plain(size=(1, 1)), "PNG"), RED),
        (file(plain(size=(9_000, 1)), "PNG"), RED),
        (moving("GIF"), RED),
        (moving("WEBP"), RED),
        (moving("PNG"), RED),
    ],
)
def test_every_kind_of_picture_becomes_a_small_square(data: bytes, colour: tuple[int, ...]) -> None:
    picture = seen(data)
    for place in ((2, 2), (128, 128), (253, 253)):
        assert near(picture, place, colour), picture.getpixel(place)


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
def test_it_is_turned_upright_as_its_camera_says(kind: str) -> None:
    picture = seen(lying(kind))
    assert near(picture, (250, 128), BLUE)
    assert near(picture, (128, 5), RED)


def test_its_middle_is_shown() -> None:
    wide = plain(BLUE, (900, 300))
    wide.paste(RED, (300, 0, 600, 300))
    tall = wide.transpose(Image.Transpose.ROTATE_90)
    for picture in (seen(file(wide)), seen(file(tall))):
        assert all(near(picture, place, RED) for place in ((4, 4), (251, 4), (4, 251), (251, 251)))


def test_the_colours_of_a_cameras_profile_are_kept() -> None:
    """A profile whose red and blue are exchanged, so that it can be seen: what is written as red looks blue."""
    exchanged = bytearray(SRGB)
    red, blue = exchanged.index(b"rXYZ"), exchanged.index(b"bXYZ")
    exchanged[red], exchanged[blue] = exchanged[blue], exchanged[red]
    assert near(seen(file(plain(), "JPEG", icc_profile=bytes(exchanged))), (128, 128), BLUE)


def test_what_hardly_compresses_is_small_all_the_same() -> None:
    bytes_of_noise = random.Random(1).randbytes(256 * 256 * 3)  # noqa: S311 - no secret
    seen(file(Image.frombytes("RGB", (256, 256), bytes_of_noise)))


def test_the_same_picture_is_made_the_same_twice() -> None:
    assert pictures.portrait(file(NOISE)) == pictures.portrait(file(NOISE))


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        (b"", pictures.EMPTY),
        (b"x" * (pictures.MOST_BYTES + 1), pictures.TOO_LARGE),
        (b"name,email\nAda,ada@example.com\n", pictures.OTHER_KIND),
        (b'<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>', pictures.OTHER_KIND),
        (file(plain(), "BMP"), pictures.OTHER_KIND),
        (file(plain(), "TIFF"), pictures.OTHER_KIND),
        (b"%!PS-Adobe-3.0 EPSF-3.0\n", pictures.OTHER_KIND),
        (claiming(20_000, 20_000), pictures.TOO_MANY_PIXELS),
        (claiming(10_000, 10_000), pictures.TOO_MANY_PIXELS),
        (claiming(4_001, 4_001), pictures.TOO_MANY_PIXELS),
        (claiming(4_000, 4_000), pictures.BROKEN),
        (claiming(0, 0), pictures.OTHER_KIND),
        *[(data[: len(data) // 2], pictures.BROKEN) for data in (file(NOISE, kind) for kind in pictures.FORMATS)],
    ],
)
def test_what_is_no_such_picture_is_refused_with_what_to_do(data: bytes, sentence: str) -> None:
    with pytest.raises(PictureError) as refused:
        pictures.portrait(data)
    assert str(refused.value) == sentence


def test_files_damaged_anywhere_are_a_picture_or_a_sentence() -> None:
    chance = random.Random(7)  # noqa: S311 - the same damage each time
    whole = [file(NOISE.crop((0, 0, 40, 40)), kind) for kind in pictures.FORMATS] + [lying("JPEG"), moving("WEBP")]
    for _ in range(300):
        damaged = bytearray(chance.choice(whole))
        for _ in range(chance.choice([1, 3, 30])):
            damaged[chance.randrange(min(len(damaged), 400))] = chance.randrange(256)
        try:
            seen(bytes(damaged))
        except PictureError as error:
            assert str(error)  # noqa: PT017 - either is right
