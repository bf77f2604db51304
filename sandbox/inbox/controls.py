"""What tests can ask of the inbox, under `/_test/`. The package's docstring lists all of it."""

import os

from fastapi import APIRouter, Request
from pydantic import BaseModel, ConfigDict, Field

from sandbox.inbox import message
from sandbox.inbox.mailbox import Kept
from sandbox.inbox.receiver import Outage

router = APIRouter(prefix="/_test")


class WantedOutage(BaseModel):
    """A body whose typing errors are refused."""

    model_config = ConfigDict(extra="forbid")

    messages: int = Field(1, ge=0)
    code: int = Field(451, ge=400, le=599)


@router.get("/health")
def health() -> dict[str, object]:
    """Answers once mail is taken: the SMTP side starts first."""
    return {"ok": True, "pid": os.getpid()}


@router.get("/messages")
def messages(store: Kept, to: str = "", since: int = 0) -> dict[str, object]:
    """Messages to one address in any letter case, or all, newest first."""
    return {
        "data": [
            message.read(stored).as_json()
            for stored in store.newest_first()
            if stored.id > since and (not to or to.lower() in map(str.lower, stored.recipients))
        ]
    }


@router.delete("/messages")
def forget(store: Kept) -> dict[str, object]:
    """Forgets every message."""
    store.clear()
    return {"data": []}


@router.post("/outage")
def break_down(request: Request, wanted: WantedOutage) -> dict[str, int]:
    """Refuses the next messages."""
    outage: Outage = request.app.state.outage
    outage.messages, outage.code = wanted.messages, wanted.code
    return wanted.model_dump()
