"""Icons of lucide, drawn in the weight that fits the type."""

from typing import Literal

import reflex as rx

from litesubs.components.values import joined

Size = Literal["s", "m", "l", "x"]
PIXELS: dict[Size, int] = {"s": 14, "m": 16, "l": 20, "x": 24}


def icon(name: str, size: Size = "m", class_name: str = "", weight: float = 1.75) -> rx.Component:
    """A lucide icon by name, hidden from screen readers: the words beside it say it all."""
    return rx.icon(
        name,
        size=PIXELS[size],
        class_name=joined("shrink-0", class_name),
        custom_attrs={"aria-hidden": "true", "strokeWidth": weight},  # as a prop it would be a style element for each
    )
