"""Puts the parts together: the SMTP side beside the page and the test controls."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from fastapi import FastAPI

from sandbox import look
from sandbox.inbox import controls, mailbox, receiver
from sandbox.inbox.receiver import Outage
from sandbox.inbox.store import Store


def create_app(host: str, smtp_port: int, state: Path | None = None) -> FastAPI:
    """The ASGI application. `state` is the SQLite file that outlives a restart; None keeps everything in memory."""
    store, outage = Store(state), Outage()

    @asynccontextmanager
    async def lifespan(_app: FastAPI) -> AsyncIterator[None]:
        async with await receiver.listen(host, smtp_port, store, outage):
            yield
        store.close()

    app = FastAPI(title="Litesubs sandbox inbox", lifespan=lifespan, docs_url=None, redoc_url=None, openapi_url=None)
    app.state.store = store
    app.state.outage = outage
    for part in (look, mailbox, controls):
        app.include_router(part.router)
    return app
