"""The landing page and the help. They are still: words and a plain script each, no framework."""

from collections.abc import Mapping
from dataclasses import replace
from urllib.parse import urlsplit

from fastapi import APIRouter
from fastapi.responses import Response

from litesubs.api import guide, kept, site, templates
from litesubs.api.deps import READ, Encoding
from litesubs.domain import prose
from litesubs.domain.errors import NotFoundError
from litesubs.settings import settings

router = APIRouter(include_in_schema=False)

DEMO = '<script src="/demo.js" defer></script>'
SEARCH = '<script src="/help.js" defer></script>'


@router.api_route("/", methods=READ)
def landing(accepted: Encoding = "") -> Response:
    """What Litesubs is."""
    return kept.page(_landing, (), _build(), accepted).answer


@router.api_route("/help", methods=READ)
def help_index(q: str = "", accepted: Encoding = "") -> Response:
    """Every question with its answer; `q` narrows them, for browsers that do not filter by themselves."""
    return _help(q).answer if q else kept.page(_help, ("",), _build(), accepted).answer


@router.api_route("/help/{slug}", methods=READ)
def help_answer(slug: str, accepted: Encoding = "") -> Response:
    """One question. NotFoundError for a name that no question has."""
    return kept.page(_answer, (slug,), _build(), accepted).answer


def _landing() -> kept.Page:
    boot = {"demo_link": f"{urlsplit(settings().base_url).netloc}/c/you/10-guitar-lessons"}
    return _still("index", "/", boot, _product() + DEMO)


def _help(q: str) -> kept.Page:
    shown = guide.matching(q)
    boot = {
        "search": q[: guide.LONGEST_SEARCH],
        "listing_html": guide.listing(shown),
        "found": "" if q.strip() == "" else prose.count(len(shown), "answer"),
        "none_class": "away" if shown else "",
    }
    return _still("help", "/help", boot, (templates.NOINDEX if q else guide.structured()) + SEARCH)


def _answer(slug: str) -> kept.Page:
    answer = guide.answers().get(slug)
    if answer is None:
        raise NotFoundError
    boot = {
        "question": answer.question,
        "summary": prose.summary(answer.text),
        "group": answer.group,
        "group_href": f"/help#{prose.slug(answer.group)}",
        "answer_html": answer.html,
        "more": f"More {answer.group[:1].lower()}{answer.group[1:]}",
        "others_html": guide.others(answer),
    }
    return _still("help/answer", answer.path, boot)


def _product() -> str:
    """Who makes it, this site, and what it is and costs, as schema.org says such things."""
    base = settings().base_url
    maker = {"@type": "Organization", "@id": f"{base}/#organization", "name": "Litesubs", "url": f"{base}/"}
    maker["logo"] = f"{base}/icons/icon-512.png"
    by = {"@id": maker["@id"]}
    site_ = {"@type": "WebSite", "name": "Litesubs", "url": f"{base}/", "inLanguage": "en", "publisher": by}
    product = {
        "@type": "SoftwareApplication",
        "name": "Litesubs",
        "url": f"{base}/",
        "description": "Sells packs of credits by link: paid once, used one by one, never renewed.",
        "applicationCategory": "BusinessApplication",
        "operatingSystem": "Any with a web browser",
        "offers": {"@type": "Offer", "price": "0", "priceCurrency": "EUR"},
        "publisher": by,
    }
    return templates.structured({"@context": "https://schema.org", "@graph": [maker, site_, product]})


def _build() -> str:
    """These pages change with the build alone."""
    return str(templates.site_root())


def _still(name: str, path: str, boot: Mapping[str, str], head: str = "") -> kept.Page:
    """A built page as it is, with its canonical address, its tags for previews, and what else belongs into its head."""
    page, base = templates.still(name, dict(boot)), settings().base_url
    more = templates.tags_of(page.html, base + path, f"{base}/og.png") + head
    return kept.Page(site.sent(replace(page, html=page.html.replace("</head>", f"{more}</head>", 1))))
