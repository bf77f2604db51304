"""What Litesubs writes to people. Every word of every mail is here."""

from collections.abc import Sequence
from datetime import datetime
from urllib.parse import urlencode

from litesubs.domain import clock, letterhead, prose
from litesubs.domain.letterhead import Block, Button, Code, Ticket, Words
from litesubs.integrations.mail import Mail
from litesubs.settings import settings


def confirm_address(key: str, to: str, *, url: str, code: str, link_hours: int, code_minutes: int) -> Mail:
    """Asks somebody who signed up to prove the address.

    Nothing in it was written by whoever signed up: the address may be a stranger's, and nobody shall send strangers
    words of their own through us.
    """
    return _letter(
        key,
        (to, ""),
        "Confirm your e-mail address",
        "Confirm your e-mail address",
        [
            Words(f"This confirms {to} for Litesubs. The link works for {prose.count(link_hours, 'hour')}."),
            Button("Confirm this address", url),
            Words(
                "Or type this code where you signed up, and keep your password. "
                f"It works for {prose.count(code_minutes, 'minute')}."
            ),
            Code(f"{code[:3]} {code[3:]}"),
        ],
        "You did not sign up at Litesubs? Then leave this mail: nothing happens without you. If you confirm the "
        "address all the same, you choose the password, and whoever signed up with it is signed out.",
    )


def gift(
    key: str,
    to: tuple[str, str],
    *,
    creator: str,
    pack: str,
    credits_: int,
    expires_at: datetime | None,
    joined: bool,
    usable: bool = True,
) -> Mail:
    """Tells somebody (address, name) that a creator gave them credits.

    `joined` says whether the address is proven, `usable` whether the pack can be used now.
    """
    amount = prose.count(credits_, "credit")
    good = f"Good until {prose.day(prose.last_day(expires_at))}" if expires_at else "They never expire"
    way_on: list[Block] = (
        [Words("They are in your wallet."), Button("Open your wallet", _url("/wallet"))]
        if joined
        else [
            Words(f"Sign up with {to[0]}, or sign in, and confirm the address. Then the credits are in your wallet."),
            Button("See your credits", _url("/signup", next="/verify-email?next=/wallet")),
        ]
    )
    if not usable:
        way_on.insert(
            0, Words(f"{prose.first_name(creator)} has paused this pack for you, so they cannot be used now.")
        )
    return _letter(
        key,
        to,
        f"{prose.first_name(creator)} gave you {amount}",
        f"{creator} gave you {amount} of {pack}",
        [Ticket(f"{credits_:,}", pack, f"From {creator}. {good}."), *way_on],
        f"{creator} gave this address at Litesubs, where credits are bought and given in packs.",
    )


def _url(path: str, **query: str) -> str:
    return f"{settings().base_url}{path}" + (f"?{urlencode(query)}" if query else "")


def _letter(key: str, to: tuple[str, str], subject: str, title: str, blocks: Sequence[Block], foot: str) -> Mail:
    home = settings().base_url
    return Mail(
        key=key,
        to=to[0],
        to_name=to[1],
        subject=subject,
        text=letterhead.as_text(title, blocks, foot, home),
        html=letterhead.as_html(title, blocks, foot, home),
        written_at=clock.now(),
    )
