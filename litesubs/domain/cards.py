"""The picture that a chat or a feed shows beside a link: a ticket with the pack's name, credits, price and creator.

Letters come from the bundled fonts. What none of them has is left out where it is a sign, and the whole text gives way
to a plain one where it is a letter, so that no empty box is ever drawn.
"""

import io
import unicodedata
from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass, fields
from functools import lru_cache
from hashlib import sha256
from pathlib import Path
from threading import Lock

from PIL import Image, ImageDraw, ImageFilter, ImageFont

WIDTH, HEIGHT = 1200, 630
FORMAT = 2  # raise it when the drawing changes: the addresses of all pictures change with it
MOST_KEPT = 256  # pictures in memory, about 25 kB each
LONGEST_TEXT = 120  # letters: more than any line has room for, and few enough to be measured quickly

FONTS = Path(__file__).resolve().parents[2] / "assets" / "fonts"
VARIABLE = ("instrument-sans-latin-wght-normal", "instrument-sans-latin-ext-wght-normal")
OTHERS = ("vietnamese", "greek", "cyrillic", "hebrew", "arabic", "devanagari", "jp")
FACES = (*VARIABLE, *(f"noto-sans-{name}-600" for name in OTHERS))

PAPER, TICKET, INK, SOFT, DOTS = "#f6f5f1", "#f6c957", "#30210b", "#4f3d1c", "#9a7a33"
BOX = (48, 48, 1152, 582)
LEFT, RIGHT = 112, 1088
CORNER, NOTCH, TEAR = 44, 30, 472
TITLE_SIZES = (84, 76, 68, 62, 56)
TITLE_LINES = 2
PRICE_SIZES = (60, 48, 38, 30)
MOST_HOLES, HOLES_IN_ROW = 30, 10
MARK_SIZE = 40
BESIDE_SIGNS = frozenset("\ufe0e\ufe0f\u20e3")  # they choose or frame an emoji, and are nothing by themselves
FINE = 4  # shapes are drawn this many times larger and made small, which smooths their edges

Run = tuple[str, str]  # letters, and the face that has them


@dataclass(frozen=True)
class Card:
    """What is drawn. `instead` stands for a title, `spelled` for a price, that the fonts cannot write.

    `credits` above 30, or 0, are not drawn as holes. `middle` is a line of text in their place. Texts are cut where
    no line has room for more, so that drawing takes a bounded time whatever people write.
    """

    above: str
    title: str
    instead: str
    figure: str
    spelled: str
    note: str
    credits: int = 0
    middle: str = ""

    def __post_init__(self) -> None:
        """Cut the texts."""
        for field in fields(self):
            if isinstance(text := getattr(self, field.name), str):
                object.__setattr__(self, field.name, text[:LONGEST_TEXT])

    @property
    def version(self) -> str:
        """Names this picture: changes with what is drawn, and with how."""
        return sha256(f"{FORMAT} {self!r}".encode(errors="surrogatepass")).hexdigest()[:12]


_kept: dict[Card, bytes] = {}  # in the order in which they were drawn
_drawing = Lock()  # FreeType's faces are not to be used by two threads at a time


def kept(card: Card) -> bytes | None:
    """The card where it is drawn already. Waits for nobody."""
    return _kept.get(card)


def png(card: Card) -> bytes:
    """The card, 1200 × 630. One that is kept comes at once, also while another is drawn.

    The others are drawn one at a time and kept, so that of many who ask for one at once all get the same drawing. The
    last 256 that were drawn are kept.
    """
    if found := kept(card):
        return found
    with _drawing:
        if card not in _kept:
            drawn = _draw(card)
            if len(_kept) >= MOST_KEPT:
                del _kept[next(iter(_kept))]
            _kept[card] = drawn
        return _kept[card]


def mark(size: int, *, padding: float = 0.0, background: str | None = None) -> Image.Image:
    """The logo as a square picture. `padding` is the share of the side left free all around."""
    side = size * FINE
    picture = Image.new("RGBA", (side, side), background or (0, 0, 0, 0))
    inner = round(side * (1 - 2 * padding))
    logo = _logo(inner, TICKET if background is None else "#f0c24b", INK)
    picture.alpha_composite(logo, ((side - inner) // 2, (side - inner) // 2))
    return picture.resize((size, size), Image.Resampling.LANCZOS)


def _draw(card: Card) -> bytes:
    picture = _blank().copy()
    draw = ImageDraw.Draw(picture)
    if above := _writable(card.above):
        _write(draw, _shortened(above, 28, 560, RIGHT - LEFT), LEFT, 132, 28, 560)
    _write_title(draw, _writable(card.title) or card.instead)
    _draw_middle(draw, card)
    _write_foot(draw, card)
    file = io.BytesIO()
    picture.quantize(colors=160, method=Image.Quantize.FASTOCTREE, dither=Image.Dither.NONE).save(
        file, "PNG", optimize=True
    )
    return file.getvalue()


def _write_title(draw: ImageDraw.ImageDraw, title: str) -> None:
    room = RIGHT - LEFT
    for size in TITLE_SIZES:
        lines = _lines(title, size, room)
        if len(lines) <= TITLE_LINES:
            break
    else:
        first, *rest = lines
        lines = [first, _shortened("".join(rest), size, 650, room)]
    rtl = _is_rtl(title)
    for number, line in enumerate(line.strip() for line in lines):
        start = RIGHT - _width(line, size, 650) if rtl else LEFT
        _write(draw, line, start, 238 + number * round(size * 1.05) - (84 - size) // 2, size, 650)


def _draw_middle(draw: ImageDraw.ImageDraw, card: Card) -> None:
    if 0 < card.credits <= MOST_HOLES:
        _draw_holes(draw, card.credits)
    elif middle := _writable(card.middle):
        _write(draw, _shortened(middle, 40, 600, RIGHT - LEFT), LEFT, 424, 40, 600)


def _draw_holes(draw: ImageDraw.ImageDraw, number: int) -> None:
    rows = -(-number // HOLES_IN_ROW)
    across, gap = (44, 14) if rows == 1 else (30, 9)
    top = 366 if rows == 1 else 446 - rows * across - (rows - 1) * gap
    side = across * FINE
    hole = Image.new("L", (side, side), 0)
    ImageDraw.Draw(hole).ellipse((0, 0, side - 1, side - 1), fill=255)
    hole = hole.resize((across, across), Image.Resampling.LANCZOS)
    size = 19 if rows == 1 else 14
    for at in range(number):
        x, y = LEFT + at % HOLES_IN_ROW * (across + gap), top + at // HOLES_IN_ROW * (across + gap)
        draw.bitmap((x, y), hole, fill=INK)
        face = _face(VARIABLE[0], size, 600)
        draw.text((x + across / 2, y + across / 2), str(at + 1), fill=TICKET, font=face, anchor="mm")


def _write_foot(draw: ImageDraw.ImageDraw, card: Card) -> None:
    room = 880 - LEFT
    figure = " ".join(card.figure.split())  # babel puts no-break spaces into prices
    if _writable(figure) != figure:
        figure = card.spelled
    size = next((size for size in PRICE_SIZES if _width(figure, size, 650) <= room), PRICE_SIZES[-1])
    figure = _shortened(figure, size, 650, room)
    _write(draw, figure, LEFT, 546, size, 650)
    start = LEFT + _width(figure, size, 650) + 18
    note = _writable(card.note)
    if note and _width(note, 28, 500) <= 900 - start:
        _write(draw, note, start, 536, 28, 500, SOFT)


def _lines(text: str, size: int, room: int) -> list[str]:
    """`text` in lines that fit. Two lines are made about equally long."""
    pieces = [part for piece in _pieces(text) for part in _cut(piece, size, room)]
    lines = [""]
    for piece in pieces:
        if lines[-1] and _width((lines[-1] + piece).strip(), size, 650) > room:
            lines.append("")
        lines[-1] += piece
    if len(lines) != TITLE_LINES:
        return lines
    splits = [("".join(pieces[:at]), "".join(pieces[at:])) for at in range(1, len(pieces))]
    widths = [max(_width(half.strip(), size, 650) for half in split) for split in splits]
    best = min(range(len(splits)), key=widths.__getitem__)
    return list(splits[best]) if widths[best] <= room else lines


def _pieces(text: str) -> list[str]:
    """Where a line may break: after a space, and around the letters of scripts that have none."""
    pieces = [""]
    for letter in text:
        if pieces[-1] and (pieces[-1][-1] == " " or _is_cjk(letter) or _is_cjk(pieces[-1][-1])):
            pieces.append("")
        pieces[-1] += letter
    return pieces


def _cut(piece: str, size: int, room: int) -> list[str]:
    """A word that is longer than a line, in parts that are not."""
    if _width(piece, size, 650) <= room:
        return [piece]
    parts = [""]
    for letter in piece:
        if parts[-1] and not _is_mark(letter) and _width(parts[-1] + letter, size, 650) > room:
            parts.append("")
        parts[-1] += letter
    return parts


def _shortened(text: str, size: int, weight: int, room: int) -> str:
    text = text.strip()
    if _width(text, size, weight) <= room:
        return text

    def too_wide(letters: int) -> bool:
        return _width(text[:letters].rstrip() + "…", size, weight) > room

    return text[: bisect_left(range(1, len(text)), 1, key=too_wide)].rstrip() + "…"


def _write(
    draw: ImageDraw.ImageDraw, text: str, left: float, baseline: float, size: int, weight: int, ink: str = INK
) -> None:
    for letters, name in _runs(text):
        draw.text((left, baseline), letters, fill=ink, font=_face(name, size, weight), anchor="ls")
        left += _run_width(letters, name, size, weight)


def _width(text: str, size: int, weight: int) -> float:
    return sum(_run_width(letters, name, size, weight) for letters, name in _runs(text))


# What is measured for one picture. Nothing long stays here, since a card cuts its texts.
@lru_cache(maxsize=4096)
def _run_width(letters: str, name: str, size: int, weight: int) -> float:
    return _face(name, size, weight).getlength(letters)


@lru_cache(maxsize=1024)
def _runs(text: str) -> tuple[Run, ...]:
    """The words in the order in which they stand on the line, each in parts of one face.

    Words of right-to-left scripts run the other way (the two upper levels of the Unicode Bidirectional Algorithm, rule
    L2); inside a word the shaper does it.
    """
    base = _is_rtl(text)
    words = text.split(" ")
    order: list[str] = []
    span: list[str] = []
    for word in words:
        if _is_rtl(word) != base and word:
            span.append(word)
            continue
        order += [*reversed(span), word]
        span = []
    order += reversed(span)
    runs: list[Run] = []
    for at, word in enumerate(reversed(order) if base else order):
        for letter in (" " if at else "") + word:
            name = _face_of(letter, runs[-1][1] if runs else "")
            if runs and runs[-1][1] == name:
                runs[-1] = (runs[-1][0] + letter, name)
            else:
                runs.append((letter, name))
    return tuple(runs)


def _writable(text: str) -> str:
    """`text` without the signs that no face has; "" if it is a letter that none has."""
    text = unicodedata.normalize("NFC", text)
    kept = []
    for letter in text:
        kind = unicodedata.category(letter)
        if letter.isspace():
            kept.append(" ")
        elif kind[0] in "CZ" or letter in BESIDE_SIGNS:
            continue
        elif _has(letter):
            kept.append(letter)
        elif kind[0] in "LMN":
            return ""
    return " ".join("".join(kept).split())


def _has(letter: str) -> bool:
    return any(_covers(name, letter) for name in FACES)


def _face_of(letter: str, current: str) -> str:
    """The face that is in use, where it has the letter, else the first that has it."""
    if current not in ("", *VARIABLE) and _is_mark(letter) and _covers(current, letter):
        return current
    return next((name for name in FACES if _covers(name, letter)), FACES[0])


def _covers(name: str, letter: str) -> bool:
    """Whether a face has a letter, or the parts that the shaper makes it of: a letter and its accents."""
    return _has_glyph(name, letter) or all(_has_glyph(name, part) for part in unicodedata.normalize("NFD", letter))


@lru_cache(maxsize=8192)
def _has_glyph(name: str, letter: str) -> bool:
    """Whether it draws something else than what it draws for a code point that is no letter.

    The shaper has no say, since it would put a dotted circle under a mark that the face has not.
    """
    face = _face(name, 24, 600, ImageFont.Layout.BASIC)
    return letter == " " or _drawn(face, letter) != _drawn(face, "\uffff")


def _drawn(face: ImageFont.FreeTypeFont, letter: str) -> tuple[object, bytes, float]:
    mask = face.getmask(letter)
    return mask.size, bytes(mask), face.getlength(letter)


@lru_cache(maxsize=128)
def _face(
    name: str, size: int, weight: int, layout: ImageFont.Layout = ImageFont.Layout.RAQM
) -> ImageFont.FreeTypeFont:
    face = ImageFont.truetype(FONTS / f"{name}.woff2", size, layout_engine=layout)
    if name in VARIABLE:
        face.set_variation_by_axes([weight])
    return face


def _is_rtl(text: str) -> bool:
    """Whether its first letter with a direction runs from right to left."""
    directions = (unicodedata.bidirectional(letter) for letter in text)
    return next((direction != "L" for direction in directions if direction in ("L", "R", "AL")), False)


def _is_mark(letter: str) -> bool:
    """Whether it is written on the letter before it: an accent, or a vowel of Devanagari."""
    return unicodedata.category(letter)[0] == "M"


def _is_cjk(letter: str) -> bool:
    return "\u3040" <= letter <= "\u9fff" and letter not in "ーっゃゅょッャュョ"


@lru_cache(maxsize=1)
def _blank() -> Image.Image:
    """The ticket with its shadow, the perforation and our name, without words of its own."""
    shape = _ticket_shape()
    picture = Image.new("RGB", (WIDTH, HEIGHT), PAPER)
    shadow = Image.new("L", (WIDTH, HEIGHT), 0)
    shadow.paste(shape.point(lambda value: value * 14 // 100), (0, 14))
    picture.paste("#6b5423", mask=shadow.filter(ImageFilter.GaussianBlur(22)))
    picture.paste(TICKET, mask=shape)
    dot = Image.new("L", (5 * FINE, 5 * FINE), 0)
    ImageDraw.Draw(dot).ellipse((0, 0, 5 * FINE - 1, 5 * FINE - 1), fill=255)
    dot = dot.resize((5, 5), Image.Resampling.LANCZOS)
    for x in range(104, 1094, 10):
        picture.paste(DOTS, (x, TEAR), dot)
    logo = _logo(MARK_SIZE * FINE, INK, TICKET).resize((MARK_SIZE, MARK_SIZE), Image.Resampling.LANCZOS)
    draw = ImageDraw.Draw(picture)
    start = RIGHT - _face(VARIABLE[0], 28, 650).getlength("Litesubs")
    draw.text((start, 536), "Litesubs", fill=INK, font=_face(VARIABLE[0], 28, 650), anchor="ls")
    picture.paste(logo, (round(start) - MARK_SIZE - 16, 506), logo)
    return picture


def _ticket_shape() -> Image.Image:
    shape = Image.new("L", (WIDTH * FINE, HEIGHT * FINE), 0)
    draw = ImageDraw.Draw(shape)
    box: Sequence[int] = [side * FINE for side in BOX]
    draw.rounded_rectangle(box, CORNER * FINE, fill=255)
    for x in (BOX[0], BOX[2]):
        draw.circle((x * FINE, TEAR * FINE), NOTCH * FINE, fill=0)
    return shape.resize((WIDTH, HEIGHT), Image.Resampling.LANCZOS)


def _logo(size: int, paper: str, ink: str) -> Image.Image:
    """The mark of assets/favicon.svg, whose side is 32."""
    unit = size / 32
    logo = Image.new("RGBA", (size, size), (0, 0, 0, 0))
    draw = ImageDraw.Draw(logo)
    draw.rounded_rectangle((0, 0, size - 1, size - 1), 6.5 * unit, fill=paper)
    for notch in (0, size):
        draw.circle((notch, size / 2), 3.25 * unit, fill=(0, 0, 0, 0))
    for x, y in ((10.5, 9.5), (10.5, 22.5), (21.5, 22.5)):
        draw.circle((x * unit, y * unit), 4 * unit, fill=ink)
    draw.circle((21.5 * unit, 9.5 * unit), 4 * unit, outline=ink, width=round(1.6 * unit))
    return logo
