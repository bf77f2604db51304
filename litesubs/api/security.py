"""The security headers: what a page may run, load and be framed by, and who may hold on to its window."""

import re
from base64 import b64encode
from functools import lru_cache
from hashlib import sha256
from urllib.parse import urlsplit

from litesubs.settings import THIS_MACHINE, settings

INLINE_SCRIPT = re.compile(r'<script(?![^>]* src=)(?![^>]* type="application/)[^>]*>(.*?)</script>', re.DOTALL)
INLINE_STYLE = re.compile(r"<style[^>]*>(.*?)</style>", re.DOTALL)
STRIPE_API = "api.stripe.com"
STRIPE_CHECKOUT = "https://checkout.stripe.com"
# Pages that Reflex sends scripts as text (rx.call_script), which it hands to eval, and whose toasts bring a style.
OPENED_UP = ("checkout", "dashboard", "verify-email", "wallet")
EMPTY_STYLE = ""  # Emotion adds such an element and fills it by script, which no policy forbids
ALWAYS = {
    "x-content-type-options": "nosniff",
    "referrer-policy": "strict-origin-when-cross-origin",
    "permissions-policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
}
HSTS = "max-age=31536000"
FOR_FILES = {"x-content-type-options": "nosniff"}  # of the build: a policy on each script would outweigh some of them


def headers(*, private: bool) -> dict[str, str]:
    """The headers of an answer that brings none itself.

    Private pages share their window with no other site. Public ones may: a shop's buy button opens the pack in a
    window of its own and is told by it when it was bought (window.opener), and any other policy cuts that tie.
    """
    found = ALWAYS | {"content-security-policy": policy()}
    found["cross-origin-opener-policy"] = "same-origin" if private else "unsafe-none"
    if settings().https:
        found["strict-transport-security"] = HSTS
    return found


def policy(page: str = "", *, opened_up: bool = False) -> str:
    """The Content-Security-Policy of a page with these inline scripts and styles, or of an answer that has none.

    `page` is a built page before it is filled: its own scripts and styles are allowed by their hashes, and nothing that
    somebody wrote into it. A page that is opened up runs what the server sends.
    """
    scripts, styles = _inline(page)
    if opened_up:
        return _written([*scripts, "'unsafe-eval'"], ["'unsafe-inline'"])
    return _written(scripts, [*styles, _hash(EMPTY_STYLE)] if page else [])


def is_opened_up(name: str) -> bool:
    """Whether it is one of the pages that Reflex sends scripts to."""
    return name.split("/", 1)[0] in OPENED_UP


@lru_cache
def _inline(html: str) -> tuple[list[str], list[str]]:
    """The hashes of a built page's inline scripts, and of its inline styles (icons have some, by Emotion)."""
    scripts, styles = ([_hash(text) for text in kind.findall(html)] for kind in (INLINE_SCRIPT, INLINE_STYLE))
    return scripts, styles


def _written(scripts: list[str], styles: list[str]) -> str:
    base = settings().base_url
    rules = {
        "default-src": ["'self'"],
        "script-src": ["'self'", *dict.fromkeys(scripts)],
        "style-src": ["'self'", *dict.fromkeys(styles)],
        "img-src": ["'self'", "data:"],
        "connect-src": ["'self'", base.replace("http", "ws", 1)],  # Safari before 15.4 keeps 'self' from websockets
        "form-action": ["'self'", *_checkouts()],  # Chromium asks again where the form's answer leads
        "frame-ancestors": ["'none'"],
        "base-uri": ["'self'"],
        "object-src": ["'none'"],
    }
    return "; ".join(" ".join([name, *values]) for name, values in rules.items())


def _checkouts() -> list[str]:
    """Where Buy leads: Stripe's checkout, or the sandbox's, under both names of a developer's machine."""
    sandbox = urlsplit(settings().stripe_api_base or "")
    if sandbox.hostname in (None, STRIPE_API):
        return [STRIPE_CHECKOUT]
    names = ["localhost", "127.0.0.1"] if sandbox.hostname in THIS_MACHINE else [sandbox.hostname]
    port = f":{sandbox.port}" if sandbox.port else ""
    return [f"{sandbox.scheme}://{name}{port}" for name in names]


def _hash(code: str) -> str:
    return f"'sha256-{b64encode(sha256(code.encode()).digest()).decode()}'"
