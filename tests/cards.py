"""Draws the pictures that are kept in the repository: `python -m tests.cards`.

The logo in the sizes that devices ask for and the picture of our own pages go to `assets`; the pictures of packs with
awkward names go to `docs/screenshots/og`, to be looked at.
"""

from dataclasses import replace
from pathlib import Path

from PIL import Image

from litesubs.domain import cards
from litesubs.domain.cards import Card

ROOT = Path(__file__).resolve().parents[1]
ICONS = {
    "icon-192": (192, 0.0),
    "icon-512": (512, 0.0),
    "icon-maskable-512": (512, 0.16),
    "apple-touch-icon": (180, 0.14),
}
PAPER = "#f6f5f1"

OURS = Card(
    above="Credit packs for people who sell their time",
    title="Sell it by the ten.",
    instead="Litesubs",
    figure="Paid once",
    spelled="Paid once",
    note="and nothing renews",
    credits=10,
)
PLAIN = Card(
    above="Mara Lindqvist",
    title="10 coaching sessions",
    instead="10 credits",
    figure="€450",
    spelled="450.00 EUR",
    note="10 credits, €45.00 each",
    credits=10,
)
AWKWARD = {
    "plain": PLAIN,
    "long": replace(
        PLAIN,
        title="Ten unhurried conversations about your portfolio, your rates and whatever comes next",
        above="The Very Long Name of a Studio for Photography, Film and Everything Between, Berlin",
    ),
    "one-word": replace(
        PLAIN, title="Donaudampfschifffahrtselektrizitätenhauptbetriebswerkbauunterbeamtengesellschaft"
    ),
    "emoji": replace(PLAIN, title="🎹 Piano lessons 🎶🔥", above="Zoë 🌻 Brûlé"),
    "only-emoji": replace(PLAIN, title="🔥🔥🔥", above="🦊"),
    "accented": replace(PLAIN, title="Zażółć gęślą jaźń: tiếng Việt, Ωμέγα, Ёлка", above="Łukasz Šťastný Đặng"),
    "arabic": replace(PLAIN, title="عشر جلسات تدريب 10 مع نور", above="نور الهدى"),
    "hebrew": replace(PLAIN, title="עשרה שיעורי פסנתר", above="נועה לוי"),
    "hindi": replace(PLAIN, title="गुरु के साथ हिन्दी की दस कक्षाएँ", above="मीरा शर्मा"),
    "japanese": replace(
        PLAIN,
        title="ピアノ個人レッスン十回券（オンライン対応）",
        above="佐藤 花子",
        figure="¥45,000",
        note="10 credits, ¥4,500 each",
    ),
    "thai": replace(PLAIN, title="เรียนเปียโน 10 ครั้ง", above="มานี"),
    "huge": replace(
        PLAIN,
        title="Everything, for ever",
        credits=1_000_000,
        middle="1,000,000 credits",
        figure="₩99,999,999,999",
        spelled="99,999,999,999 KRW",
        note="1,000,000 credits, ₩100,000 each",
    ),
    "one": replace(PLAIN, title="One hour", credits=1, figure="$1", note="1 credit, $1.00 each"),
    "thirty": replace(
        PLAIN,
        title="Thirty classes at the studio, whenever you like to come",
        credits=30,
        note="30 credits, €15.00 each",
    ),
    "profile": Card(
        above="Credit packs from",
        title="Mara Lindqvist",
        instead="Credit packs",
        figure="3 packs",
        spelled="3 packs",
        note="litesubs.example/c/mara",
        middle="10 coaching sessions · Voice check · Portfolio review",
    ),
}


def draw() -> None:
    """Draw all of them."""
    shown = ROOT / "docs" / "screenshots" / "og"
    icons = ROOT / "assets" / "icons"
    for folder in (shown, icons):
        folder.mkdir(parents=True, exist_ok=True)
    for name, card in AWKWARD.items():
        (shown / f"{name}.png").write_bytes(cards.png(card))
    for name, (size, padding) in ICONS.items():
        picture = cards.mark(size, padding=padding, background=PAPER if padding else None)
        picture.quantize(64, method=Image.Quantize.FASTOCTREE).save(icons / f"{name}.png", optimize=True)
    (ROOT / "assets" / "og.png").write_bytes(cards.png(OURS))


if __name__ == "__main__":
    draw()
