"""Whether public pages stay fast: beside a static page of the same words, by Lighthouse, and within a budget for each.

    .venv/bin/python -m bench.pages

The pages are served as `litesubs serve` serves them, with a creator of the demo. `bench/static_pack.html` says what the
pack page says and looks like it, written by hand: one file with its styles inside, the same font, no script. The same
web server sends it from memory, compressed as well as Brotli can, so the ratio is what the product costs and nothing
else. Both are opened in turns with an empty cache, throttled like a phone on a slow network, which is what buyers have
and what the bound is for; and as fast as this machine can, for comparison: there a few milliseconds of scripts and
fonts weigh a tenth of the whole. What a page sends is counted on that phone, on the wire and with headers, until it is
live and quiet.

Ends with 1 where anything is missed, and names it.
"""

import json
import os
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Awaitable, Callable, Iterator
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from statistics import median
from typing import Any
from urllib.parse import urlsplit

import brotli
from playwright.sync_api import Browser, CDPSession, Page, ViewportSize, WebSocket, sync_playwright

from bench.debits import free_port, load
from bench.desk import scratch_server, use
from litesubs import demo, frontend, guard, instance, migrations, serve
from litesubs.domain import accounts, packs
from tests.e2e import chromium

LIGHTHOUSE = "13.5.0"
TIMES = 5
CONNECTIONS, REQUESTS = 16, 3_000
PATIENCE_SECONDS = 60
BROWSER = "Mozilla/5.0 (X11; Linux x86_64; rv:144.0) Gecko/20100101 Firefox/144.0"
SCREEN: ViewportSize = {"width": 412, "height": 823}
SLOW_NETWORK = {"offline": False, "latency": 150, "downloadThroughput": 200_000, "uploadThroughput": 94_000}
SLOW_PROCESSOR = {"rate": 4}

MOST_FIRST_PAINT = 1.3
MOST_SHIFT = 0.02
MOST_JS = 150_000
LEAST_RATE = 500
LEAST_SCORES = {"performance": 95, "accessibility": 100, "best-practices": 100, "seo": 100}
LEAST_SAME_WORDS = 0.95
FULL = 0.9  # of a point, from where Lighthouse itself paints it green

STATIC = Path(__file__).with_name("static_pack.html")
ASSETS = frontend.ROOT / "assets"
LIVE = "is_hydrated"  # in the frame that says that the page has its state
KINDS = {"text/html": "html", "text/css": "css", "text/javascript": "js", "font/woff2": "fonts"}
WATCH_SHIFTS = """
window.shifted = 0;
new PerformanceObserver((seen) => seen.getEntries().forEach((shift) => window.shifted += shift.value))
  .observe({ type: "layout-shift", buffered: true });
"""
TWO_FRAMES = "() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))"
FIRST_PAINT = "() => performance.getEntriesByName('first-contentful-paint')[0].startTime"
Receive = Callable[[], Awaitable[dict[str, Any]]]
Send = Callable[[dict[str, Any]], Awaitable[None]]


# What a page sends: bytes on the wire by kind, `js before` being the part of `js` that is there by the first paint; the
# number of requests; the websocket's frames both ways, and their bytes before its compression.
PARTS = ("html", "css", "js before", "js", "fonts", "requests", "frames", "frame bytes")
Weight = tuple[int, ...]
BUDGETS: dict[str, Weight] = {
    "/": (21_000, 0, 8_000, 8_000, 32_000, 7, 0, 0),
    "/p/": (21_000, 16_000, 5_000, MOST_JS, 32_000, 20, 8, 5_000),
    "/c/": (18_000, 16_000, 5_000, MOST_JS, 32_000, 20, 8, 5_000),
    "/help": (20_000, 0, 6_000, 6_000, 32_000, 8, 0, 0),
    "/login": (16_000, 16_000, 5_000, MOST_JS, 32_000, 20, 8, 5_000),
    "/wallet": (6_000, 16_000, 180_000, 180_000, 32_000, 30, 12, 10_000),
    "/dashboard": (9_000, 16_000, 190_000, 190_000, 32_000, 40, 14, 20_000),
    "/dashboard/customers": (27_000, 16_000, 200_000, 200_000, 32_000, 60, 20, 20_000),
}
SIGNED_IN = ("/wallet", "/dashboard")


@dataclass
class Visit:
    """What one opening of a page came to. `first_paint` in milliseconds, `shift` as the sum of all layout shifts."""

    first_paint: float
    shift: float
    weight: Weight
    words: set[str]


@dataclass
class Traffic:
    """What went over the wire: each response's kind, its bytes and when they were all there; the websocket's frames."""

    kinds: dict[str, str] = field(default_factory=dict)
    loaded: dict[str, tuple[int, float]] = field(default_factory=dict)
    sockets: list[WebSocket] = field(default_factory=list)
    frames: list[str] = field(default_factory=list)

    def watch(self, page: Page, session: CDPSession) -> None:
        """Note what the browser says from now on."""
        page.on("websocket", self._opened)
        session.on("Network.responseReceived", self._response)
        session.on("Network.loadingFinished", self._finished)
        session.send("Network.enable")

    def wait_until_live(self, page: Page) -> None:
        """Wait until the page has its state, where it has one."""
        if not page.locator("script[type=module]").count():
            return
        socket = self.sockets[0] if self.sockets else page.wait_for_event("websocket")
        if not any(LIVE in frame for frame in self.frames):
            socket.wait_for_event("framereceived", lambda frame: LIVE in str(frame))

    def weight(self, painted_at: float) -> Weight:
        """The sums, for a page first painted at this moment of the browser's clock."""
        sums = Counter[str]()
        for request, (size, at) in self.loaded.items():
            kind = self.kinds.get(request, "")
            sums[kind] += size
            sums["js before"] += size if kind == "js" and at <= painted_at else 0
        sums |= {"requests": len(self.loaded), "frames": len(self.frames), "frame bytes": len("".join(self.frames))}
        return tuple(sums[part] for part in PARTS)

    def _opened(self, socket: WebSocket) -> None:
        self.sockets.append(socket)
        for event in ("framesent", "framereceived"):
            socket.on(event, lambda frame: self.frames.append(str(frame)))

    def _response(self, told: dict[str, Any]) -> None:
        self.kinds[told["requestId"]] = KINDS.get(told["response"]["mimeType"], "")

    def _finished(self, told: dict[str, Any]) -> None:
        self.loaded[told["requestId"]] = (int(told["encodedDataLength"]), told["timestamp"])


class Judge:
    """Prints figures beside what they must be, and keeps what was missed."""

    def __init__(self) -> None:
        """Nothing is missed yet."""
        self.missed: list[str] = []

    def at_most(self, what: str, found: float, most: float) -> None:
        """A figure that must not be above its bound."""
        self._judge(what, found, f"at most {most:,}", good=found <= most)

    def at_least(self, what: str, found: float, least: float) -> None:
        """A figure that must not be below its bound."""
        self._judge(what, found, f"at least {least:,}", good=found >= least)

    def within(self, page: str, weight: Weight, budget: Weight) -> None:
        """A row of the table of budgets."""
        cells = []
        for part, found, most in zip(PARTS, weight, budget, strict=True):
            cells.append(f"{found:,} of {most:,}{'!' if found > most else ''}")
            self.missed += [f"{page} {part}: {found:,} of {most:,}"] if found > most else []
        print(f"{page:21}" + "".join(f"{cell:>20}" for cell in cells), flush=True)

    def _judge(self, what: str, found: float, bound: str, *, good: bool) -> None:
        print(f"{what:56}{found:9,.5g}   {bound}{'' if good else '   MISSED'}", flush=True)
        self.missed += [] if good else [f"{what}: {found:,.5g}, {bound}"]


def main() -> int:
    """Measure, print, judge."""
    began = time.monotonic()
    frontend.build(print)
    lighthouse_program()
    judge = Judge()
    with ExitStack() as stack:
        use(stack.enter_context(scratch_server()))
        migrations.upgrade()
        playwright = stack.enter_context(sync_playwright())
        chrome = chromium.find(playwright.chromium.executable_path)
        if chrome is None:
            print(f"There is no Chromium: run {sys.executable} -m tests.e2e.chromium")
            return 1
        port, static_port = stack.enter_context(product()), stack.enter_context(static_page())
        browser = playwright.chromium.launch(executable_path=chrome, args=list(chromium.FLAGS))
        stack.callback(browser.close)
        addresses = {name: f"http://localhost:{port}{path}" for name, path in opened().items()}
        compare(judge, browser, addresses["/p/"], f"http://localhost:{static_port}/")
        weigh(judge, browser, f"http://localhost:{port}", addresses)
        rate(judge, port, urlsplit(addresses["/p/"]).path)
        for name, address in addresses.items():
            score(judge, name, address, chrome)
    print(f"Took {time.monotonic() - began:.0f} s.", *(f"Missed: {what}" for what in judge.missed), sep="\n")
    return 1 if judge.missed else 0


def opened() -> dict[str, str]:
    """The pages that are measured, with a creator of the demo: what BUDGETS calls them, and their paths."""
    shop = demo.SHOPS[0]
    token = packs.mine(demo.open_shop(shop))[-1].link_url.rpartition("/")[2]
    return {"/": "/", "/p/": f"/p/{token}", "/c/": f"/c/{shop.handle}", "/help": "/help"}


def compare(judge: Judge, browser: Browser, address: str, static_address: str) -> None:
    """The pack page's first paint beside that of the static page, opened in turns."""
    for phone, how in ((False, "as fast as it goes"), (True, "on a phone")):
        seen = [
            (visit(browser, static_address, phone=phone), visit(browser, address, phone=phone))
            for _ in range(1 + TIMES)
        ]
        turns = [(static.first_paint, ours.first_paint) for static, ours in seen[1:]]  # the first ones warm up
        print(f"First paint {how}: " + ", ".join(f"{static:.0f} and {ours:.0f} ms" for static, ours in turns))
        ratio = median(ours / static for static, ours in turns)  # of each turn, whatever else the machine does
        if phone:
            judge.at_most(f"/p/ first paint / the static page's, {how}", ratio, MOST_FIRST_PAINT)
        else:
            print(f"/p/ first paint / the static page's, {how}: {ratio:.2f}, for comparison")
    same = len(seen[0][0].words & seen[0][1].words) / len(seen[0][1].words)
    judge.at_least("words of the pack page that the static page has too", same, LEAST_SAME_WORDS)


def visit(browser: Browser, address: str, *, phone: bool, session_token: str = "") -> Visit:
    """Open a page with an empty cache and wait until it is live and nothing more comes."""
    with closing(browser.new_context(viewport=SCREEN, is_mobile=True, has_touch=True)) as context:
        context.add_init_script(WATCH_SHIFTS)
        if session_token:
            context.add_cookies([{"name": accounts.cookie_name(), "value": session_token, "url": address}])
        page = context.new_page()
        session = context.new_cdp_session(page)
        traffic = Traffic()
        traffic.watch(page, session)
        session.send("Performance.enable")
        if phone:
            session.send("Network.emulateNetworkConditions", SLOW_NETWORK)
            session.send("Emulation.setCPUThrottlingRate", SLOW_PROCESSOR)
        answer = page.goto(address, wait_until="networkidle", timeout=PATIENCE_SECONDS * 1000)
        if answer is None or not answer.ok:
            raise RuntimeError(f"{address} answers {answer and answer.status}.")
        traffic.wait_until_live(page)
        page.wait_for_load_state("networkidle")
        page.evaluate(TWO_FRAMES)
        first_paint = page.evaluate(FIRST_PAINT)
        metrics = {told["name"]: told["value"] for told in session.send("Performance.getMetrics")["metrics"]}
        return Visit(
            first_paint=first_paint,
            shift=page.evaluate("window.shifted"),
            weight=traffic.weight(metrics["NavigationStart"] + first_paint / 1000),
            words=set(page.inner_text("body").lower().split()),
        )


def weigh(judge: Judge, browser: Browser, origin: str, addresses: dict[str, str]) -> None:
    """What each page sends and how far it moves while it does; for who is signed in, as the demo's creator sees it."""
    token = accounts.sign_in(demo.SHOPS[0].email, demo.PASSWORD, "bench")
    seen = {
        name: visit(
            browser,
            addresses.get(name, f"{origin}{name}"),
            phone=True,
            session_token=token if name.startswith(SIGNED_IN) else "",
        )
        for name in BUDGETS
    }
    print(f"\n{'':21}" + "".join(f"{part:>20}" for part in PARTS))
    for name, one in seen.items():
        judge.within(name, one.weight, BUDGETS[name])
    for name, one in seen.items():
        if not name.startswith(SIGNED_IN):
            judge.at_most(f"{name} layout shift", one.shift, MOST_SHIFT)


def rate(judge: Judge, port: int, path: str) -> None:
    """Pages a second from one worker that has sent it before, as a browser asks for it."""
    asked = [{"method": "GET", "path": path, "headers": {"user-agent": BROWSER, "accept-encoding": "gzip, br"}}]
    load(port, asked, CONNECTIONS, REQUESTS // 10, status="200")
    took = [load(port, asked, CONNECTIONS, REQUESTS, status="200")["seconds"] for _ in range(TIMES)]
    judge.at_least("/p/ requests/s on one worker", REQUESTS / median(took), LEAST_RATE)


def score(judge: Judge, name: str, address: str, chrome: str) -> None:
    """Lighthouse's scores on a mobile, and by what a page lost points. Only speed differs from run to run."""
    reports = [lighthouse(address, chrome, *LEAST_SCORES)]
    reports += [lighthouse(address, chrome, "performance") for _ in range(TIMES - 1)]
    for category, least in LEAST_SCORES.items():
        found = [report["categories"][category]["score"] for report in reports if category in report["categories"]]
        judge.at_least(f"{name} Lighthouse {category}", median(found) * 100, least)
        for part in reports[0]["categories"][category]["auditRefs"]:
            audit = reports[0]["audits"][part["id"]]
            if part["weight"] and audit["score"] is not None and audit["score"] < FULL:
                print(f"    {audit['title']}: {audit['score'] * 100:.0f} {audit.get('displayValue', '')}")


def lighthouse(address: str, chrome: str, *categories: str) -> dict[str, Any]:
    """A report of Lighthouse with its own settings for mobiles."""
    argv = [str(frontend.node()), str(lighthouse_program()), address, "--output=json", "--quiet"]
    argv += [f"--only-categories={','.join(categories)}", "--disable-full-page-screenshot"]
    argv += ["--no-enable-error-reporting", f"--chrome-flags=--headless=new {' '.join(chromium.FLAGS)}"]
    environment = os.environ | {"CHROME_PATH": chrome}
    done = subprocess.run(argv, env=environment, stdout=subprocess.PIPE, check=True)  # noqa: S603 - ours
    report: dict[str, Any] = json.loads(done.stdout)
    return report


@lru_cache
def lighthouse_program() -> Path:
    """Lighthouse's command line, fetched with npm when it is not there."""
    place = frontend.TOOLS / f"lighthouse-{LIGHTHOUSE}"
    program = place / "node_modules" / "lighthouse" / "cli" / "index.js"
    if not program.exists():
        print("Fetching Lighthouse (once).", flush=True)
        log = frontend.install(f"lighthouse@{LIGHTHOUSE}", place)
        if not program.exists():
            raise RuntimeError(f"Lighthouse could not be fetched from the npm registry, see {log}.")
    return program


@contextmanager
def product() -> Iterator[int]:
    """The product in one worker, with its database: the port."""
    port = free_port()
    with tempfile.TemporaryDirectory(prefix="litesubs-bench-") as folder:
        environment = {
            "LITESUBS_BASE_URL": f"http://localhost:{port}",
            "LITESUBS_DATA_DIR": folder,
            "LITESUBS_PORT": str(port),
        }
        with serve.server("127.0.0.1", port, environment=environment):
            yield port


@contextmanager
def static_page() -> Iterator[int]:
    """The static page by the same web server: the port."""
    port = free_port()
    argv = [sys.executable, "-m", "granian", "--interface", "asgi", "--host", "127.0.0.1", "--port", str(port)]
    process = guard.start(
        guard.Command([*argv, "--log-level", "warning", "bench.pages:send_static"], cwd=str(frontend.ROOT))
    )
    try:
        if not instance.wait_for_http(port, "/", process, PATIENCE_SECONDS):
            raise RuntimeError("The static page's server did not start.")
        yield port
    finally:
        process.stop()


async def send_static(scope: dict[str, Any], _receive: Receive, send: Send) -> None:
    """An ASGI app that answers with the static page, its font or its icon."""
    if scope["type"] == "http":
        kind, encoding, body = static_file(scope["path"])
        headers = [(b"content-type", kind), (b"content-length", str(len(body)).encode()), *encoding]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        await send({"type": "http.response.body", "body": body})


@lru_cache
def static_file(path: str) -> tuple[bytes, list[tuple[bytes, bytes]], bytes]:
    """Content type, content encoding and bytes."""
    if path.endswith(".woff2"):
        return b"font/woff2", [], (ASSETS / path.strip("/")).read_bytes()
    kind, file = (b"image/svg+xml", ASSETS / "favicon.svg") if path == "/favicon.svg" else (b"text/html", STATIC)
    return kind, [(b"content-encoding", b"br")], brotli.compress(file.read_bytes(), quality=11)


if __name__ == "__main__":
    sys.exit(main())
