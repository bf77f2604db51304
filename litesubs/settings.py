"""The only reader of the environment: every setting of `.env.example`, typed, with secrets that do not print."""

from functools import lru_cache
from pathlib import Path
from typing import Literal, Self

from pydantic import Field, SecretStr, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

DEVELOPMENT_SECRET = "development-only-secret-key"  # noqa: S105 - named so that production can refuse it
SHORTEST_SECRET = 32


class Settings(BaseSettings):
    """Configuration from the environment or `.env`; a variable that is set but empty counts as unset."""

    model_config = SettingsConfigDict(env_file=".env", env_ignore_empty=True, extra="ignore")

    env: Literal["development", "production"] = Field(default="development", validation_alias="LITESUBS_ENV")
    host: str = Field(default="127.0.0.1", validation_alias="LITESUBS_HOST")
    port: int = Field(default=3000, ge=1, le=65535, validation_alias="LITESUBS_PORT")
    base_url: str = Field(default="", validation_alias="LITESUBS_BASE_URL")
    data_dir: Path = Field(default=Path(".data"), validation_alias="LITESUBS_DATA_DIR")
    secret_key: SecretStr = Field(default=SecretStr(DEVELOPMENT_SECRET), validation_alias="LITESUBS_SECRET_KEY")
    database_url: SecretStr | None = Field(default=None, validation_alias="DATABASE_URL")
    stripe_secret_key: SecretStr | None = Field(default=None, validation_alias="STRIPE_SECRET_KEY")
    stripe_webhook_secret: SecretStr | None = Field(default=None, validation_alias="STRIPE_WEBHOOK_SECRET")
    stripe_api_base: str | None = Field(default=None, validation_alias="STRIPE_API_BASE")

    @model_validator(mode="after")
    def _fill_base_url(self) -> Self:
        self.base_url = (self.base_url or f"http://localhost:{self.port}").rstrip("/")
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
        return found


@lru_cache
def settings() -> Settings:
    """The settings of this process, read once. Tests call `settings.cache_clear()` after changing the environment."""
    return Settings()
