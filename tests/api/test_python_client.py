"""The Python client against the running server: each call, each error, and what is sent again."""

import subprocess
import sys
import zipfile
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from inspect import isawaitable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import anyio
import httpx
import pytest
from anyio.from_thread import BlockingPortal, start_blocking_portal

import litesubs_client
from litesubs.domain import api_keys, clock, ids, wallets
from litesubs.domain.api_keys import KeyDraft
from litesubs.frontend import ROOT
from litesubs_client import (
    AddressNotAllowed,
    AsyncLitesubs,
    Balance,
    ConnectionFailed,
    Debit,
    DebitOrder,
    FieldError,
    HoldNotOpen,
    IdempotencyKeyInUse,
    IdempotencyKeyReused,
    InsufficientCredits,
    InsufficientScope,
    InvalidApiKey,
    Litesubs,
    LitesubsError,
    NotFound,
    NothingToReverse,
    RateLimited,
    ServerError,
    SpendCapReached,
    SubscriptionDisabled,
    SubscriptionInactive,
    UnexpectedAnswer,
    ValidationFailed,
    _answers,
    _calls,
    _client,
)
from tests import factories
from tests.factories import Holding

LOST = "acted, and the answer was lost"
NOWHERE = "http://127.0.0.1:1"
Fault = httpx.Response | Exception | str


class Line(httpx.BaseTransport, httpx.AsyncBaseTransport):
    """A connection that keeps what is sent, and where the first tries go wrong as `faults` says."""

    def __init__(self, *faults: Fault) -> None:
        self.sent: list[httpx.Request] = []
        self._faults = list(faults)
        self._sync, self._async = httpx.HTTPTransport(), httpx.AsyncHTTPTransport()

    def keys(self) -> list[str | None]:
        """The idempotency keys that were sent."""
        return [request.headers.get("idempotency-key") for request in self.sent]

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        fault = self._next(request)
        if isinstance(fault, httpx.Response):
            return fault
        answer = self._sync.handle_request(request)
        if fault is LOST:
            answer.read()
            raise httpx.ReadError(LOST, request=request)
        return answer

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        fault = self._next(request)
        if isinstance(fault, httpx.Response):
            return fault
        answer = await self._async.handle_async_request(request)
        if fault is LOST:
            await answer.aread()
            raise httpx.ReadError(LOST, request=request)
        return answer

    def close(self) -> None:
        self._sync.close()

    async def aclose(self) -> None:
        await self._async.aclose()

    def _next(self, request: httpx.Request) -> Fault | None:
        self.sent.append(request)
        fault = self._faults.pop(0) if self._faults else None
        if isinstance(fault, Exception):
            raise fault
        if isinstance(fault, httpx.Response):
            return httpx.Response(fault.status_code, headers=fault.headers, content=fault.content)
        return fault


class Awaited:
    """An AsyncLitesubs whose methods are awaited here, so that each test is written once for both clients."""

    def __init__(self, portal: BlockingPortal, client: AsyncLitesubs) -> None:
        self._portal, self._client = portal, client

    def __getattr__(self, name: str) -> Callable[..., Any]:
        method = getattr(self._client, name)

        async def ask(*args: Any, **kwargs: Any) -> Any:
            answer = method(*args, **kwargs)
            if isinstance(answer, AsyncIterator):
                return iter([item async for item in answer])
            return await answer if isawaitable(answer) else answer

        def wait(*args: Any, **kwargs: Any) -> Any:
            return self._portal.call(lambda: ask(*args, **kwargs))

        return wait

    def holding(self, *args: Any, **kwargs: Any) -> AbstractContextManager[litesubs_client.Holding]:
        return self._portal.wrap_async_context_manager(self._client.holding(*args, **kwargs))


@dataclass
class Desk:
    """A creator's desk: somebody with ten credits in two lots, and a key that may do everything."""

    held: Holding
    token: str
    url: str
    connect: Callable[..., Any]

    @property
    def customer_id(self) -> str:
        return ids.show("cus", self.held.customer_id)

    @property
    def email(self) -> str:
        return self.held.buyer.email

    @property
    def pack_id(self) -> str:
        return self.held.pack.id

    def client(self, *faults: Fault, token: str = "", url: str = "", **how: Any) -> tuple[Any, Line]:
        """A client of this desk, and its line to the server."""
        line = Line(*faults)
        return self.connect(url or self.url, token or self.token, transport=line, **how), line

    def key(self, **changes: Any) -> str:
        """Another key."""
        return api_keys.create(self.held.creator, replace(EVERYTHING, **changes))[1]


EVERYTHING = KeyDraft("Everything", tuple(api_keys.SCOPES))


@pytest.fixture(params=[Litesubs, AsyncLitesubs], ids=["sync", "async"])
def desk(request: pytest.FixtureRequest, served_api: str) -> Iterator[Desk]:
    """A desk of this test alone, once for each of the two clients."""
    held = factories.customer_with(4, 6)
    token = api_keys.create(held.creator, EVERYTHING)[1]
    with _connecting(request.param) as connect:
        yield Desk(held, token, served_api, connect)


@pytest.fixture
def client(desk: Desk) -> Any:
    """A client with nothing in its way."""
    return desk.client()[0]


@pytest.fixture
def pauses(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """The pauses that clients would make, which nobody waits for."""
    made: list[float] = []

    async def pause(seconds: float) -> None:
        made.append(seconds)

    monkeypatch.setattr(_client, "time", SimpleNamespace(sleep=made.append))
    monkeypatch.setattr(_client, "anyio", SimpleNamespace(sleep=pause, move_on_after=anyio.move_on_after))
    return made


@contextmanager
def _connecting(kind: type) -> Iterator[Callable[..., Any]]:
    """Makes clients of this kind, and closes them at the end."""
    made: list[Any] = []
    with start_blocking_portal() as portal:

        def connect(*args: Any, **kwargs: Any) -> Any:
            made.append(kind(*args, **kwargs) if kind is Litesubs else Awaited(portal, kind(*args, **kwargs)))
            return made[-1]

        yield connect
        for each in made:
            each.close()


def problem(status: int, code: str, **headers: str) -> httpx.Response:
    """What the server answers where it cannot be brought to by a test."""
    body = {"code": code, "title": "Not now", "detail": "Later.", "request_id": "req_of_this_test"}
    return httpx.Response(status, json=body, headers={name.replace("_", "-"): text for name, text in headers.items()})


def balance(posted: int, held: int = 0) -> Balance:
    """Of somebody all of whose credits can be spent."""
    return Balance(posted, held, posted - held)


def test_packs_are_gone_through_and_looked_up(desk: Desk, client: Any) -> None:
    others = {factories.pack(desk.held.creator).id for _ in range(2)}
    found = client.packs()
    assert {pack.id for pack in found} == {desk.pack_id, *others}
    pack = client.pack(desk.pack_id)
    offer = desk.held.pack
    assert (pack.id, pack.name, pack.slug, pack.description) == (offer.id, offer.name, offer.slug, offer.description)
    assert (pack.credits, pack.price_minor, pack.currency) == (10, 45_000, "EUR")
    assert (pack.expiry.kind, pack.expiry.date, pack.expiry.days) == ("never", None, None)
    assert pack.status == "active"
    assert pack.url.endswith(factories.token_of(offer))
    assert pack.created_at.tzinfo is not None


def test_a_customer_is_found_by_id_and_by_address(desk: Desk, client: Any) -> None:
    customer = client.customer(desk.customer_id)
    assert client.customer(desk.email.upper()) == customer
    assert list(client.customers()) == [customer]
    assert (customer.id, customer.email, customer.name) == (desk.customer_id, desk.email, desk.held.buyer.name)
    assert not customer.test
    assert customer.balance == balance(10)
    assert customer.created_at <= clock.now()
    [standing] = customer.subscriptions
    assert (standing.id, standing.pack, standing.pack_name) == (
        desk.held.public_id,
        desk.pack_id,
        desk.held.pack.name,
    )
    assert (standing.status, standing.balance) == ("active", balance(10))
    assert standing.created_at <= clock.now()


def test_a_debit_says_what_it_took_and_what_is_left(desk: Desk, client: Any) -> None:
    debit = client.debit(desk.email, 5, pack=desk.pack_id, reason="Session", metadata={"booking": "42"})
    assert debit.id.startswith("debit_")
    assert (debit.amount, debit.balance) == (5, balance(5))
    assert [(lot.pack, lot.amount, lot.expires_at) for lot in debit.allocations] == [
        (desk.pack_id, 4, None),
        (desk.pack_id, 1, None),
    ]
    entry = next(client.ledger(desk.customer_id))
    assert (entry.posting, entry.grant) == (debit.id, debit.allocations[1].grant)
    assert (entry.reason, entry.metadata) == ("Session", {"booking": "42"})


def test_a_dry_run_writes_nothing(desk: Desk, client: Any) -> None:
    told = client.dry_run(desk.customer_id, 5)
    assert [lot.amount for lot in told.allocations] == [4, 1]
    assert (told.amount, told.balance) == (5, balance(5))
    assert factories.balance(desk.held) == 10


def test_the_same_key_is_the_same_debit(desk: Desk, client: Any) -> None:
    debit = client.debit(desk.email, 3, idempotency_key="session-42")
    assert client.debit(desk.email, 3, idempotency_key="session-42") == debit
    assert factories.balance(desk.held) == 7


def test_a_debit_is_given_back_in_part_and_then_the_rest(desk: Desk, client: Any) -> None:
    debit = client.debit(desk.email, 5)
    part = client.reverse(debit.id, 2)
    assert part.id.startswith("rev_")
    assert (part.debit, part.amount, part.balance) == (debit.id, 2, balance(7))
    assert sum(lot.amount for lot in part.allocations) == 2
    assert client.reverse(debit.id).amount == 3


def test_each_debit_of_a_batch_succeeds_or_fails_by_itself(desk: Desk, client: Any) -> None:
    orders = [DebitOrder(desk.email, 6), DebitOrder(desk.email, 6), DebitOrder(desk.customer_id, 4, reason="Rest")]
    first, second, third = client.debit_batch(orders, idempotency_key="evening")
    assert isinstance(first, Debit)
    assert isinstance(second, InsufficientCredits)
    assert (second.status, second.available, second.required) == (402, 4, 6)
    assert isinstance(third, Debit)
    assert third.balance == balance(0)
    assert client.debit_batch(orders, idempotency_key="evening")[0] == first


def test_a_hold_is_captured_in_part(desk: Desk, client: Any) -> None:
    hold = client.hold(desk.email, 6, pack=desk.pack_id, expires_in_seconds=60, reason="Render")
    assert (hold.status, hold.amount, hold.captured, hold.debit) == ("open", 6, 0, None)
    assert hold.balance == balance(10, 6)
    assert timedelta(0) < hold.expires_at - clock.now() <= timedelta(seconds=60)
    assert client.get_hold(hold.id) == hold
    captured = client.capture(hold.id, 5)
    assert (captured.id, captured.status, captured.captured) == (hold.id, "captured", 5)
    assert captured.balance == balance(5)
    assert sum(lot.amount for lot in captured.allocations) == 5
    assert client.reverse(captured.debit).amount == 5


def test_a_hold_is_released(desk: Desk, client: Any) -> None:
    released = client.release(client.hold(desk.email, 6).id)
    assert (released.status, released.captured, released.balance) == ("released", 0, balance(10))


@pytest.mark.parametrize(("used", "status", "left"), [(None, "captured", 4), (2, "captured", 8), (0, "released", 10)])
def test_a_job_pays_what_it_used(desk: Desk, client: Any, used: int | None, status: str, left: int) -> None:
    with client.holding(desk.email, 6, reason="Render") as job:
        assert job.hold.status == "open"
        job.used = used
    assert (job.hold.status, job.hold.balance) == (status, balance(left))


def test_a_job_that_fails_pays_nothing(desk: Desk, client: Any) -> None:
    with pytest.raises(ZeroDivisionError), client.holding(desk.email, 6) as job:
        raise ZeroDivisionError
    assert job.hold.status == "released"
    assert factories.wallet(desk.held).held == 0


def test_a_job_that_fails_says_why_even_where_its_hold_cannot_be_released(desk: Desk, client: Any) -> None:
    def fail(hold_id: str) -> None:
        client.release(hold_id)
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError), client.holding(desk.email, 6) as job:
        fail(job.hold.id)


def test_credits_are_given_and_taken_by_hand(desk: Desk, client: Any) -> None:
    end = datetime(2030, 6, 30, tzinfo=UTC)
    given = client.adjust(desk.email, 5, pack=desk.pack_id, reason="Thank you", expires_at=end)
    assert given.id.startswith("adj_")
    assert (given.amount, given.balance) == (5, balance(15))
    assert [lot.expires_at for lot in given.allocations] == [end]
    for_ever = client.adjust(desk.email, 1, pack=desk.pack_id, reason="Thank you", expires_at="never")
    assert [lot.expires_at for lot in for_ever.allocations] == [None]
    assert client.adjust(desk.email, -3, pack=desk.pack_id, reason="Counted twice").balance == balance(13)


def test_a_ledger_is_gone_through_part_by_part(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(_calls, "PAGE_LENGTH", 2)
    client, line = desk.client()
    for _ in range(3):
        client.debit(desk.email, 1)
    entries = list(client.ledger(desk.customer_id))
    assert [entry.type for entry in entries] == ["debit", "debit", "debit", "grant", "grant"]
    assert len([request for request in line.sent if request.method == "GET"]) == 3
    newest = entries[0]
    assert len({entry.id for entry in entries}) == 5
    assert (newest.posted, newest.held, newest.posted_after, newest.held_after) == (-1, 0, 7, 0)
    assert (newest.pack, newest.subscription, newest.reverses) == (desk.pack_id, desk.held.public_id, None)
    assert newest.actor.startswith("key_")
    assert newest.at <= clock.now()


def test_a_ledger_is_narrowed(desk: Desk, client: Any) -> None:
    debit = client.debit(desk.email, 1)
    client.reverse(debit.id)

    def types(**only: Any) -> list[str]:
        return [entry.type for entry in client.ledger(desk.customer_id, **only)]

    assert types(types=["debit", "reversal"]) == ["reversal", "debit"]
    assert types(pack=factories.pack(desk.held.creator).id) == []
    soon = clock.now() + timedelta(minutes=1)
    assert types(since=soon) == []
    assert len(types(until=soon)) == 4


def _pause(desk: Desk, client: Any) -> object:
    wallets.set_status(desk.held.creator, desk.held.public_id, "paused", "Back in May")
    return client.debit(desk.email, 1)


def _disable(desk: Desk, client: Any) -> object:
    wallets.set_status(desk.held.creator, desk.held.public_id, "disabled", "Moved away")
    return client.adjust(desk.email, 1, pack=desk.pack_id, reason="Thank you")


def _reverse_too_much(desk: Desk, client: Any) -> object:
    return client.reverse(client.debit(desk.email, 1).id, 2)


def _capture_twice(desk: Desk, client: Any) -> object:
    hold = client.hold(desk.email, 1)
    client.capture(hold.id)
    return client.capture(hold.id)


def _one_key_for_two(desk: Desk, client: Any) -> object:
    client.debit(desk.email, 1, idempotency_key="one")
    return client.debit(desk.email, 2, idempotency_key="one")


REFUSED: dict[type[LitesubsError], tuple[int, str, Callable[[Desk, Any], object]]] = {
    InvalidApiKey: (401, "invalid_api_key", lambda desk, _: next(desk.client(token="ls_test_x")[0].packs())),
    InsufficientScope: (
        403,
        "insufficient_scope",
        lambda desk, _: desk.client(token=desk.key(scopes=("read",)))[0].debit(desk.email, 1),
    ),
    AddressNotAllowed: (
        403,
        "address_not_allowed",
        lambda desk, _: next(desk.client(token=desk.key(networks="192.0.2.0/24"))[0].packs()),
    ),
    SpendCapReached: (
        403,
        "spend_cap_reached",
        lambda desk, _: desk.client(token=desk.key(cap_credits="2"))[0].debit(desk.email, 3),
    ),
    SubscriptionInactive: (403, "subscription_inactive", _pause),
    NotFound: (404, "not_found", lambda _, client: client.debit("nobody@example.com", 1)),
    InsufficientCredits: (402, "insufficient_credits", lambda desk, client: client.debit(desk.email, 11)),
    ValidationFailed: (422, "validation_failed", lambda desk, client: client.debit(desk.email, 0)),
    HoldNotOpen: (409, "hold_not_open", _capture_twice),
    NothingToReverse: (409, "nothing_to_reverse", _reverse_too_much),
    SubscriptionDisabled: (409, "subscription_disabled", _disable),
    IdempotencyKeyReused: (422, "idempotency_key_reused", _one_key_for_two),
}


@pytest.mark.parametrize("kind", REFUSED)
def test_each_refusal_is_an_error_of_its_own(
    desk: Desk, client: Any, kind: type[LitesubsError], pauses: list[float]
) -> None:
    status, code, provoke = REFUSED[kind]
    with pytest.raises(kind) as caught:
        provoke(desk, client)
    error = caught.value
    assert type(error) is kind
    assert (error.status, error.code) == (status, code)
    assert error.detail == str(error) != ""
    assert error.request_id
    assert error.problem["title"]
    assert pauses == []


def test_a_refusal_says_what_the_program_needs(desk: Desk, client: Any) -> None:
    client.hold(desk.email, 2)
    with pytest.raises(InsufficientCredits) as poor:
        client.debit(desk.email, 11)
    assert (poor.value.available, poor.value.required, poor.value.held) == (8, 11, 2)
    assert poor.value.top_up_url == f"{desk.url}/p/{factories.token_of(desk.held.pack)}"
    with pytest.raises(ValidationFailed) as wrong:
        client.debit(desk.email, 0)
    assert [type(error) for error in wrong.value.errors] == [FieldError]
    assert wrong.value.errors[0].pointer == "/amount"
    assert wrong.value.errors[0].detail
    with pytest.raises(InsufficientScope) as narrow:
        desk.client(token=desk.key(scopes=("read",)))[0].debit(desk.email, 1)
    assert narrow.value.scope == "debits:write"
    with pytest.raises(HoldNotOpen) as over:
        _capture_twice(desk, client)
    assert over.value.hold_status == "captured"
    with pytest.raises(NothingToReverse) as reversed_:
        _reverse_too_much(desk, client)
    assert reversed_.value.left == 1


def test_who_is_not_there_is_not_found(client: Any) -> None:
    with pytest.raises(NotFound):
        client.customer("nobody@example.com")
    with pytest.raises(NotFound):
        client.customer("cus_nobody/../x")


def test_a_refusal_that_this_version_does_not_know_is_a_plain_error(desk: Desk) -> None:
    client, line = desk.client(problem(409, "made_up_later"))
    with pytest.raises(LitesubsError) as caught:
        client.debit(desk.email, 1)
    assert (type(caught.value), caught.value.code, len(line.sent)) == (LitesubsError, "made_up_later", 1)
    assert (caught.value.detail, caught.value.request_id) == ("Later.", "req_of_this_test")


FAULTS: list[Fault] = [
    LOST,
    httpx.ConnectError("refused"),
    httpx.ReadTimeout("too slow"),
    httpx.RemoteProtocolError("cut off"),
    problem(409, "idempotency_key_in_use"),
    problem(429, "rate_limited", retry_after="7"),
    problem(500, "internal_error"),
    httpx.Response(502, text="<h1>Bad gateway</h1>"),
    problem(503, "unavailable"),
    httpx.Response(504),
]


@pytest.mark.parametrize("fault", FAULTS, ids=str)
def test_what_may_pass_is_sent_again_with_its_key_and_acts_once(desk: Desk, fault: Fault, pauses: list[float]) -> None:
    client, line = desk.client(fault, fault)
    debit = client.debit(desk.email, 3)
    assert (debit.amount, debit.balance) == (3, balance(7))
    assert factories.balance(desk.held) == 7
    assert len(line.sent) == 3
    assert len(set(line.keys())) == 1
    assert line.keys()[0]
    assert len(pauses) == 2


def test_each_write_has_a_key_of_its_own(desk: Desk) -> None:
    client, line = desk.client()
    for _ in range(2):
        client.debit(desk.email, 1)
    assert len(set(line.keys())) == 2
    assert factories.balance(desk.held) == 8


def test_reading_is_tried_again_too(desk: Desk, pauses: list[float]) -> None:
    client, line = desk.client(problem(503, "unavailable"))
    assert client.customer(desk.email).id == desk.customer_id
    assert (len(line.sent), len(pauses)) == (2, 1)


@pytest.mark.parametrize(
    ("fault", "kind"),
    [
        (problem(409, "idempotency_key_in_use"), IdempotencyKeyInUse),
        (problem(429, "rate_limited"), RateLimited),
        (problem(500, "internal_error"), ServerError),
        (httpx.Response(502), ServerError),
    ],
    ids=str,
)
def test_what_does_not_pass_is_an_error_in_the_end(
    desk: Desk, fault: httpx.Response, kind: type[LitesubsError], pauses: list[float]
) -> None:
    client, line = desk.client(*[fault] * 4)
    with pytest.raises(kind):
        client.debit(desk.email, 3)
    assert len(line.sent) == 4
    assert all(low <= pause <= 2 * low for pause, low in zip(pauses, [0.125, 0.25, 0.5], strict=True))


def test_a_server_that_is_not_there_is_an_error_in_the_end(desk: Desk, pauses: list[float]) -> None:
    client, line = desk.client(url=NOWHERE)
    with pytest.raises(ConnectionFailed) as caught:
        client.debit(desk.email, 3)
    assert (caught.value.code, caught.value.status) == ("connection_failed", None)
    assert len(line.sent) == 1 + len(pauses) == 4


def test_how_often_is_told(desk: Desk, pauses: list[float]) -> None:
    client, line = desk.client(LOST, max_retries=0)
    with pytest.raises(ConnectionFailed):
        client.debit(desk.email, 3, idempotency_key="mine")
    assert (len(line.sent), pauses) == (1, [])
    assert client.debit(desk.email, 3, idempotency_key="mine").balance == balance(7)


def test_the_server_says_how_long_to_wait(desk: Desk, pauses: list[float]) -> None:
    in_an_hour = format_datetime(datetime.now(UTC) + timedelta(hours=1), usegmt=True)
    long_ago = format_datetime(datetime(2020, 1, 1, tzinfo=UTC), usegmt=True)
    client, _ = desk.client(problem(429, "rate_limited", retry_after="7"), problem(503, "x", retry_after=long_ago))
    client.debit(desk.email, 1)
    assert pauses == [7, 0]
    for asked in ("3600", in_an_hour):
        client, line = desk.client(problem(429, "rate_limited", retry_after=asked))
        with pytest.raises(RateLimited) as caught:
            client.debit(desk.email, 1)
        assert len(line.sent) == 1
        assert caught.value.retry_after_seconds == pytest.approx(3600, abs=60)


@pytest.mark.parametrize(
    "answer",
    [
        httpx.Response(200, text="<h1>Welcome</h1>"),
        httpx.Response(404, text="<h1>Nothing here</h1>"),
        httpx.Response(301, headers={"location": "https://example.com"}),
        httpx.Response(200, json={"id": "debit_1"}),
        httpx.Response(200, json=[]),
        httpx.Response(400, json=[]),
    ],
    ids=str,
)
def test_another_server_is_recognised(desk: Desk, answer: httpx.Response) -> None:
    client, line = desk.client(answer)
    with pytest.raises(UnexpectedAnswer) as caught:
        client.debit(desk.email, 1)
    assert (caught.value.status, len(line.sent)) == (answer.status_code, 1)


@pytest.mark.parametrize(("how", "seconds"), [({}, 10), ({"timeout_seconds": 2.5}, 2.5)])
def test_a_call_waits_ten_seconds_unless_told_otherwise(desk: Desk, how: dict[str, Any], seconds: float) -> None:
    client, line = desk.client(**how)
    client.customer(desk.email)
    assert set(line.sent[0].extensions["timeout"].values()) == {seconds}


def test_what_a_newer_server_adds_does_no_harm() -> None:
    told = {"posted": 3, "held": 1, "available": 2}
    assert _answers.read(Balance, told | {"pending": 4}) == Balance(3, 1, 2)


@pytest.mark.parametrize("told", [None, [], {"posted": 3, "held": 1}, {"posted": "3", "held": 1, "available": 2}])
def test_what_is_missing_or_of_another_type_is_no_answer(told: object) -> None:
    with pytest.raises(ValueError, match="Balance"):
        _answers.read(Balance, told)


def test_clients_are_closed_by_their_blocks(served_api: str) -> None:
    with Litesubs(served_api, "no key") as client, pytest.raises(InvalidApiKey):
        next(client.packs())

    async def ask() -> None:
        async with AsyncLitesubs(f"{served_api}/", "no key") as client:
            with pytest.raises(InvalidApiKey):
                await anext(client.packs())

    anyio.run(ask)


def test_a_job_that_is_cancelled_pays_nothing(served_api: str) -> None:
    held = factories.customer_with(10)
    token = api_keys.create(held.creator, EVERYTHING)[1]

    async def work() -> str:
        async with AsyncLitesubs(served_api, token) as client:
            with anyio.CancelScope() as scope:
                async with client.holding(held.buyer.email, 6) as job:
                    scope.cancel()
                    await anyio.sleep_forever()
            return job.hold.status

    assert anyio.run(work) == "released"


@pytest.mark.parametrize("kind", [Litesubs, AsyncLitesubs])
def test_a_key_that_was_forgotten_is_told_at_once(kind: type[Litesubs | AsyncLitesubs]) -> None:
    with pytest.raises(ValueError, match="api_key"):
        kind(NOWHERE, "")


def test_each_call_is_documented() -> None:
    methods: Sequence[str] = [name for name in dir(Litesubs) if not name.startswith("_")]
    assert all(getattr(Litesubs, name).__doc__ for name in methods)
    assert methods == [name for name in dir(AsyncLitesubs) if not name.startswith("_")]


def test_the_package_can_be_built_and_is_typed(tmp_path: Path) -> None:
    """Without the network: the environment's own uv builds it."""
    source = ROOT / "clients" / "python"
    command = [sys.executable, "-m", "uv", "build", "--offline", "--wheel", str(source), "--out-dir", str(tmp_path)]
    subprocess.run(command, check=True, capture_output=True, timeout=60)
    [wheel] = tmp_path.glob("litesubs-*.whl")
    with zipfile.ZipFile(wheel) as package:
        assert "litesubs_client/py.typed" in package.namelist()
        assert not [name for name in package.namelist() if name.startswith("litesubs/")]
