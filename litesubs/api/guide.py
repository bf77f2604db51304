"""The help: questions with their answers from `litesubs/help/*.md`, one file for each kind of reader.

A question is a heading with the name of its page, `# Will I be charged again? {#does-it-renew}`, and all until the next
one is its answer, in Markdown. Files are read once; a file that does not read like this stops the start.
"""

import html
import re
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from litesubs.api import templates
from litesubs.domain import prose

FOLDER = Path(__file__).parent.parent / "help"
GROUPS = (("buyers", "For buyers"), ("creators", "For creators"))
HEADING = re.compile(r"^# (?P<question>.+?) \{#(?P<slug>[a-z0-9-]+)\}$", re.MULTILINE)
LONGEST_SEARCH = 100


@dataclass(frozen=True)
class Answer:
    """One question: its page's name, its words, and its answer as HTML of our own."""

    slug: str
    question: str
    group: str
    text: str
    html: str

    @property
    def path(self) -> str:
        """Where its page is."""
        return f"/help/{self.slug}"


def addresses() -> list[str]:
    """The path of every page of the help, for the sitemap."""
    return ["/help", *(answer.path for answer in answers().values())]


@lru_cache
def answers() -> dict[str, Answer]:
    """Every question by the name of its page, in the order of the files. ValueError where a name comes twice."""
    found = [answer for name, group in GROUPS for answer in _read(FOLDER / f"{name}.md", group)]
    if len({answer.slug for answer in found}) < len(found):
        message = "Two questions of litesubs/help have the same name."
        raise ValueError(message)
    return {answer.slug: answer for answer in found}


def matching(search: str) -> set[str]:
    """The names of the questions that hold every word of `search`, in any order; all of them where it has no word."""
    words = search[:LONGEST_SEARCH].lower().split()
    return {slug for slug, answer in answers().items() if all(word in _searched(answer) for word in words)}


def listing(shown: set[str]) -> str:
    """Every question by group, to open in place or as a page; those that are not `shown` are there and hidden."""
    return "".join(_group(group, shown) for _, group in GROUPS)


def others(answer: Answer) -> str:
    """Links to the other questions of the same group."""
    links = "".join(
        f'<li><a href="{other.path}">{html.escape(other.question)}</a></li>'
        for other in answers().values()
        if other.group == answer.group and other != answer
    )
    return f'<ul class="help-links">{links}</ul>'


def structured() -> str:
    """The questions as schema.org's FAQPage, once for the whole help.

    Google wants each question marked up on one page alone
    (https://developers.google.com/search/docs/appearance/structured-data/faqpage).
    """
    entities = [
        {"@type": "Question", "name": a.question, "acceptedAnswer": {"@type": "Answer", "text": a.html}}
        for a in answers().values()
    ]
    return templates.structured({"@context": "https://schema.org", "@type": "FAQPage", "mainEntity": entities})


def _read(file: Path, group: str) -> list[Answer]:
    before, *parts = HEADING.split(file.read_text(encoding="utf-8"))
    if before.strip() or re.search(r"^# ", "".join(parts[2::3]), re.MULTILINE):
        message = f"{file} has text that belongs to no question, or a question without a name."
        raise ValueError(message)
    return [
        Answer(slug, question, group, text.strip(), _html(text))
        for question, slug, text in zip(parts[::3], parts[1::3], parts[2::3], strict=True)
    ]


def _html(text: str) -> str:
    """As a creator's Markdown, but its links are ours and its line ends are no breaks."""
    whole_lines = re.sub(r"(?<=\S)\n(?=\S)", " ", text.strip())
    return prose.markdown(whole_lines).replace(' rel="nofollow ugc noopener noreferrer"', "")


def _group(group: str, shown: set[str]) -> str:
    items = [answer for answer in answers().values() if answer.group == group]
    rows = "".join(_row(answer, hidden=answer.slug not in shown) for answer in items)
    hidden = "" if any(answer.slug in shown for answer in items) else " hidden"
    name = prose.slug(group)
    return (
        f'<section data-help-group aria-labelledby="{name}"{hidden}><h2 id="{name}">{html.escape(group)}</h2>'
        f'<div class="questions">{rows}</div></section>'
    )


def _row(answer: Answer, *, hidden: bool) -> str:
    return (
        f"<details data-help{' hidden' if hidden else ''}><summary>{html.escape(answer.question)}{templates.CHEVRON}"
        f'</summary><div class="prose">{answer.html}<p><a href="{answer.path}" '
        f'aria-label="{html.escape(f"This answer as a page: {answer.question}", quote=True)}">'
        "This answer as a page</a></p></div></details>"
    )


def _searched(answer: Answer) -> str:
    return f"{answer.question} {answer.text}".lower()
