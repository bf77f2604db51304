"""Files of the desk, to download."""

import re
from collections.abc import Iterator
from typing import Annotated, Literal

from fastapi import APIRouter, Depends, Path, Query
from fastapi.responses import Response, StreamingResponse

from litesubs.api.deps import CurrentActor
from litesubs.domain import clock, desk, exports, links, sheets, wallets
from litesubs.domain.customer_query import CustomerQuery
from litesubs.domain.history import LedgerFilter

router = APIRouter(include_in_schema=False)

QR_TYPES = {"svg": "image/svg+xml", "png": "image/png"}
NUMBER = re.compile(r"-?[0-9]+(?:\.[0-9]+)?")
QR_CACHE = "private, max-age=86400"  # a link's code never changes


def narrowed(kind: Annotated[str, Query(alias="type")] = "", since: str = "", until: str = "") -> LedgerFilter:
    """How a ledger's page narrows it: by one type, and by days."""
    return LedgerFilter((kind,) if kind else (), since, until)


def listed(
    search: str = "",
    pack: str = "",
    status: str = "",
    *,
    low: str = "",
    expiring: str = "",
    inactive: str = "",
    test: str = "",
    customers: str = "",
) -> CustomerQuery:
    """Whom the list's address finds, or those of `customers` (ids with commas between), whatever their order there."""
    return CustomerQuery(
        search=search,
        pack=pack,
        statuses=(status,) if status else (),
        low=bool(low),
        expiring=bool(expiring),
        inactive=bool(inactive),
        test=test,
        customers=customers.split(",") if customers else (),
    )


Narrowed = Annotated[LedgerFilter, Depends(narrowed)]
Listed = Annotated[CustomerQuery, Depends(listed)]


@router.get("/dashboard/links/{link_id}.{kind}")
def qr_code(link_id: str, kind: Annotated[Literal["svg", "png"], Path()], actor: CurrentActor) -> Response:
    """A share link's QR code. 404 for the links of others."""
    name, picture = links.qr(actor, link_id, kind)
    headers = {"cache-control": QR_CACHE, "content-disposition": f'attachment; filename="{name}"'}
    return Response(picture, media_type=QR_TYPES[kind], headers=headers)


@router.get("/dashboard/figures.csv")
def figures(
    actor: CurrentActor, chart: str, period: str = "this_month", start: str = "", end: str = "", currency: str = ""
) -> Response:
    """The table behind a chart of the overview. 404 for a chart that is not there."""
    header, rows = desk.table(actor, chart, period, start, end, currency)
    lines = sheets.lines(
        [header, *[[text if NUMBER.fullmatch(text) else sheets.cell(text) for text in row] for row in rows]]
    )
    return _file(lines, _dated(chart))


@router.get("/dashboard/customers.csv")
def customer_list(actor: CurrentActor, query: Listed) -> Response:
    """The customers of the list as a file."""
    return _file(sheets.lines(exports.rows(actor, query)), _dated("customers"))


@router.get("/dashboard/subscriptions/{subscription_id}.csv")
def ledger_of(subscription_id: str, actor: CurrentActor, only: Narrowed) -> Response:
    """A customer's ledger for their creator, whole or narrowed as on its page. 404 for another creator's."""
    rows = wallets.ledger_of(actor, subscription_id, only)
    return _file(sheets.lines(rows), _dated("ledger"))


@router.get("/wallet/{subscription_id}.csv")
def ledger_of_mine(subscription_id: str, actor: CurrentActor, only: Narrowed) -> Response:
    """The same for the buyer. 404 for what somebody else holds."""
    rows = wallets.ledger_of_mine(actor, subscription_id, only)
    return _file(sheets.lines(rows), _dated("ledger"))


def _dated(name: str) -> str:
    return f"{name}-{clock.now():%Y-%m-%d}.csv"


def _file(lines: Iterator[str], name: str) -> Response:
    """A file that is sent as it is made. It holds what only its owner may see, so nobody keeps a copy on the way."""
    headers = {"content-disposition": f'attachment; filename="{name}"', "cache-control": "no-store"}
    return StreamingResponse(lines, media_type="text/csv; charset=utf-8", headers=headers)
