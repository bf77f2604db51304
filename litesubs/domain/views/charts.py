"""What a chart shows. Its table and its file are made of the same points."""

from dataclasses import dataclass


@dataclass(frozen=True)
class ChartPoint:
    """One place on a chart's axis: a day, an ISO week or a month.

    `label` is short ("W48"), `title` says it in full ("Week 48, so far"). `values` are whole: credits, or minor units;
    `words` says each of them ready to read, and may go on with what is said but not drawn ("15 sales").
    """

    label: str
    title: str
    values: list[int]
    words: list[str]


@dataclass(frozen=True)
class ShareView:
    """One bar of several that lie: what it is, how long, its figure in words, and a second figure beside it."""

    label: str
    value: int
    words: str
    second: str = ""
