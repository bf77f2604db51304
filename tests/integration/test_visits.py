"""Visits of share links: people once a day, nobody else, exactly, and forgotten after two days."""

from datetime import UTC, date, datetime, timedelta
from functools import partial
from typing import Any

import pytest
from sqlalchemy import text
from sqlmodel import col, select

from litesubs import db
from litesubs.db import transaction
from litesubs.domain import accounts, clock, ids, links, profiles, visits
from litesubs.domain.actors import VISITOR, Actor
from litesubs.domain.errors import ValidationFailedError
from litesubs.domain.views.offers import PackView
from litesubs.models import LinkDay, LinkVisit, ShareLink
from litesubs.settings import settings
from tests import factories
from tests.factories import HOSTILE, PASSWORD, at_once, token_of, unexpected
from tests.sandbox_process import free_port

pytestmark = pytest.mark.usefixtures("shared_database")

SAFARI = (
    "Mozilla/5.0 (iPhone; CPU iPhone OS 17_1 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) "
    "Version/17.1 Mobile/15E148 Safari/604.1"
)
FIREFOX = "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:120.0) Gecko/20100101 Firefox/120.0"
IMESSAGE = (
    "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_11_1) AppleWebKit/601.2.4 (KHTML, like Gecko) Version/9.0.1 "
    "Safari/601.2.4 facebookexternalhit/1.1 Facebot Twitterbot/1.0"
)
PEOPLE = [
    SAFARI,
    FIREFOX,
    "Mozilla/5.0 (Linux; Android 10; K) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/120.0.0.0 Mobile Safari/537.36",
    f"{SAFARI} [FBAN/FBIOS;FBDV/iPhone14,2;FBMD/iPhone;FBSN/iOS;FBSV/17.1]",
    f"{SAFARI} Instagram 300.0.0.0 (iPhone14,2; iOS 17_1; en_US)",
    "Mozilla/5.0 (Linux; Android 12; CUBOT X30) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/120 Mobile Safari/537.36",
]
BOTS = [
    "",
    "curl/8.4.0",
    "python-httpx/0.28.1",
    "WhatsApp/2.23.20.0 A",
    "TelegramBot (like TwitterBot)",
    "Slackbot-LinkExpanding 1.0 (+https://api.slack.com/robots)",
    "facebookexternalhit/1.1 (+http://www.facebook.com/externalhit_uatext.php)",
    IMESSAGE,
    "Twitterbot/1.0",
    "Mozilla/5.0 (compatible; Discordbot/2.0; +https://discordapp.com)",
    "LinkedInBot/1.0 (compatible; Mozilla/5.0; Apache-HttpClient +http://www.linkedin.com)",
    "Mozilla/5.0 (Windows NT 6.1; WOW64) SkypeUriPreview Preview/0.5",
    "Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)",
    "Mozilla/5.0 AppleWebKit/537.36 (KHTML, like Gecko; compatible; GPTBot/1.2; +https://openai.com/gptbot)",
    "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) HeadlessChrome/120.0.0.0 Safari/537.36",
    "Mozilla/5.0 " + "x" * 100_000,
]


def counted(offer: PackView) -> dict[date, tuple[int, int]]:
    """(views, sign-ups) of the pack's main link on each day."""
    with transaction() as session:
        query = select(LinkDay).join(ShareLink, col(ShareLink.id) == col(LinkDay.link_id))
        days = session.exec(query.where(ShareLink.token == token_of(offer))).all()
    return {day.day: (day.views, day.sign_ups) for day in days}


def views(offer: PackView) -> int:
    """Views of the pack's main link on all days."""
    return sum(seen for seen, _ in counted(offer).values())


def visit(offer: PackView, address: str = "192.0.2.1", agent: str = SAFARI, actor: Actor = VISITOR) -> None:
    """Somebody opens the pack's main link."""
    visits.record(token_of(offer), address, agent, actor)


def test_a_person_counts_once_a_day_for_each_link() -> None:
    seller = factories.creator()
    first, second = factories.pack(seller), factories.pack(seller)
    for _ in range(3):
        visit(first)
    assert views(first) == 1
    visit(first, address="192.0.2.2")
    visit(first, agent=FIREFOX)
    visit(second)
    assert (views(first), views(second)) == (3, 1)
    with clock.at(clock.now() + timedelta(days=1)):
        visit(first)
    assert sorted(counted(first).values()) == [(1, 0), (3, 0)]


def test_a_day_is_the_creators_own() -> None:
    seller = factories.creator()
    profiles.update(seller, "Ada", f"ada-{ids.new().hex[:8]}", "Pacific/Auckland", "EUR")
    offer = factories.pack(seller)
    for hour in (10, 12):  # either side of midnight in Auckland, which is 13 hours ahead in January
        with clock.at(datetime(2027, 1, 5, hour, tzinfo=UTC)):
            visit(offer)
    assert counted(offer) == {date(2027, 1, 5): (1, 0), date(2027, 1, 6): (1, 0)}


@pytest.mark.parametrize("agent", BOTS)
def test_bots_and_link_previews_are_left_out(agent: str) -> None:
    offer = factories.pack(factories.creator())
    visit(offer, agent=agent)
    assert views(offer) == 0


@pytest.mark.parametrize("agent", PEOPLE)
def test_browsers_of_people_are_not_taken_for_bots(agent: str) -> None:
    assert not visits.is_bot(agent)


def test_the_creator_is_left_out_and_another_creator_is_not() -> None:
    seller = factories.creator()
    offer = factories.pack(seller)
    visit(offer, actor=seller)
    assert views(offer) == 0
    visit(offer, actor=factories.creator())
    assert views(offer) == 1


@pytest.mark.parametrize("purpose", ["prefetch", "prefetch;prerender", "Prefetch"])
def test_a_page_that_is_only_fetched_ahead_is_left_out(purpose: str) -> None:
    offer = factories.pack(factories.creator())
    visits.record(token_of(offer), "192.0.2.1", SAFARI, VISITOR, purpose)
    assert views(offer) == 0


def test_twenty_visits_at_once_are_counted_exactly() -> None:
    offer = factories.pack(factories.creator())
    same = [partial(visit, offer)] * 10
    others = [partial(visit, offer, f"198.51.100.{number}") for number in range(10)]
    assert unexpected(at_once(*same, *others)) == []
    assert views(offer) == 11


def test_what_comes_while_visits_are_written_is_written_together_and_none_is_lost() -> None:
    seller = factories.creator()
    first, second = factories.pack(seller), factories.pack(seller)
    with visits.writing:  # somebody writes
        for number in range(visits.MOST_AT_ONCE + 2):
            visit(first, f"198.51.{number // 256}.{number % 256}")
        visit(first, "198.51.0.0")
        visit(second)
        visit(second, "192.0.2.2", actor=seller)
        assert (views(first), views(second)) == (0, 0)
    visits.settle()
    assert (views(first), views(second)) == (visits.MOST_AT_ONCE + 2, 1)


def test_who_was_counted_just_now_asks_no_database_and_another_process_does_not_count_them_again() -> None:
    offer = factories.pack(factories.creator())
    token = token_of(offer)
    with clock.at(datetime(2027, 1, 5, 10, 1, tzinfo=UTC)):
        assert visits.is_news(token, "192.0.2.1", SAFARI)
        visit(offer)
        assert not visits.is_news(token, "192.0.2.1", SAFARI)
        assert visits.is_news(token, "192.0.2.2", SAFARI)
        assert visits.is_news(token, "192.0.2.1", FIREFOX)
    with clock.at(datetime(2027, 1, 5, 10, 15, tzinfo=UTC)):  # it could be another day somewhere
        assert visits.is_news(token, "192.0.2.1", SAFARI)
        visit(offer)
        visits.known.clear()
        visit(offer)
    assert views(offer) == 1


def test_a_creator_and_what_failed_are_not_remembered_as_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    seller = factories.creator()
    offer = factories.pack(seller)
    visit(offer, actor=seller)
    with monkeypatch.context() as broken:
        broken.setattr(visits, "COUNT", text("SELECT 1 / 0, :opened"))
        visit(offer)
    assert views(offer) == 0
    visit(offer)
    assert views(offer) == 1


def test_two_processes_that_write_the_same_visits_in_other_orders_count_them_once() -> None:
    seller = factories.creator()
    offers = [factories.pack(seller) for _ in range(3)]
    seen = [
        visits.Visit(token_of(offer), f"198.51.100.{number}\n{SAFARI}", VISITOR, clock.now())
        for offer in offers
        for number in range(40)
    ]
    assert unexpected(at_once(*[partial(visits.write, order) for order in (seen, seen[::-1]) * 4])) == []
    assert [views(offer) for offer in offers] == [40, 40, 40]


def test_more_than_can_wait_is_let_go_and_the_page_does_not_fail(monkeypatch: pytest.MonkeyPatch) -> None:
    offer = factories.pack(factories.creator())
    monkeypatch.setattr(visits, "MOST_WAITING", 2)
    with visits.writing:
        for number in range(5):
            visit(offer, f"198.51.100.{number}")
    visits.settle()
    assert views(offer) == 2


def test_what_is_kept_tells_neither_address_nor_browser_and_goes_after_two_days() -> None:
    offer = factories.pack(factories.creator())
    visit(offer)
    link_id = links_id(offer)
    (kept,) = hashes(link_id)
    assert len(kept) == 32
    with clock.at(clock.now() + timedelta(days=1)):
        visit(offer)
        visits.forget_old()
    assert len(set(hashes(link_id))) == 2  # the same person is another hash on another day
    with clock.at(clock.now() + timedelta(days=4)):
        visits.forget_old()
    assert hashes(link_id) == []
    assert views(offer) == 2


def test_a_sign_up_counts_once_for_the_link_that_led_to_it() -> None:
    offer = factories.pack(factories.creator())
    email = f"{ids.new().hex}@example.com"
    for _ in range(2):  # the second time it is a sign-in
        accounts.sign_up(email, PASSWORD, "Ben Okafor", email, token_of(offer))
    assert list(counted(offer).values()) == [(0, 1)]
    with pytest.raises(ValidationFailedError):
        accounts.sign_up("nobody", PASSWORD, "Ben Okafor", email, token_of(offer))
    assert list(counted(offer).values()) == [(0, 1)]


def test_sign_ups_and_visits_at_once_are_counted_exactly() -> None:
    offer = factories.pack(factories.creator())
    emails = [f"{ids.new().hex}@example.com" for _ in range(4)]
    sign_ups = [partial(accounts.sign_up, email, PASSWORD, "Ben", email, token_of(offer)) for email in emails]
    seen = [partial(visit, offer, f"198.51.100.{number}") for number in range(6)]
    outcomes: list[Any] = at_once(*sign_ups, *seen)
    assert unexpected(outcomes) == []
    assert list(counted(offer).values()) == [(6, 4)]


def test_an_unknown_or_broken_token_counts_nowhere_and_breaks_nothing() -> None:
    for token in (*HOSTILE, "neverexisted"):
        visits.record(token, "192.0.2.1", SAFARI, VISITOR)
    email = f"{ids.new().hex}@example.com"
    assert accounts.sign_up(email, PASSWORD, "Ben", email, "neverexisted")


def test_a_database_that_does_not_answer_is_no_reason_to_fail() -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("DATABASE_URL", f"postgresql://nobody@127.0.0.1:{free_port()}/none")
        settings.cache_clear()
        db.reset()
        visits.record("sometoken", "192.0.2.1", SAFARI, VISITOR)
    settings.cache_clear()
    db.reset()


def test_the_creator_reads_views_sign_ups_and_sales_of_each_link() -> None:
    seller = factories.creator()
    offer = factories.pack(seller)
    visit(offer)
    visit(offer, agent=FIREFOX)
    (link,) = links.mine(seller)
    assert (link.figures.views, link.figures.sign_ups, link.figures.sales) == (2, 0, 0)
    assert links.of_pack(seller, offer.id) == [link]


def links_id(offer: PackView) -> object:
    """The id of the pack's main link."""
    with transaction() as session:
        return session.exec(select(ShareLink.id).where(ShareLink.token == token_of(offer))).one()


def hashes(link_id: object) -> list[bytes]:
    """What is kept of the visitors of a link."""
    with transaction() as session:
        return list(session.exec(select(LinkVisit.visitor).where(LinkVisit.link_id == link_id)))
