"""What can be read: packs, customers with what they hold, ledgers and holds."""

from dataclasses import dataclass
from typing import Annotated, Generic, TypeVar

from fastapi import APIRouter, Query, Request
from pydantic import BaseModel, ConfigDict, Field

from litesubs.api.v1.bodies import Moment
from litesubs.domain import records
from litesubs.domain.actors import Actor
from litesubs.domain.records import EntryFilter, Page
from litesubs.domain.views import records as views

Row = TypeVar("Row")

router = APIRouter()


@dataclass(frozen=True)
class Rows(Generic[Row]):
    """A page of a list."""

    data: list[Row]
    has_more: bool


class _Paged(BaseModel):
    model_config = ConfigDict(extra="forbid")

    limit: Annotated[int, Field(ge=1, le=100)] = 20
    starting_after: Annotated[str, Field(max_length=80)] = ""

    def page(self) -> Page:
        return Page(self.limit, self.starting_after)


class CustomersAsked(_Paged):
    """Which customers."""

    email: Annotated[str, Field(max_length=320)] | None = None


class EntriesAsked(_Paged):
    """Which entries."""

    pack: Annotated[str, Field(max_length=40)] = ""
    type: Annotated[list[views.EntryType], Field(max_length=9)] = []
    since: Moment | None = None
    until: Moment | None = None


@router.get("/packs", operation_id="list_packs", tags=["Packs"], summary="List packs")
def list_packs(request: Request, asked: Annotated[_Paged, Query()]) -> Rows[views.Pack]:
    """Your packs, the newest first, whether or not they are on sale."""
    return Rows(*records.all_packs(actor_of(request), asked.page()))


@router.get("/packs/{id}", operation_id="get_pack", tags=["Packs"], summary="Get a pack")
def get_pack(request: Request, id: str) -> views.Pack:  # noqa: A002 - the name in the path
    """One pack, with the share link that anybody can buy it from."""
    return records.one_pack(actor_of(request), id)


@router.get("/customers", operation_id="list_customers", tags=["Customers"], summary="List or find customers")
def list_customers(request: Request, asked: Annotated[CustomersAsked, Query()]) -> Rows[views.Customer]:
    """Your customers, the newest first, each with what they hold. With `email` the one who has that address."""
    return Rows(*records.all_customers(actor_of(request), asked.page(), asked.email))


@router.get("/customers/{id}", operation_id="get_customer", tags=["Customers"], summary="Get a customer")
def get_customer(request: Request, id: str) -> views.Customer:  # noqa: A002
    """One customer, with the balance over all packs and of each pack."""
    return records.one_customer(actor_of(request), id)


@router.get("/customers/{id}/ledger", operation_id="list_entries", tags=["Customers"], summary="Read a ledger")
def list_entries(request: Request, id: str, asked: Annotated[EntriesAsked, Query()]) -> Rows[views.Entry]:  # noqa: A002
    """Every movement of the customer's credits, the newest first: the same ledger that the customer reads.

    A spend over two lots is two entries of one posting.
    """
    only = EntryFilter(asked.pack, asked.type, asked.since, asked.until)
    return Rows(*records.ledger(actor_of(request), id, only, asked.page()))


@router.get("/holds/{id}", operation_id="get_hold", tags=["Holds"], summary="Get a hold")
def get_hold(request: Request, id: str) -> views.Hold:  # noqa: A002
    """One hold: whether it is open, and what became of it."""
    return records.one_hold(actor_of(request), id)


def actor_of(request: Request) -> Actor:
    """Whose key came with the request."""
    actor: Actor = request.state.actor
    return actor
