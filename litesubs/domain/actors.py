"""Who asks, and what they may touch. Every use case takes an Actor first."""

from dataclasses import dataclass
from typing import Self
from uuid import UUID

from litesubs.domain.errors import CreatorProfileRequiredError, InsufficientScopeError, SignInRequiredError


@dataclass(frozen=True)
class Actor:
    """A person who is signed in, a visitor (no `user_id`), a creator's API key, or the system (`job` names which part).

    `verified` says that the person has proven the address. A key (`key_id`) acts for its creator within its `scopes`.
    """

    user_id: UUID | None = None
    creator_id: UUID | None = None
    email: str = ""
    name: str = ""
    verified: bool = False
    job: str = ""
    key_id: UUID | None = None
    scopes: frozenset[str] = frozenset()

    @classmethod
    def system(cls, job: str) -> Self:
        """The product acting by itself: `system("settle")`."""
        return cls(job=job)

    @property
    def signed_in(self) -> bool:
        """Whether a person is signed in."""
        return self.user_id is not None

    @property
    def email_normalized(self) -> str:
        """The address as it is compared."""
        return self.email.lower()

    @property
    def ledger_id(self) -> str:
        """How the ledger records this actor: an id, never a name."""
        if self.key_id:
            return f"key:{self.key_id}"
        return f"user:{self.user_id}" if self.user_id else f"system:{self.job}"

    def require_user(self) -> UUID:
        """The user's id, or SignInRequiredError. A key is nobody who can sign in."""
        if self.user_id is None:
            raise SignInRequiredError
        return self.user_id

    def require_creator(self) -> UUID:
        """The creator's id, a key's too, or the error that says what is missing."""
        if self.key_id is None:
            self.require_user()
        if self.creator_id is None:
            raise CreatorProfileRequiredError
        return self.creator_id

    def require_scope(self, scope: str) -> None:
        """InsufficientScopeError where a key may not do this. A person may do all that their side can."""
        if self.key_id is not None and scope not in self.scopes:
            raise InsufficientScopeError(
                f"This API key lacks the scope {scope}. Make a key that has it, under Developers.", scope=scope
            )


VISITOR = Actor()
