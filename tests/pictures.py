"""Files that people may choose as their picture, good and bad."""

import io
import struct
import zlib
from typing import Any

from PIL import Image

RED, BLUE = (255, 0, 0), (0, 0, 255)
ORIENTATION = 0x0112


def file(picture: Image.Image, kind: str = "PNG", **options: Any) -> bytes:
    """A picture as a file of a kind that Pillow knows."""
    made = io.BytesIO()
    picture.save(made, kind, **options)
    return made.getvalue()


def plain(colour: tuple[int, ...] = RED, size: tuple[int, int] = (300, 200), mode: str = "RGB") -> Image.Image:
    """One colour all over."""
    return Image.new(mode, size, colour)


def moving(kind: str) -> bytes:
    """Two frames, red and then blue."""
    return file(plain(RED), kind, save_all=True, append_images=[plain(BLUE)], lossless=True)


def lying(kind: str, turned: int = 6) -> bytes:
    """As a phone writes it that was held upright: its blue top is on the right once it is turned, which EXIF says."""
    picture = plain(RED, (400, 400))
    picture.paste(BLUE, (0, 0, 400, 100))
    exif = Image.Exif()
    exif[ORIENTATION] = turned
    exif[0x010F] = "a camera's name"
    return file(picture, kind, exif=exif)


def claiming(width: int, height: int) -> bytes:
    """A PNG of a few bytes that says it is this large."""

    def chunk(name: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))

    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    pixels = zlib.compress(bytes(1_000))
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", pixels) + chunk(b"IEND", b"")
