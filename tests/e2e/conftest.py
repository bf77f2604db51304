"""The whole product for browser tests: pages built once, then server, sandbox and database for each test process."""

import contextlib
import shutil
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, ViewportSize, sync_playwright

from litesubs import db, frontend
from litesubs.integrations import stripe
from litesubs.serve import server
from litesubs.settings import settings
from tests.conftest import cloned_database
from tests.e2e import chromium
from tests.sandbox_process import Inbox, free_port, running_inbox, running_sandbox

Size = Literal["desktop", "phone"]
NewPage = Callable[..., Page]
SCREENS: dict[Size, ViewportSize] = {
    "desktop": {"width": 1280, "height": 800},
    "phone": {"width": 390, "height": 844},
}
PATIENCE_MS = 15_000


@dataclass
class Site:
    """A running instance. `environment` is what its processes were started with."""

    base_url: str
    sandbox_url: str
    inbox: Inbox
    environment: dict[str, str]
    log: Path
    _server: contextlib.ExitStack = field(default_factory=contextlib.ExitStack)

    def start_server(self) -> None:
        """Start the web server and its worker, and wait until it answers."""
        port = int(self.environment["LITESUBS_PORT"])
        with self.log.open("ab") as output:
            self._server.enter_context(server("127.0.0.1", port, environment=self.environment, output=output))

    def stop_server(self) -> None:
        """Stop it, as a restart of the product does."""
        self._server.close()


@pytest.fixture(scope="session")
def site(request: pytest.FixtureRequest) -> Iterator[Site]:
    """The instance that all tests of this process share; each test makes its own people and packs."""
    frontend.build()
    port, secret = free_port(), "whsec_end_to_end"
    folder = Path(tempfile.mkdtemp(prefix="litesubs-e2e-"))
    base_url = f"http://localhost:{port}"
    with (
        cloned_database(request.config) as database_url,
        running_sandbox(f"http://127.0.0.1:{port}/api/webhooks/stripe", secret) as sandbox_url,
        running_inbox() as inbox,
    ):
        environment = {
            "DATABASE_URL": database_url,
            "LITESUBS_BASE_URL": base_url,
            "LITESUBS_DATA_DIR": str(folder),
            "LITESUBS_PORT": str(port),
            "STRIPE_API_BASE": sandbox_url,
            "STRIPE_SECRET_KEY": "sk_test_sandbox",
            "STRIPE_WEBHOOK_SECRET": secret,
            "SMTP_URL": inbox.smtp_url,
            "MAIL_FROM": "Litesubs <hello@litesubs.example>",
        }
        running = Site(base_url, sandbox_url, inbox, environment, folder / "server.log")
        running.start_server()
        try:
            yield running
        finally:
            running.stop_server()
            shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(autouse=True)
def same_settings(site: Site, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """The domain, called from a test, works on the site's database and sandbox."""
    for name, value in site.environment.items():
        monkeypatch.setenv(name, value)
    settings.cache_clear()
    db.reset()
    stripe.reset_client()
    yield
    db.reset()
    stripe.reset_client()


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Chromium. One for each module, since its event loop would be in the way of tests that run their own."""
    with sync_playwright() as playwright:
        path = chromium.find(playwright.chromium.executable_path)
        if path is None:
            pytest.fail("There is no Chromium: make test installs it.")
        launched = playwright.chromium.launch(executable_path=path, args=list(chromium.FLAGS))
        yield launched
        launched.close()


@pytest.fixture
def new_page(browser: Browser, site: Site) -> Iterator[NewPage]:
    """Makes a page for one more person, with cookies of their own: `new_page("phone", color_scheme="dark")`.

    The test fails when any of them met an uncaught script error.
    """
    contexts: list[BrowserContext] = []
    errors: list[str] = []

    def make(size: Size = "desktop", **options: Any) -> Page:
        phone = size == "phone"
        context = browser.new_context(
            base_url=site.base_url, viewport=SCREENS[size], is_mobile=phone, has_touch=phone, **options
        )
        context.set_default_timeout(PATIENCE_MS)
        contexts.append(context)
        page = context.new_page()
        page.on("pageerror", lambda error: errors.append(f"{page.url}: {error}"))
        return page

    yield make
    for context in contexts:
        context.close()
    assert errors == []


@pytest.fixture
def page(new_page: NewPage) -> Page:
    """A desktop page of one person."""
    return new_page()


@pytest.fixture(params=["desktop", "phone"])
def size(request: pytest.FixtureRequest) -> Size:
    """Runs the test on both sizes: `new_page(size)`."""
    chosen: Size = request.param
    return chosen
