"""What the mails say, and that nothing somebody wrote becomes part of how they are made."""

import re
from datetime import UTC, datetime

from litesubs.domain import letters
from litesubs.integrations.mail import Mail

HOSTILE = '<img src=x onerror=alert(1)> "Böse" & Söhne 先生'
CONFIRM = letters.confirm_address(
    "k", "jonas@example.com", url="https://x.example/verify-email?token=a&next=%2F", code="012345", link_hours=24,
    code_minutes=30,
)  # fmt: skip


def gift(**changes: object) -> Mail:
    return letters.gift(
        "k", ("jonas@example.com", "Jonas"), **({
            "creator": "Mara Lindqvist", "pack": "10 sessions", "credits_": 3, "expires_at": None, "joined": False,
        } | changes),  # type: ignore[arg-type]
    )  # fmt: skip


def addresses(html: str) -> set[str]:
    return set(re.findall(r'(?:src|href|background)="([^"]+)"', html)) | set(re.findall(r"url\(([^)]+)\)", html))


def test_both_parts_say_the_same() -> None:
    for mail in (CONFIRM, gift(), gift(joined=True)):
        plain = re.sub(r"<style>.*?</style>|<[^>]+>", " ", mail.html, flags=re.DOTALL)
        for words in re.findall(r"\w+", plain.replace("&nbsp;", " ").replace("&#x27;", "'")):
            assert words in mail.text


def test_the_code_is_six_digits_with_its_zero() -> None:
    assert "\n012 345\n" in CONFIRM.text
    assert ">012 345<" in CONFIRM.html


def test_addresses_are_whole_in_both_parts() -> None:
    assert "https://x.example/verify-email?token=a&next=%2F" in CONFIRM.text.splitlines()
    assert 'href="https://x.example/verify-email?token=a&amp;next=%2F"' in CONFIRM.html


def test_nothing_is_fetched_from_elsewhere() -> None:
    for mail in (CONFIRM, gift()):
        assert "<img" not in mail.html
        assert all(address.startswith("http") for address in addresses(mail.html))
        assert "@import" not in mail.html


def test_what_people_wrote_is_text() -> None:
    mail = gift(creator=HOSTILE, pack=HOSTILE)
    assert "<img" not in mail.html
    assert "&lt;img src=x onerror=alert(1)&gt; &quot;Böse&quot; &amp; Söhne 先生" in mail.html
    assert HOSTILE in mail.text


def test_a_gift_says_how_many_of_what_from_whom_and_until_when() -> None:
    one = gift(credits_=1, expires_at=datetime(2027, 7, 1, tzinfo=UTC))
    assert one.subject == "Mara gave you 1 credit"
    assert "Good until 30 Jun 2027." in one.text
    assert "They never expire." in gift().text


def test_the_ticket_is_there_only_where_a_pack_is_carried() -> None:
    assert 'class="ticket' in gift().html
    assert 'class="ticket' not in CONFIRM.html
