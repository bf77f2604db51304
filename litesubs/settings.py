"""The only reader of the environment: every setting of `.env.example`, typed, with secrets that do not print."""

import re
from dataclasses import dataclass, field
from email.utils import getaddresses
from functools import lru_cache
from ipaddress import IPv4Network, IPv6Network, ip_network
from pathlib import Path
from typing import Annotated, Literal, Self
from urllib.parse import parse_qs, unquote, urlsplit

from email_validator import validate_email
from pydantic import Field, SecretStr, field_validator, model_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

DEVELOPMENT_SECRET = "development-only-secret-key"  # noqa: S105 - named so that production can refuse it
SHORTEST_SECRET = 32
WEB_PORTS = {"http": 80, "https": 443}
HOST = re.compile(r"[a-z0-9._-]+|[0-9a-f:.]+")
BASE_URL_HELP = "write scheme and host alone, like https://credits.example, without a path"
PROXIES_HELP = "write addresses or networks with commas between them, like 10.0.0.5, 192.168.7.0/24"

Network = IPv4Network | IPv6Network
THIS_MACHINE = frozenset(["localhost", "127.0.0.1", "::1"])
SMTP_PORTS = {"smtp": 587, "smtps": 465}
SENDER_HELP = "this is no address to send from: write one like Litesubs <hello@your.site>"
SMTP_HELP = "write smtp://user:password@host:587, or smtps://… where the server speaks TLS from the start"


@dataclass(frozen=True)
class SmtpServer:
    """What SMTP_URL says: where mail is handed over, as whom, and whether the connection is encrypted on the way."""

    host: str
    port: int
    user: str
    password: str = field(repr=False)
    tls: Literal["from_start", "starttls", "none"]


class Settings(BaseSettings):
    """Configuration from the environment or `.env`; a variable that is set but empty counts as unset."""

    model_config = SettingsConfigDict(env_file=".env", env_ignore_empty=True, extra="ignore", validate_default=False)

    env: Literal["development", "production"] = Field(default="development", validation_alias="LITESUBS_ENV")
    host: str = Field(default="127.0.0.1", validation_alias="LITESUBS_HOST")
    port: int = Field(default=3000, ge=1, le=65535, validation_alias="LITESUBS_PORT")
    base_url: str = Field(default="", validation_alias="LITESUBS_BASE_URL")
    trusted_proxies: Annotated[tuple[Network, ...], NoDecode] = Field(
        default=(), validation_alias="LITESUBS_TRUSTED_PROXIES"
    )
    data_dir: Path = Field(default=Path(".data"), validation_alias="LITESUBS_DATA_DIR")
    secret_key: SecretStr = Field(default=SecretStr(DEVELOPMENT_SECRET), validation_alias="LITESUBS_SECRET_KEY")
    database_url: SecretStr | None = Field(default=None, validation_alias="DATABASE_URL")
    stripe_secret_key: SecretStr | None = Field(default=None, validation_alias="STRIPE_SECRET_KEY")
    stripe_webhook_secret: SecretStr | None = Field(default=None, validation_alias="STRIPE_WEBHOOK_SECRET")
    stripe_api_base: str | None = Field(default=None, validation_alias="STRIPE_API_BASE")
    smtp_url: SecretStr | None = Field(default=None, validation_alias="SMTP_URL")
    mail_from: str = Field(default="", validation_alias="MAIL_FROM")
    api_key_limit: int = Field(default=6_000, ge=1, validation_alias="LITESUBS_API_KEY_LIMIT")
    api_address_limit: int = Field(default=12_000, ge=1, validation_alias="LITESUBS_API_ADDRESS_LIMIT")

    @field_validator("smtp_url")
    @classmethod
    def _readable(cls, url: SecretStr | None) -> SecretStr | None:
        if url is not None:
            _smtp_server(url.get_secret_value())
        return url

    @field_validator("mail_from")
    @classmethod
    def _an_address(cls, written: str) -> str:
        try:
            [(_, address)] = getaddresses([written]) if written.isprintable() else []
            validate_email(address, check_deliverability=False, globally_deliverable=False, test_environment=True)
        except ValueError:  # none, several, or not one (EmailNotValidError)
            raise ValueError(SENDER_HELP) from None
        return written

    @field_validator("base_url")
    @classmethod
    def _as_browsers_write_it(cls, written: str) -> str:
        """An origin: lower case, and no port where it is the scheme's own, so that it equals what browsers send."""
        try:
            parts = urlsplit(written.strip())
            host, port = (parts.hostname or "").encode("idna").decode(), parts.port
        except ValueError:
            raise ValueError(BASE_URL_HELP) from None
        more = parts.path.strip("/") or parts.query or parts.fragment or parts.username is not None
        if parts.scheme not in WEB_PORTS or not HOST.fullmatch(host) or more:
            raise ValueError(BASE_URL_HELP)
        shown = f"[{host}]" if ":" in host else host
        return f"{parts.scheme}://{shown}" + (f":{port}" if port not in (None, WEB_PORTS[parts.scheme]) else "")

    @field_validator("trusted_proxies", mode="before")
    @classmethod
    def _networks(cls, written: str) -> tuple[Network, ...]:
        try:
            return tuple(ip_network(part.strip(), strict=False) for part in written.split(",") if part.strip())
        except ValueError:
            raise ValueError(PROXIES_HELP) from None

    @model_validator(mode="after")
    def _fill_base_url(self) -> Self:
        self.base_url = self.base_url or f"http://localhost:{self.port}"
        return self

    @property
    def production(self) -> bool:
        """Whether this instance takes real money."""
        return self.env == "production"

    @property
    def https(self) -> bool:
        """Whether buyers reach us over TLS, which decides the cookie's name and its Secure flag."""
        return self.base_url.startswith("https://")

    @property
    def origins(self) -> list[str]:
        """Where our own pages may be open: the base URL and, on a developer's machine, both names of this machine."""
        local = [] if self.production else [f"http://{name}:{self.port}" for name in ("localhost", "127.0.0.1")]
        return list(dict.fromkeys([self.base_url, *local]))

    @property
    def uses_stripe_sandbox(self) -> bool:
        """Whether payments go to the local stand-in, where no money moves."""
        return self.stripe_secret_key is None or self.stripe_secret_key.get_secret_value().startswith("sk_test_sandbox")

    @property
    def smtp(self) -> SmtpServer | None:
        """Where mail is handed over; None where SMTP_URL is unset."""
        return _smtp_server(self.smtp_url.get_secret_value()) if self.smtp_url else None

    def problems(self) -> list[str]:
        """What stops a production instance from starting, each with what to do. Empty when all is well."""
        if not self.production:
            return []
        found = []
        secret = self.secret_key.get_secret_value()
        if secret == DEVELOPMENT_SECRET or len(secret) < SHORTEST_SECRET:
            found.append("LITESUBS_SECRET_KEY is missing, the default or under 32 characters: set a long random value.")
        if not self.https:
            found.append(
                "LITESUBS_BASE_URL must start with https:// so that session cookies are never sent in the clear."
            )
        if self.uses_stripe_sandbox or self.stripe_api_base:
            found.append("Stripe is the sandbox: set STRIPE_SECRET_KEY and unset STRIPE_API_BASE.")
        if self.stripe_webhook_secret is None:
            found.append("STRIPE_WEBHOOK_SECRET is missing: copy it from the endpoint in Stripe's dashboard.")
        if self.smtp_url is None:
            found.append("SMTP_URL is missing: set the address of your mail server, smtp://user:password@host:587.")
        if not self.mail_from:
            found.append("MAIL_FROM is missing: set the address that mail comes from, Litesubs <hello@your.site>.")
        return found


def _smtp_server(url: str) -> SmtpServer:
    """Read an SMTP_URL. Passwords are not sent in the clear unless `?starttls=never` says so. Raises ValueError."""
    parts = urlsplit(url)
    options = parse_qs(parts.query, keep_blank_values=True)
    starttls = options.pop("starttls", ["unset"])[-1]
    if parts.scheme not in SMTP_PORTS or not parts.hostname or parts.path.strip("/") or options:
        raise ValueError(SMTP_HELP)
    if starttls not in {"always", "never", "unset"}:
        message = "starttls is either always or never"
        raise ValueError(message)
    tls: Literal["from_start", "starttls", "none"] = "from_start"
    if parts.scheme == "smtp":
        plain = starttls == "never" or (starttls == "unset" and parts.hostname in THIS_MACHINE)
        tls = "none" if plain else "starttls"
    user, password = unquote(parts.username or ""), unquote(parts.password or "")
    return SmtpServer(parts.hostname, parts.port or SMTP_PORTS[parts.scheme], user, password, tls)


@lru_cache
def settings() -> Settings:
    """The settings of this process, read once. Tests call `settings.cache_clear()` after changing the environment."""
    return Settings()
