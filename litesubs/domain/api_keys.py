"""API keys: what a creator's software signs in with."""

import hashlib

from sqlmodel import select

from litesubs.db import transaction
from litesubs.domain import clock
from litesubs.domain.actors import Actor
from litesubs.domain.errors import InvalidApiKeyError
from litesubs.models import ApiKey

SCOPES = ("read", "debits:write", "credits:write", "webhooks:write")


def authenticate(token: str, address: str) -> Actor:  # noqa: ARG001
    """Who holds this key."""
    with transaction() as session:
        hashed = hashlib.sha256(token.encode(errors="replace")).digest()
        key = session.exec(select(ApiKey).where(ApiKey.hash == hashed)).one_or_none()
    if key is None or key.revoked_at or (key.expires_at and key.expires_at <= clock.now()):
        raise InvalidApiKeyError
    return Actor(creator_id=key.creator_id, key_id=key.id, scopes=frozenset(key.scopes))
