"""Puts the parts together."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path

from fastapi import FastAPI, Request, Response
from fastapi.responses import JSONResponse

from sandbox import look
from sandbox.stripe import api, checkout, controls, hosted
from sandbox.stripe.config import API_VERSION, Config
from sandbox.stripe.errors import StripeError
from sandbox.stripe.sandbox import Sandbox
from sandbox.stripe.store import Store, new_id
from sandbox.stripe.webhooks import Courier


def create_app(config: Config, state: Path | None = None) -> FastAPI:
    """The ASGI application. `state` is the SQLite file that outlives a restart; None keeps everything in memory."""
    store = Store(state)
    courier = Courier(store, config)
    sandbox = Sandbox(config, store, courier)
    courier.on_tick = lambda: checkout.run_due(sandbox)

    @asynccontextmanager
    async def lifespan(_app: FastAPI) -> AsyncIterator[None]:
        courier.start()
        yield
        courier.stop()
        store.close()

    app = FastAPI(title="Litesubs sandbox Stripe", lifespan=lifespan, docs_url=None, redoc_url=None, openapi_url=None)
    app.state.sandbox = sandbox
    app.state.config_at_start = replace(config)
    app.state.outage = {"calls": 0, "status": 503}
    app.add_exception_handler(StripeError, _refuse)
    app.middleware("http")(_name_request)
    for part in (look, controls, hosted, api):
        app.include_router(part.router)
    return app


async def _name_request(request: Request, answer: Callable[[Request], Awaitable[Response]]) -> Response:
    """Gives every request an id and every answer Stripe's headers."""
    request.state.request_id = new_id("req")
    response = await answer(request)
    response.headers["Request-Id"] = request.state.request_id
    response.headers["Stripe-Version"] = API_VERSION
    if account := request.headers.get("stripe-account"):
        response.headers["Stripe-Account"] = account
    return response


async def _refuse(request: Request, error: Exception) -> Response:
    if not isinstance(error, StripeError):
        raise TypeError from error
    body = error.body(request.state.request_id)
    if request.url.path.startswith("/c/"):
        return hosted.refusal(error)
    return JSONResponse(body, error.status)
