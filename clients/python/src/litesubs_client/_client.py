"""The clients: one sends and waits, one awaits. What can be called is declared once, for both."""

import time
from collections.abc import AsyncIterator, Callable, Coroutine, Iterator
from contextlib import asynccontextmanager, contextmanager, suppress
from functools import update_wrapper
from typing import Any, Generic, ParamSpec, Self, TypeVar, Unpack, overload

import anyio
import httpx

from litesubs_client import _calls
from litesubs_client._calls import Call, HoldOptions, Page, following
from litesubs_client._errors import (
    REQUEST_ID,
    UNEXPECTED,
    ConnectionFailed,
    LitesubsError,
    UnexpectedAnswer,
    error_of,
)
from litesubs_client._holding import Holding, settlement
from litesubs_client._retries import pause_seconds

TIMEOUT_SECONDS = 10.0
MAX_RETRIES = 3

P = ParamSpec("P")
T = TypeVar("T")


class _Method(Generic[P, T]):
    """A call as a method of both clients: it sends and answers, or answers when awaited."""

    def __init__(self, build: Callable[P, Call[T]]) -> None:
        self._build = build
        self.__doc__ = build.__doc__

    @overload
    def __get__(self, client: "Litesubs", kind: type) -> Callable[P, T]: ...
    @overload
    def __get__(self, client: "AsyncLitesubs", kind: type) -> Callable[P, Coroutine[Any, Any, T]]: ...
    @overload
    def __get__(self, client: None, kind: type) -> Self: ...
    def __get__(self, client: "Litesubs | AsyncLitesubs | None", kind: type) -> Any:
        if client is None:
            return self

        def method(*args: P.args, **kwargs: P.kwargs) -> Any:
            return client.send(self._build(*args, **kwargs))

        return update_wrapper(method, self._build)


class _List(Generic[P, T]):
    """A list as a method of both clients: it goes through all of it, and asks for each part when it gets there."""

    def __init__(self, build: Callable[P, Call[Page[T]]]) -> None:
        self._build = build
        self.__doc__ = build.__doc__

    @overload
    def __get__(self, client: "Litesubs", kind: type) -> Callable[P, Iterator[T]]: ...
    @overload
    def __get__(self, client: "AsyncLitesubs", kind: type) -> Callable[P, AsyncIterator[T]]: ...
    @overload
    def __get__(self, client: None, kind: type) -> Self: ...
    def __get__(self, client: "Litesubs | AsyncLitesubs | None", kind: type) -> Any:
        if client is None:
            return self

        def method(*args: P.args, **kwargs: P.kwargs) -> Any:
            return client.items(self._build(*args, **kwargs))

        return update_wrapper(method, self._build)


class _Api:
    """What both clients can do."""

    packs = _List(_calls.packs)
    pack = _Method(_calls.pack)
    customers = _List(_calls.customers)
    customer = _Method(_calls.customer)
    ledger = _List(_calls.ledger)
    debit = _Method(_calls.debit)
    dry_run = _Method(_calls.dry_run)
    debit_batch = _Method(_calls.debit_batch)
    reverse = _Method(_calls.reverse)
    hold = _Method(_calls.hold)
    get_hold = _Method(_calls.get_hold)
    capture = _Method(_calls.capture)
    release = _Method(_calls.release)
    adjust = _Method(_calls.adjust)

    def __init__(self, base_url: str, api_key: str, *, max_retries: int) -> None:
        if not api_key:
            raise ValueError("api_key is empty: make a key on the page Developers.")
        self._address = f"{base_url.rstrip('/')}/api/v1"
        self._headers = {"authorization": f"Bearer {api_key}", "accept": "application/json"}
        self._max_retries = max_retries

    def _request(self, call: Call[Any]) -> dict[str, Any]:
        """What httpx is told to send."""
        headers = self._headers if call.key is None else {**self._headers, "idempotency-key": call.key}
        address = f"{self._address}{call.path}"
        return {"method": call.method, "url": address, "params": call.query, "json": call.body, "headers": headers}


class Litesubs(_Api):
    """The API of the instance at `base_url` ("https://credits.example.com"), as the creator of this key.

    A call waits at most `timeout_seconds` for an answer. It is sent again at most `max_retries` times where the answer
    was lost or is one that passes, always with the same idempotency key, so that it acts once. May be shared by
    threads; close it, or use it as a context manager. `transport` sends in place of httpx's own.
    """

    def __init__(
        self,
        base_url: str,
        api_key: str,
        *,
        timeout_seconds: float = TIMEOUT_SECONDS,
        max_retries: int = MAX_RETRIES,
        transport: httpx.BaseTransport | None = None,
    ) -> None:
        super().__init__(base_url, api_key, max_retries=max_retries)
        self._http = httpx.Client(timeout=timeout_seconds, transport=transport)

    @contextmanager
    def holding(self, customer: str, amount: int, **how: Unpack[HoldOptions]) -> Iterator[Holding]:
        """Reserve credits around a long job, as `hold` does: spent when the block ends, free again when it raises."""
        holding = Holding(self.hold(customer, amount, **how))
        try:
            yield holding
        except BaseException:
            with suppress(LitesubsError):  # the hold ends by itself, and the job's own error says more
                holding.hold = self.send(settlement(holding, failed=True))
            raise
        holding.hold = self.send(settlement(holding, failed=False))

    def send(self, call: Call[T]) -> T:
        """Send a call until it is answered, or not to be sent again. Raises LitesubsError."""
        tries = 0
        while True:
            tries += 1
            try:
                return _answer(call, self._http.request(**self._request(call)))
            except httpx.RequestError as lost:
                error: LitesubsError = _lost(lost)
            except LitesubsError as refused:
                error = refused
            pause = pause_seconds(tries, self._max_retries, error)
            if pause is None:
                raise error
            time.sleep(pause)

    def items(self, call: Call[Page[T]]) -> Iterator[T]:
        """All of a list."""
        part: Call[Page[T]] | None = call
        while part:
            page = self.send(part)
            yield from page.items
            part = following(part, page)

    def close(self) -> None:
        """Close the connections."""
        self._http.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_error: object) -> None:
        self.close()


class AsyncLitesubs(_Api):
    """The same as `Litesubs` for asyncio: methods are awaited, lists gone through with async for."""

    def __init__(
        self,
        base_url: str,
        api_key: str,
        *,
        timeout_seconds: float = TIMEOUT_SECONDS,
        max_retries: int = MAX_RETRIES,
        transport: httpx.AsyncBaseTransport | None = None,
    ) -> None:
        super().__init__(base_url, api_key, max_retries=max_retries)
        self._http = httpx.AsyncClient(timeout=timeout_seconds, transport=transport)

    @asynccontextmanager
    async def holding(self, customer: str, amount: int, **how: Unpack[HoldOptions]) -> AsyncIterator[Holding]:
        """Reserve credits around a long job, as `hold` does: spent when the block ends, free again when it raises."""
        holding = Holding(await self.hold(customer, amount, **how))
        try:
            yield holding
        except BaseException:
            with anyio.move_on_after(TIMEOUT_SECONDS, shield=True), suppress(LitesubsError):  # also when cancelled
                holding.hold = await self.send(settlement(holding, failed=True))
            raise
        holding.hold = await self.send(settlement(holding, failed=False))

    async def send(self, call: Call[T]) -> T:
        """Send a call until it is answered, or not to be sent again. Raises LitesubsError."""
        tries = 0
        while True:
            tries += 1
            try:
                return _answer(call, await self._http.request(**self._request(call)))
            except httpx.RequestError as lost:
                error: LitesubsError = _lost(lost)
            except LitesubsError as refused:
                error = refused
            pause = pause_seconds(tries, self._max_retries, error)
            if pause is None:
                raise error
            await anyio.sleep(pause)

    async def items(self, call: Call[Page[T]]) -> AsyncIterator[T]:
        """All of a list."""
        part: Call[Page[T]] | None = call
        while part:
            page = await self.send(part)
            for item in page.items:
                yield item
            part = following(part, page)

    async def close(self) -> None:
        """Close the connections."""
        await self._http.aclose()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_error: object) -> None:
        await self.close()


def _answer(call: Call[T], response: httpx.Response) -> T:
    """The value that an answer is. Raises LitesubsError for a refusal, a failure, and what is no answer of the API."""
    if not response.is_success:
        raise error_of(response)
    try:
        return call.parse(response.json())
    except (ValueError, KeyError, TypeError) as odd:
        raise UnexpectedAnswer(
            f"{response.url} answered with something else than the API does: {odd}",
            code=UNEXPECTED,
            status=response.status_code,
            request_id=response.headers.get(REQUEST_ID),
        ) from odd


def _lost(error: httpx.RequestError) -> ConnectionFailed:
    """What a request without an answer is, with the cause that says whether to try again."""
    failed = ConnectionFailed(f"No answer from {error.request.url.host}: {error!r}", code="connection_failed")
    failed.__cause__ = error
    return failed
