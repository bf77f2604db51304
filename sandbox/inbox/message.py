"""A message read for people and for tests: its headers, its text, its HTML and the links in them."""

import re
from dataclasses import dataclass
from datetime import UTC, datetime
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default

from sandbox.inbox.store import Stored

LINK = re.compile(r"https?://[^\s<>\"')\]]+")
SENTENCE_END = ".,;:"


@dataclass(frozen=True)
class Message:
    """What was sent. `to` is the envelope's, `text` and `html` are empty where the message has no such part."""

    id: int
    received_at: datetime
    sender: str
    to: list[str]
    subject: str
    headers: dict[str, str]
    text: str
    html: str

    @property
    def links(self) -> list[str]:
        """The addresses in the text, in their order."""
        return [found.rstrip(SENTENCE_END) for found in LINK.findall(self.text or self.html)]

    def as_json(self) -> dict[str, object]:
        """For tests."""
        return {
            "id": self.id,
            "received_at": self.received_at.isoformat(),
            "from": self.sender,
            "to": self.to,
            "subject": self.subject,
            "headers": self.headers,
            "text": self.text,
            "html": self.html,
            "links": self.links,
        }


def read(stored: Stored) -> Message:
    """Reads what came, whatever it is: a part that cannot be decoded shows as it can."""
    parsed = message_from_bytes(stored.raw, policy=default)
    headers = {name: str(value) for name, value in parsed.items()}
    return Message(
        id=stored.id,
        received_at=datetime.fromtimestamp(stored.received_at, UTC),
        sender=headers.get("From", ""),
        to=stored.recipients,
        subject=headers.get("Subject", "") or "(no subject)",
        headers=headers,
        text=_part(parsed, "plain"),
        html=_part(parsed, "html"),
    )


def _part(parsed: EmailMessage, kind: str) -> str:
    part = parsed.get_body((kind,))
    if part is None:
        return ""
    try:
        return str(part.get_content()).replace("\r\n", "\n").rstrip("\n")
    except LookupError:  # a charset that nobody knows
        return part.as_string()
