"""`python -m litesubs doctor`: what stands between this configuration and a running instance, and how to fix it.

A problem needs fixing; a warning is something to know, and leaves the exit code alone.
"""

from collections.abc import Callable

from pydantic import ValidationError
from sqlalchemy.exc import SQLAlchemyError

from litesubs import db, frontend, instance, migrations
from litesubs.domain import purchases
from litesubs.instance import InstanceError, say
from litesubs.postgres import PostgresError
from litesubs.settings import Settings, settings

Check = Callable[[], str]


class Problem(Exception):  # noqa: N818 - it is what the person has, not what went wrong in here
    """Something to fix; the message says what and how."""


class Warned(Exception):  # noqa: N818 - likewise
    """Something that works but deserves a look; the message says what and how."""


def examine() -> int:
    """Print one line a check; 1 if anything needs fixing, else 0."""
    return sum(_report(name, check) for name, check in _CHECKS.items()) and 1


def _report(name: str, check: Check) -> int:
    try:
        say(f"ok       {name}: {check()}")
    except Warned as warning:
        say(f"warning  {name}: {warning}")
    except Problem as problem:
        say(f"problem  {name}: {problem}")
        return 1
    return 0


def _configuration() -> str:
    try:
        found = settings().problems()
    except ValidationError as error:
        told = (f"{item['loc'][0]}: {item['msg'].removeprefix('Value error, ')}" for item in error.errors())
        raise Problem("; ".join(told)) from None
    if found:
        raise Problem(" ".join(found))
    return f"{settings().env}, {settings().base_url}"


def _database() -> str:
    try:
        with instance.running() as services:
            missing = migrations.missing()
            version = db.engine().dialect.server_version_info
            where = "DATABASE_URL" if not services.environment else "embedded"
    except (PostgresError, InstanceError) as error:
        raise Problem(str(error)) from None
    except ValidationError:
        message = "not asked, since the configuration cannot be read."
        raise Problem(message) from None
    except SQLAlchemyError as error:
        message = f"cannot be reached: check DATABASE_URL and that the server runs. {str(error).splitlines()[0]}"
        raise Problem(message) from None
    if missing:
        message = "migrations are missing: run `python -m litesubs migrate` (serve does it by itself)."
        raise Problem(message)
    return f"{where}, PostgreSQL {'.'.join(map(str, version or ()))}, migrated"


def _pages() -> str:
    if not frontend.is_current():
        message = "not built for these sources: `make run` (or `python -m litesubs serve`) builds them."
        raise Problem(message)
    return "built"


def _proxies() -> str:
    now = _settings()
    if now.production and not now.trusted_proxies:
        message = (
            "LITESUBS_TRUSTED_PROXIES is not set: behind a proxy all visitors share one limit of sign-in attempts. Set "
            "it to the proxy's address."
        )
        raise Warned(message)
    return f"{', '.join(map(str, now.trusted_proxies))} believed" if now.trusted_proxies else "none"


def _purchases() -> str:
    try:
        with instance.running():
            waiting = purchases.waiting_for_review()
    except (PostgresError, InstanceError, ValidationError, SQLAlchemyError):
        return "not counted, since the database cannot be asked"
    if waiting:
        message = f"{waiting:,} to look at: what Stripe says does not fit them. docs/operating.md says what to do."
        raise Warned(message)
    return "none to look at"


def _stripe() -> str:
    now = _settings()
    if now.uses_stripe_sandbox:
        return "sandbox, no money moves (set STRIPE_SECRET_KEY for the real one)"
    if now.stripe_webhook_secret is None:
        message = "STRIPE_WEBHOOK_SECRET is missing: copy it from the endpoint in Stripe's dashboard."
        raise Problem(message)
    key = now.stripe_secret_key.get_secret_value() if now.stripe_secret_key else ""
    return "live" if "_live_" in key else "test mode"


def _mail() -> str:
    try:
        server = settings().smtp
    except ValidationError:
        message = "not known, since the configuration cannot be read."
        raise Problem(message) from None
    if server is None:
        return "sandbox inbox, no mail leaves (set SMTP_URL for a real server)"
    if not settings().mail_from:
        message = "MAIL_FROM is missing: set the address that mail comes from, like Litesubs <hello@your.site>."
        raise Problem(message)
    return f"{server.host}:{server.port}, from {settings().mail_from}"


def _settings() -> Settings:
    try:
        return settings()
    except ValidationError:
        message = "not known, since the configuration cannot be read."
        raise Problem(message) from None


_CHECKS: dict[str, Check] = {
    "configuration": _configuration,
    "proxies": _proxies,
    "database": _database,
    "purchases": _purchases,
    "pages": _pages,
    "stripe": _stripe,
    "mail": _mail,
}
