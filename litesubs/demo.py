"""`python -m litesubs demo`: believable creators, buyers, sales and usage, through the use cases a person would use.

Safe to repeat: a creator or buyer who exists is left as they are, and the API keys it prints stay the same. Sales need
the Stripe sandbox, whose checkout page it pays on; with a real key it refuses.
"""

import json
import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import httpx
from sqlmodel import col, select

from litesubs.db import transaction
from litesubs.domain import (
    accounts,
    api_keys,
    clock,
    customers,
    links,
    packs,
    profiles,
    purchases,
    verification,
    visits,
    wallets,
)
from litesubs.domain.actors import VISITOR, Actor
from litesubs.domain.api_keys import SCOPES, KeyDraft
from litesubs.domain.errors import WrongCredentialsError
from litesubs.domain.packs import PackDraft
from litesubs.domain.views.offers import PackView
from litesubs.domain.views.statements import SubscriptionView
from litesubs.models import Purchase
from litesubs.settings import settings

PASSWORD = "ten rides on one ticket"  # noqa: S105 - of people who do not exist
ADDRESS = "demo"
TIMEOUT_SECONDS = 20.0
VISITORS = 60  # of a creator's newest pack
BROWSER = "Mozilla/5.0 (X11; Linux x86_64; rv:144.0) Gecko/20100101 Firefox/144.0"


@dataclass(frozen=True)
class Shop:
    """A creator and what they sell."""

    email: str
    name: str
    handle: str
    bio: str
    links: str
    packs: tuple[PackDraft, ...]


@dataclass(frozen=True)
class Sale:
    """A purchase `days_ago`, then spends as (days after the purchase, credits, reason), and what was done by hand."""

    buyer: str
    handle: str
    slug: str
    days_ago: int
    spends: tuple[tuple[int, int, str], ...] = ()
    adjustment: tuple[int, str, str] | None = None
    status: tuple[str, str] | None = None


class DemoNeedsSandboxError(RuntimeError):
    """The demo pays on the Stripe sandbox's page. Unset STRIPE_SECRET_KEY, start `make run`, then run it again."""


SHOPS = (
    Shop(
        "mara@example.com",
        "Mara Lindqvist",
        "mara",
        "Voice and speech coach in Copenhagen. I work with people who speak for a living and singers who want to sing "
        "for longer.\n\nFifteen years on stage, ten of them teaching. **New here?** Begin with a single session.",
        "https://example.com/mara\nhttps://example.org/voice-notes",
        (
            PackDraft(
                name="10 coaching sessions",
                description="Fifty minutes each, in person or by video. Take them weekly, or save them for the month "
                "before a big talk. One credit is one session, and you choose when.\n\n"
                "- **10 sessions of 50 minutes.** One credit each; a double session uses two.\n"
                "- **A recording and practice notes** after every session, yours to keep.\n"
                "- **Move a session up to 24 hours before** and the credit comes straight back.",
                price="450",
                credits="10",
                expiry_kind="after_days",
                expiry_days="365",
                slug="coaching",
            ),
            PackDraft(
                name="Voice reset",
                description="Five sessions for singers after a cold, a tour or a long winter.",
                price="240",
                credits="5",
                expiry_kind="after_days",
                expiry_days="270",
                slug="voice-reset",
            ),
            PackDraft(name="Single session", description="Try it first.", price="55", credits="1", slug="single"),
        ),
    ),
    Shop(
        "ida@example.com",
        "Ida Sund",
        "ida-sund",
        "Pottery studio by the harbour, open five evenings a week.",
        "https://example.com/studio",
        (
            PackDraft(
                name="5 studio evenings",
                description="Clay, glaze and firing included. Come any evening the studio is open.",
                price="1450",
                currency="DKK",
                credits="5",
                expiry_kind="after_days",
                expiry_days="90",
                slug="evenings",
            ),
        ),
    ),
    Shop(
        "kofi@example.com",
        "Kofi Mensah",
        "kofi",
        "",
        "",
        (
            PackDraft(
                name="8 guitar lessons",
                description="Forty minutes, in Accra or online. Bring any song.",
                price="280",
                currency="USD",
                credits="8",
                slug="guitar",
            ),
            PackDraft(
                name="1,000 chord lookups",
                description="For apps: one credit is one call to the chord service.",
                price="19",
                currency="USD",
                credits="1000",
                slug="chords",
            ),
        ),
    ),
)
BUYERS = {
    "jonas.weber@example.com": "Jonas Weber",
    "aiko.brandt@example.com": "Aiko Brandt",
    "leila.haddad@example.com": "Leïla Haddad",
    "tom.okafor@example.com": "Tom Okafor",
    "nina.s@example.com": "Nina Sørensen",
    "yusuf.demir@example.com": "Yusuf Demir",
    "chiara@example.com": "Chiara Romano",
    "al.krueger@example.com": "Anna-Lena Krüger",
    "elif.yildiz@example.com": "Elif Yıldız",
    "kwame@example.com": "Kwame Asante",
    "lucas.moreau@example.com": "Lucas Moreau",
    "mei.tanaka@example.com": "Mei Tanaka",
    "zofia.nowak@example.com": "Zofia Nowak",
}
SALES = (
    Sale(
        "jonas.weber@example.com",
        "mara",
        "coaching",
        72,
        (
            (19, 1, "Session on 1 Oct"),
            (30, 2, "Double session: dress rehearsal"),
            (52, 1, "Session on 3 Nov"),
            (68, 1, ""),
        ),
        (1, "Thanks for your patience: I started 20 minutes late", ""),
    ),
    Sale("leila.haddad@example.com", "mara", "coaching", 200, tuple((20 * n, 1, "") for n in range(1, 10))),
    Sale("tom.okafor@example.com", "mara", "voice-reset", 255, ((10, 1, ""), (24, 1, ""))),
    Sale("tom.okafor@example.com", "mara", "coaching", 40, ((5, 1, ""), (12, 1, ""), (26, 1, ""))),
    Sale("nina.s@example.com", "mara", "voice-reset", 60, ((3, 5, "Intensive week"),)),
    Sale(
        "yusuf.demir@example.com",
        "mara",
        "voice-reset",
        43,
        ((4, 1, ""), (18, 1, "")),
        status=("paused", "Back after your operation."),
    ),
    Sale("chiara@example.com", "mara", "single", 17, ((3, 1, "First session"),)),
    Sale("al.krueger@example.com", "mara", "voice-reset", 262, ((9, 1, ""), (31, 1, ""), (60, 1, ""))),
    Sale("elif.yildiz@example.com", "mara", "coaching", 310, tuple((14 * n, 1, "") for n in range(1, 11))),
    Sale("elif.yildiz@example.com", "mara", "coaching", 101, tuple((21 * n, 1, "") for n in range(1, 4))),
    Sale("kwame@example.com", "mara", "single", 21),
    Sale("leila.haddad@example.com", "mara", "coaching", 12, ((4, 1, ""),)),
    Sale("lucas.moreau@example.com", "mara", "coaching", 165, tuple((12 * n, 1, "") for n in range(1, 8))),
    Sale("mei.tanaka@example.com", "mara", "voice-reset", 128, tuple((15 * n, 1, "") for n in range(1, 6))),
    Sale("mei.tanaka@example.com", "mara", "coaching", 8, ((3, 2, "Double session"),)),
    Sale("zofia.nowak@example.com", "mara", "single", 90, ((6, 1, "First session"),)),
    Sale("zofia.nowak@example.com", "mara", "coaching", 80, tuple((9 * n, 1, "") for n in range(1, 7))),
    Sale("aiko.brandt@example.com", "mara", "coaching", 0),
    Sale(
        "jonas.weber@example.com", "ida-sund", "evenings", 81, ((10, 1, ""), (24, 1, ""), (45, 1, "Brought a friend"))
    ),
    Sale(
        "jonas.weber@example.com",
        "kofi",
        "guitar",
        30,
        ((6, 1, ""),),
        status=("paused", "Back from tour on 7 January."),
    ),
    Sale("aiko.brandt@example.com", "kofi", "chords", 25, ((1, 140, "October"), (20, 212, "November"))),
)


def run(*, as_json: bool) -> None:
    """Fill the instance, then print who can sign in: as `contract`'s JSON with `as_json`, else in words."""
    if not settings().uses_stripe_sandbox:
        raise DemoNeedsSandboxError(DemoNeedsSandboxError.__doc__)
    creators = {shop.handle: open_shop(shop) for shop in SHOPS}
    buyers = {email: _person(email, name) for email, name in BUYERS.items()}
    for (buyer, handle, slug), sales in _by_holding().items():
        _sell(sales, creators[handle], buyers[buyer], slug)
    _visits(creators)
    found = _inventory(creators)
    if as_json:
        print(json.dumps(found, ensure_ascii=False))
        return
    print(f"Demo is in {settings().base_url}. The password of everybody is: {PASSWORD}")
    for one in found["creators"]:
        print(f"  creator {one['email']}, API key {one['api_key']}")
    for email in BUYERS:
        print(f"  buyer   {email}")
    for link in found["links"]:
        print(f"  pack    {settings().base_url}/p/{link['token']}")


def _person(email: str, name: str) -> Actor:
    try:
        token = accounts.sign_in(email, PASSWORD, ADDRESS)
    except WrongCredentialsError:
        token = accounts.sign_up(email, PASSWORD, name, ADDRESS)
        verification.vouch(accounts.actor_for(token))
    actor = accounts.actor_for(token)
    accounts.sign_out(token)
    return actor


def open_shop(shop: Shop) -> Actor:
    """The creator with their packs, made where they are not there yet."""
    person = _person(shop.email, shop.name)
    if person.creator_id is None:
        profiles.become_creator(person, shop.name, shop.handle)
        person = _person(shop.email, shop.name)
        profiles.introduce(person, shop.bio, shop.links)
    existing = {pack.slug for pack in packs.mine(person)}
    for draft in shop.packs:
        if draft.slug not in existing:
            packs.create(person, draft)
    return person


def _by_holding() -> dict[tuple[str, str, str], list[Sale]]:
    """The sales of each pack to each buyer, the oldest first."""
    found: dict[tuple[str, str, str], list[Sale]] = {}
    for sale in sorted(SALES, key=lambda sale: -sale.days_ago):
        found.setdefault((sale.buyer, sale.handle, sale.slug), []).append(sale)
    return found


def _sell(sales: list[Sale], creator: Actor, buyer: Actor, slug: str) -> None:
    """Sell a pack to a buyer who has none of it yet, as often as they bought it, each time at its time in the past."""
    pack = next(pack for pack in packs.mine(creator) if pack.slug == slug)
    if _held(buyer, pack) is None:
        for number, sale in enumerate(sales):
            _sale(sale, creator, buyer, pack, f"demo-{buyer.user_id}-{pack.id}-{number}")


def _visits(creators: dict[str, Actor]) -> None:
    """Let people open the main links over the last weeks, some of whom sign up; twice is counted once."""
    for creator in creators.values():
        for number, pack in enumerate(packs.mine(creator)):
            token = pack.link_url.rpartition("/")[2]
            for visitor in range(VISITORS // (number + 1)):
                with clock.at(clock.now() - timedelta(days=visitor * 29 // VISITORS)):
                    visits.record(token, f"192.0.2.{visitor}", BROWSER, VISITOR)


def _held(buyer: Actor, pack: PackView) -> SubscriptionView | None:
    found = (view for group in wallets.mine(buyer).groups for view in group.subscriptions if view.pack_id == pack.id)
    return next(found, None)


def _sale(sale: Sale, creator: Actor, buyer: Actor, pack: PackView, key: str) -> None:
    """Sell, spend and correct, each at its time."""
    bought_at = clock.now() - timedelta(days=sale.days_ago, hours=3)
    _pay(buyer, purchases.start(buyer, pack.link_url.rpartition("/")[2]), bought_at)
    held = _held(buyer, pack)
    if held is None:
        msg = f"{sale.buyer} paid for {pack.name} and holds none of it"
        raise RuntimeError(msg)
    for number, (days_later, amount, reason) in enumerate(sale.spends):
        with clock.at(min(bought_at + timedelta(days=days_later), clock.now())):
            wallets.use(creator, held.id, amount, reason, f"{key}-{number}")
    if sale.adjustment:
        amount, reason, expires = sale.adjustment
        wallets.adjust(creator, held.id, str(amount), reason, expires, f"{key}-adjustment")
    if sale.status:
        wallets.set_status(creator, held.id, *sale.status)


def _pay(buyer: Actor, checkout_url: str, bought_at: datetime) -> None:
    """Pay on the sandbox's page as a person would, and settle as if it had happened at `bought_at`."""
    card = {"method": "card", "number": "4242424242424242", "expiry": "12 / 34", "cvc": "123", "name": buyer.name}
    sandbox = re.match(r"https?://[^/]+", checkout_url)
    base = sandbox[0] if sandbox else ""
    with httpx.Client(timeout=TIMEOUT_SECONDS) as browser:
        browser.post(f"{base}/_test/webhooks/pause").raise_for_status()
        try:
            paid = browser.post(checkout_url, data=card)
            with transaction() as session:
                query = select(Purchase.id).where(col(Purchase.stripe_session_url) == checkout_url)
                purchase_id: UUID = session.exec(query).one()
            with clock.at(bought_at):
                purchases.settle(purchase_id)
        finally:
            browser.post(f"{base}/_test/webhooks/resume").raise_for_status()
    if paid.status_code >= httpx.codes.BAD_REQUEST:
        paid.raise_for_status()


def _inventory(creators: dict[str, Actor]) -> dict[str, Any]:
    """What the instance holds, in the shape of `demo --json`."""
    offers: list[dict[str, Any]] = []
    tokens: list[dict[str, str]] = []
    people: list[dict[str, str]] = []
    keys: dict[str, str] = {}
    for handle, creator in creators.items():
        for pack in packs.mine(creator):
            fields = ("id", "slug", "name", "credits", "price_minor", "currency")
            offers.append({"handle": handle} | {name: getattr(pack, name) for name in fields})
            tokens.extend({"token": link.token, "pack": pack.id} for link in links.of_pack(creator, pack.id))
        keys[handle] = api_keys.kept(creator, KeyDraft("Demo", tuple(SCOPES)), "demo")
        people.extend({"id": key, "email": email, "handle": handle} for key, email in customers.known(creator))
    return {
        "base_url": settings().base_url,
        "creators": [
            {"email": shop.email, "password": PASSWORD, "handle": shop.handle, "api_key": keys[shop.handle]}
            for shop in SHOPS
        ],
        "buyers": [{"email": email, "password": PASSWORD} for email in BUYERS],
        "packs": offers,
        "links": tokens,
        "customers": people,
    }
