"""The sandbox inbox, through the product's own mail module and through a browser's eyes."""

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import httpx
import pytest

from litesubs.integrations import mail
from litesubs.integrations.mail import Mail, MailRefusedError, MailUnavailableError
from litesubs.settings import settings
from tests.sandbox_process import Inbox, free_port, running_inbox

LETTER = Mail(
    key="letter-1",
    to="Jonas.Weber@example.com",
    to_name="Jonas Weber",
    subject="Confirm your e-mail address",
    text="Hello Jonas.\nFrom here on: open http://localhost:3000/verify-email?token=abc.\n\nBye.",
    html="<h1>Hello Jonas</h1><script>parent.document.title = 'taken over'</script>",
    written_at=datetime(2026, 11, 23, 12, tzinfo=UTC),
)


@pytest.fixture(scope="module")
def process() -> Iterator[Inbox]:
    """One inbox for all tests of this module."""
    with running_inbox() as running:
        yield running


@pytest.fixture
def inbox(process: Inbox, monkeypatch: pytest.MonkeyPatch) -> Inbox:
    """The inbox, empty, with the product's mail going to it."""
    httpx.delete(f"{process.url}/_test/messages", trust_env=False).raise_for_status()
    process.outage(0)
    use(process.smtp_url, monkeypatch)
    return process


def use(smtp_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SMTP_URL", smtp_url)
    monkeypatch.setenv("MAIL_FROM", "Litesubs <hello@litesubs.example>")
    settings.cache_clear()


def page(inbox: Inbox, path: str) -> httpx.Response:
    return httpx.get(f"{inbox.url}{path}", trust_env=False)


def test_a_mail_arrives_as_it_was_written(inbox: Inbox) -> None:
    mail.send(LETTER)
    [found] = inbox.messages()
    assert found["from"] == "Litesubs <hello@litesubs.example>"
    assert found["to"] == ["Jonas.Weber@example.com"]
    assert found["subject"] == LETTER.subject
    assert found["text"] == LETTER.text
    assert found["html"] == LETTER.html
    assert found["links"] == ["http://localhost:3000/verify-email?token=abc"]
    assert found["headers"]["To"] == "Jonas Weber <Jonas.Weber@example.com>"
    assert found["headers"]["Message-ID"] == "<letter-1@litesubs.example>"
    assert found["headers"]["Auto-Submitted"] == "auto-generated"
    assert found["headers"]["Date"] == "Mon, 23 Nov 2026 12:00:00 +0000"


def test_words_of_every_script_arrive(inbox: Inbox) -> None:
    written = replace(
        LETTER, to_name="Jörg Åström, 先生", subject="10 Stunden für Åse · 先生 🎫", text="Grüße, 先生 🎫"
    )
    mail.send(written)
    [found] = inbox.messages()
    assert found["subject"] == written.subject
    assert found["text"] == written.text
    assert "Jörg Åström, 先生" in found["headers"]["To"]


@pytest.mark.parametrize(
    ("address", "arrives_as"),
    [("jonas@münchen.example", "jonas@xn--mnchen-3ya.example"), ("jörg@example.com", "jörg@example.com")],
)
def test_addresses_outside_ascii_are_reached(inbox: Inbox, address: str, arrives_as: str) -> None:
    mail.send(replace(LETTER, to=address))
    assert inbox.messages()[0]["to"] == [arrives_as]


@pytest.mark.parametrize("poison", ["\r\nBcc: eve@example.com", "\nBcc: eve@example.com", "\x00\x0b\u2028Bcc: e@x.y"])
def test_nothing_in_a_name_or_subject_becomes_a_header_or_recipient(inbox: Inbox, poison: str) -> None:
    mail.send(replace(LETTER, to_name=f"Jonas{poison}", subject=f"Hello{poison}"))
    [found] = inbox.messages()
    assert "Bcc" not in found["headers"]
    assert found["to"] == [LETTER.to]
    assert found["subject"].startswith("Hello Bcc: ")


@pytest.mark.parametrize("address", ["", "jonas", "jonas@example.com\r\nRCPT TO:<eve@example.com>", "a@b@c.de", "<>"])
def test_what_is_no_address_is_refused_for_good(inbox: Inbox, address: str) -> None:
    with pytest.raises(MailRefusedError):
        mail.send(replace(LETTER, to=address))
    assert inbox.messages() == []


@pytest.mark.parametrize(("code", "error"), [(451, MailUnavailableError), (550, MailRefusedError)])
def test_a_refusal_for_now_and_one_for_good_are_told_apart(inbox: Inbox, code: int, error: type[Exception]) -> None:
    inbox.outage(1, code)
    with pytest.raises(error, match=str(code)):
        mail.send(LETTER)
    assert inbox.messages() == []
    mail.send(LETTER)
    assert len(inbox.messages()) == 1


def test_a_server_that_is_not_there_may_be_there_later(monkeypatch: pytest.MonkeyPatch) -> None:
    use(f"smtp://127.0.0.1:{free_port()}", monkeypatch)
    with pytest.raises(MailUnavailableError):
        mail.send(LETTER)


def test_a_developer_need_not_name_a_sender(inbox: Inbox, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("MAIL_FROM")
    settings.cache_clear()
    mail.send(LETTER)
    assert inbox.messages()[0]["from"].startswith("Litesubs <")


def test_a_password_is_not_sent_to_a_server_without_encryption(inbox: Inbox, monkeypatch: pytest.MonkeyPatch) -> None:
    use(inbox.smtp_url.replace("//", "//ada:secret@") + "?starttls=always", monkeypatch)
    with pytest.raises(MailUnavailableError, match="STARTTLS"):
        mail.send(LETTER)
    assert inbox.messages() == []


def test_the_page_lists_the_newest_first_and_shows_both_parts(inbox: Inbox) -> None:
    mail.send(LETTER)
    mail.send(replace(LETTER, subject="<b>Second</b>"))
    listed = page(inbox, "/").text
    assert "<b>Second</b>" not in listed
    assert listed.index("&lt;b&gt;Second&lt;/b&gt;") < listed.index(LETTER.subject)
    newest = inbox.messages()[0]["id"]
    assert page(inbox, "/newest").text == str(newest)
    shown = page(inbox, f"/messages/{newest}").text
    assert '<a href="http://localhost:3000/verify-email?token=abc" target="_blank"' in shown
    assert re.search(r'<iframe[^>]* sandbox="allow-popups allow-popups-to-escape-sandbox"', shown)
    assert "Message-ID: <letter-1@litesubs.example>" in page(inbox, f"/messages/{newest}/source").text


def test_the_frame_of_a_mail_runs_and_fetches_nothing(inbox: Inbox) -> None:
    mail.send(LETTER)
    policy = page(inbox, f"/messages/{inbox.messages()[0]['id']}/html").headers["content-security-policy"]
    assert policy.startswith("sandbox ")
    assert "allow-scripts" not in policy
    assert "default-src 'none'" in policy


def test_the_clear_button_empties_it(inbox: Inbox) -> None:
    mail.send(LETTER)
    gone = inbox.messages()[0]["id"]
    httpx.post(f"{inbox.url}/clear", trust_env=False)
    assert inbox.messages() == []
    assert "No mail yet" in page(inbox, "/").text
    assert page(inbox, f"/messages/{gone}").status_code == 404


def test_mail_is_found_by_address_in_any_letter_case_and_by_what_is_newer(inbox: Inbox) -> None:
    mail.send(LETTER)
    mail.send(replace(LETTER, to="ida@example.com"))
    [found] = inbox.messages(to="JONAS.weber@EXAMPLE.com")
    assert inbox.messages(to="jonas.weber@example.com", since=found["id"]) == []


def test_mail_is_still_there_after_a_restart(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    state = tmp_path / "inbox.sqlite3"
    with running_inbox(state) as first:
        use(first.smtp_url, monkeypatch)
        mail.send(LETTER)
    with running_inbox(state) as second:
        assert [found["subject"] for found in second.messages()] == [LETTER.subject]
