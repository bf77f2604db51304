"""A creator's profile: changed as a whole, with a handle that is one person's alone."""

from datetime import UTC, date, datetime
from functools import partial
from uuid import UUID

import pytest
from sqlalchemy import text
from sqlmodel import Session, col, select

from litesubs.db import transaction
from litesubs.domain import accounts, claims, clock, customers, ids, packs, profiles, sums
from litesubs.domain.actors import VISITOR, Actor
from litesubs.domain.errors import CreatorProfileRequiredError, DomainError, SignInRequiredError, ValidationFailedError
from litesubs.domain.views.accounts import AccountView, IntroductionView
from litesubs.models import InsightDay
from tests import factories
from tests.factories import HOSTILE, at_once

pytestmark = pytest.mark.usefixtures("shared_database")


def handle() -> str:
    """A handle that nobody has."""
    return f"h-{ids.new().hex[-12:]}"


def update(actor: Actor, **changes: str) -> AccountView:
    """Change a profile that is right otherwise."""
    values = {"display_name": "Ada", "handle": handle(), "time_zone": "UTC", "currency": "EUR"} | changes
    return profiles.update(actor, **values)


def test_all_of_a_profile_is_changed_together() -> None:
    seller, wanted = factories.creator(), handle()
    view = update(
        seller, display_name="  Ada's   Studio ", handle=f" {wanted.upper()} ", time_zone="Asia/Tokyo", currency="JPY"
    )
    assert (view.display_name, view.handle, view.time_zone, view.currency) == (
        "Ada's Studio",
        wanted,
        "Asia/Tokyo",
        "JPY",
    )
    assert accounts.account(seller) == view


@pytest.mark.parametrize(
    ("field", "bad"),
    [
        ("display_name", ""),
        ("display_name", "x" * 81),
        ("handle", "a"),
        ("handle", "-abc"),
        ("handle", "api"),
        ("handle", "ä-b-c"),
        ("time_zone", ""),
        ("time_zone", "Mars/Olympus"),
        ("time_zone", "../../etc/passwd"),
        ("time_zone", "US/Pacific-New"),
        ("currency", "XXX"),
        ("currency", "eur"),
    ],
)
def test_a_wrong_value_is_named_and_nothing_is_written(field: str, bad: str) -> None:
    seller = factories.creator()
    before = accounts.account(seller)
    with pytest.raises(ValidationFailedError) as refused:
        update(seller, **{field: bad})
    assert set(refused.value.fields) == {field}
    assert accounts.account(seller) == before


def test_nobody_uses_handle_after_handle(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(profiles, "MOST_HANDLES", 2)
    seller = factories.creator()
    first, second = accounts.account(seller).handle, handle()
    update(seller, handle=second)
    with pytest.raises(ValidationFailedError, match="You have had 2 handles"):
        update(seller, handle=handle())
    assert update(seller, handle=first).handle == first
    assert update(seller, handle=first, display_name="Else").display_name == "Else"


def test_a_handle_that_somebody_has_or_had_is_refused_and_is_theirs_to_go_back_to() -> None:
    first, second = factories.creator(), factories.creator()
    old = accounts.account(first).handle
    assert profiles.handle_problem(second, old) == "Somebody has this handle. Choose another."
    with pytest.raises(ValidationFailedError, match="Somebody has this handle"):
        update(second, handle=old.upper())
    assert profiles.handle_problem(first, old) == ""
    update(first)
    assert profiles.handle_problem(second, old) == "Somebody has this handle. Choose another."
    with pytest.raises(ValidationFailedError, match="Somebody has this handle"):
        update(second, handle=old)
    with pytest.raises(ValidationFailedError, match="Somebody has this handle"):
        profiles.become_creator(factories.person(), "Ada", old)
    assert update(first, handle=old).handle == old
    assert profiles.handle_problem(first, "admin").startswith("Litesubs uses this word")


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        ("m\u0430ra", "“\u0430” is not a plain letter"),
        ("ma\u200bra", "Use 3 to 30 letters"),
        ("\u212aofi", "“\u212a” is not a plain letter"),  # the sign of kelvin, whose small letter is our k
        ("ｍara", "“ｍ” is not a plain letter"),
        ("🎻🎻🎻", "“🎻” is not a plain letter"),
        ("dashboard", "Litesubs uses this word itself"),
        ("x" * 10_000, "Use 3 to 30 letters"),
    ],
)
def test_a_handle_that_looks_like_another_is_refused_with_what_to_do(wrong: str, sentence: str) -> None:
    assert profiles.handle_problem(factories.creator(), wrong).startswith(sentence)


def test_a_creator_introduces_themselves() -> None:
    seller = factories.creator()
    assert profiles.introduction(seller) == IntroductionView()
    links = " https://Example.com \n\nexample.org/a b?\nexample.org/ä\nhttps://example.com/"
    with pytest.raises(ValidationFailedError, match="is no address of a page"):
        profiles.introduce(seller, "", links)
    view = profiles.introduce(seller, "  Voice coach.\r\n\r\n**Hello** ", links.replace("/a b?", ":8080/x"))
    assert view.bio == "Voice coach.\n\n**Hello**"
    assert view.links.split() == ["https://example.com/", "https://example.org:8080/x", "https://example.org/%C3%A4"]
    assert profiles.introduce(seller, "", "") == IntroductionView()


@pytest.mark.parametrize(
    ("field", "wrong"),
    [
        ("bio", "x" * 1_001),
        ("bio", "a\u202eb"),
        ("bio", "a\0b"),
        *[
            ("links", wrong)
            for wrong in (
                "javascript:alert(1)",
                "java\tscript:alert(1)",
                "JavaScript://example.com/%0aalert(1)",
                "data:text/html,x",
                "http://example.com",
                "https://ada:secret@example.com",
                "https://example.com@evil.example",
                "https://localhost",
                "https://",
                "mailto:ada@example.com",
                "https://example.com/" + "x" * 300,
                "https://example.com/a\u202eb",
                "https://example.com/\0",
                "\ud800",
                "\n".join(f"https://example.com/{n}" for n in range(6)),
            )
        ],
    ],
)
def test_an_introduction_that_will_not_do_is_named_and_nothing_is_written(field: str, wrong: str) -> None:
    seller = factories.creator()
    with pytest.raises(ValidationFailedError) as refused:
        profiles.introduce(seller, **({"bio": "", "links": ""} | {field: wrong}))
    assert set(refused.value.fields) == {field}
    assert profiles.introduction(seller) == IntroductionView()


def test_creators_racing_for_a_handle_end_with_one_owner() -> None:
    wanted, sellers = handle(), [factories.creator() for _ in range(4)]
    outcomes = at_once(*[partial(update, seller, handle=wanted) for seller in sellers])
    assert sum(isinstance(outcome, ValidationFailedError) for outcome in outcomes) == 3
    assert [accounts.account(seller).handle for seller in sellers].count(wanted) == 1


def test_another_time_zone_counts_every_day_anew() -> None:
    with clock.at(datetime(2027, 1, 5, 12, tzinfo=UTC)):
        held = factories.customer_with(10)
        assert days(held) == {date(2027, 1, 5)}
        update(held.creator, time_zone="Pacific/Auckland")
        assert days(held) == {date(2027, 1, 6)}
        assert packs.one(held.creator, held.pack.id).figures.unused == 10


def test_a_first_sale_does_not_wait_while_days_are_counted_anew(monkeypatch: pytest.MonkeyPatch) -> None:
    ada, jonas = factories.creator(), factories.person()
    rebuild = sums.rebuild

    def selling(session: Session, creator_id: UUID) -> None:
        with transaction() as sale:
            sale.execute(text("SET LOCAL lock_timeout = '2s'"))
            claims.buyer(sale, creator_id, jonas.require_user())
        rebuild(session, creator_id)

    monkeypatch.setattr(sums, "rebuild", selling)
    kept = accounts.account(ada).handle
    assert update(ada, handle=kept, time_zone="Asia/Tokyo").time_zone == "Asia/Tokyo"
    assert customers.page(ada).total == 1


def test_a_zone_that_the_database_has_not_heard_of_cannot_be_chosen(monkeypatch: pytest.MonkeyPatch) -> None:
    with transaction() as session:
        assert {zone.value for zone in profiles.zones("a")} <= set(
            session.execute(text("SELECT name FROM pg_timezone_names")).scalars()
        )
    monkeypatch.setattr(profiles, "_counted", lambda: {"Asia/Tokyo"})
    with pytest.raises(ValidationFailedError, match="Choose a time zone from the list"):
        update(factories.creator(), time_zone="Europe/Copenhagen")
    assert update(factories.creator(), time_zone="Asia/Tokyo").time_zone == "Asia/Tokyo"
    assert profiles.become_creator(factories.person(), "Ada", handle(), "Europe/Copenhagen").time_zone == "UTC"
    assert profiles.zones("copenh") == []


def test_a_creator_begins_in_the_zone_of_their_browser_by_whatever_name() -> None:
    for said, kept in (
        ("Europe/Copenhagen", "Europe/Copenhagen"),
        ("Asia/Calcutta", "Asia/Kolkata"),
        ("Mars/Olympus", "UTC"),
        ("", "UTC"),
    ):
        assert profiles.become_creator(factories.person(), "Ada", handle(), said).time_zone == kept


def test_a_person_can_change_their_name() -> None:
    buyer = factories.person("Ben")
    assert profiles.rename(buyer, "  Ben   Okafor ").name == "Ben Okafor"
    with pytest.raises(ValidationFailedError) as refused:
        profiles.rename(buyer, " ")
    assert set(refused.value.fields) == {"name"}


def test_a_profile_belongs_to_who_sells() -> None:
    for actor, error in ((VISITOR, SignInRequiredError), (factories.person(), CreatorProfileRequiredError)):
        with pytest.raises(error):
            update(actor)
    with pytest.raises(SignInRequiredError):
        profiles.rename(VISITOR, "Ben")


def test_a_zone_is_found_by_city_country_and_name() -> None:
    assert [zone.value for zone in profiles.zones("copenh")] == ["Europe/Copenhagen"]
    assert "Asia/Kolkata" in [zone.value for zone in profiles.zones("India")][:2]
    assert profiles.zones("America/Sao_Paulo")[0].label == "Sao Paulo, Brazil"
    assert profiles.zones("UTC")[0].value == "UTC"
    assert profiles.zones("nowhere at all") == []
    with clock.at(datetime(2027, 1, 5, 12, tzinfo=UTC)):
        assert profiles.zone("Asia/Tokyo").hint == "21:00"
    assert profiles.zone("Mars/Olympus").value == "UTC"


def test_whatever_a_client_sends_is_answered_with_one_of_our_errors() -> None:
    seller = factories.creator()
    for bad in HOSTILE:
        for field in ("handle", "time_zone", "currency"):
            with pytest.raises(DomainError):
                update(seller, **{field: bad})
        assert profiles.handle_problem(seller, bad)
        assert profiles.zones(bad) is not None
        assert profiles.zone(bad).value == "UTC"


def days(held: factories.Holding) -> set[date]:
    """The days on which something is counted."""
    packs.one(held.creator, held.pack.id)  # brings the sums up to date
    with transaction() as session:
        return set(session.exec(select(col(InsightDay.day)).where(InsightDay.creator_id == held.creator.creator_id)))
