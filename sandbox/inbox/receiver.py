"""The SMTP side: takes every mail for everybody, unless a test has it refuse the next ones."""

import asyncio
from dataclasses import dataclass

from aiosmtpd.smtp import SMTP, Envelope, Session

from sandbox.inbox.store import Store

LARGEST_MESSAGE = 2_000_000
MOST_RECIPIENTS = 100
IDLE_SECONDS = 60.0
TAKEN = "250 Kept in the sandbox inbox; it leaves this machine nowhere"


@dataclass
class Outage:
    """How many of the next messages are refused, and with which SMTP code."""

    messages: int = 0
    code: int = 451


class Receiver:
    """What aiosmtpd calls for each command; the names are its own."""

    def __init__(self, store: Store, outage: Outage) -> None:
        self._store = store
        self._outage = outage

    async def handle_RCPT(  # noqa: N802 - aiosmtpd's name
        self, _server: SMTP, _session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        """Accepts a recipient, or acts out the outage."""
        if self._outage.messages:
            self._outage.messages -= 1
            return f"{self._outage.code} This is the outage that was asked for"
        if len(envelope.rcpt_tos) >= MOST_RECIPIENTS:
            return "452 Too many recipients"
        envelope.rcpt_tos.append(address)
        envelope.rcpt_options.extend(options)
        return "250 OK"

    async def handle_DATA(self, _server: SMTP, _session: Session, envelope: Envelope) -> str:  # noqa: N802
        """Keeps the message."""
        content = envelope.original_content or b""
        await asyncio.to_thread(self._store.add, envelope.rcpt_tos, content)
        return TAKEN


async def listen(host: str, port: int, store: Store, outage: Outage) -> asyncio.Server:
    """Starts to take mail on the running event loop."""
    loop = asyncio.get_running_loop()
    receiver = Receiver(store, outage)

    def conversation() -> SMTP:
        return SMTP(
            receiver,
            loop=loop,
            hostname="localhost",
            ident="Litesubs sandbox inbox",
            data_size_limit=LARGEST_MESSAGE,
            enable_SMTPUTF8=True,
            timeout=IDLE_SECONDS,
        )

    return await loop.create_server(conversation, host, port)
