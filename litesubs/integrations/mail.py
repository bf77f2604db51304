"""Mail, handed over to the SMTP server that the settings name: one message to one person at a time."""

import contextlib
import re
import smtplib
import ssl
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP, SMTPUTF8
from email.utils import format_datetime, parseaddr
from urllib.parse import urlsplit

from email_validator import EmailNotValidError, validate_email

from litesubs.settings import SmtpServer, settings

TIMEOUT_SECONDS = 20.0  # for each step of the conversation
LONGEST_SUBJECT = 200
PERMANENT = 500  # RFC 5321 §4.2.1: 4yz may succeed later, 5yz will not
DEVELOPMENT_SENDER = "Litesubs <hello@litesubs.example>"
NOT_FOR_A_HEADER = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]+")


class MailUnavailableError(RuntimeError):
    """The mail server could not be reached or did not take the mail now. It may later."""


class MailRefusedError(RuntimeError):
    """The mail server will not take this mail for this address, now or later."""


@dataclass(frozen=True)
class Mail:
    """One message. `key` names it for good: the same mail sent again carries the same Message-ID."""

    key: str
    to: str
    to_name: str
    subject: str
    text: str
    html: str
    written_at: datetime


def send(mail: Mail) -> None:
    """Hand the mail over to the server; when this returns, the server has taken it.

    Raises MailUnavailableError where trying again can help and MailRefusedError where it cannot.
    """
    server = settings().smtp
    if server is None:
        raise MailUnavailableError("SMTP_URL is not set: set it, or start with `make run`, which brings an inbox.")
    message = _message(mail)
    try:
        with _connection(server) as connection:
            _hand_over(connection, message)
    except OSError as error:  # which smtplib's own errors are as well
        raise MailUnavailableError(f"{type(error).__name__}: {error}") from error


@contextlib.contextmanager
def _connection(server: SmtpServer) -> Iterator[smtplib.SMTP]:
    """A session with the server, encrypted and signed in as the settings say."""
    trusted = ssl.create_default_context()
    ourselves = urlsplit(
        settings().base_url
    ).hostname  # said in EHLO; unsaid, smtplib asks the resolver, which can hang
    if server.tls == "from_start":
        connection: smtplib.SMTP = smtplib.SMTP_SSL(
            server.host, server.port, ourselves, timeout=TIMEOUT_SECONDS, context=trusted
        )
    else:
        connection = smtplib.SMTP(server.host, server.port, ourselves, timeout=TIMEOUT_SECONDS)
    try:
        if server.tls == "starttls":
            connection.starttls(context=trusted)
        if server.user:
            connection.login(server.user, server.password)
        yield connection
        with contextlib.suppress(OSError):  # the mail is taken already, whatever becomes of the goodbye
            connection.quit()
    finally:
        connection.close()


def _hand_over(connection: smtplib.SMTP, message: EmailMessage) -> None:
    """Send, telling apart what is refused for good.

    The bytes are ours: smtplib's own would turn a line that begins with "From " into ">From ".
    """
    sender, to = (message[name].addresses[0].addr_spec for name in ("From", "To"))
    connection.ehlo_or_helo_if_needed()
    plain = f"{sender}{to}".isascii()
    if not plain and not connection.has_extn("smtputf8"):
        raise MailRefusedError("The mail server takes no addresses outside ASCII (SMTPUTF8, RFC 6531).")
    options = [] if plain else ["SMTPUTF8", "BODY=8BITMIME"]
    try:
        connection.sendmail(sender, [to], message.as_bytes(policy=SMTP if plain else SMTPUTF8), options)
    except smtplib.SMTPRecipientsRefused as error:
        code, reason = next(iter(error.recipients.values()))
        _refuse_if_permanent(code, reason, error)
    except smtplib.SMTPDataError as error:
        _refuse_if_permanent(error.smtp_code, error.smtp_error, error)


def _refuse_if_permanent(code: int, reason: bytes | str, error: smtplib.SMTPException) -> None:
    if code < PERMANENT:
        raise error
    words = reason.decode(errors="replace") if isinstance(reason, bytes) else reason
    raise MailRefusedError(f"{code} {words}") from error


def _message(mail: Mail) -> EmailMessage:
    """The mail in the form of RFC 5322: plain text first, then the same as HTML."""
    sender_name, sender = parseaddr(settings().mail_from or DEVELOPMENT_SENDER)
    message = EmailMessage(policy=SMTP)
    message["From"] = _address(sender_name, sender)
    message["To"] = _address(mail.to_name, mail.to)
    message["Subject"] = _header_line(mail.subject)[:LONGEST_SUBJECT]
    message["Date"] = format_datetime(mail.written_at)
    message["Message-ID"] = f"<{mail.key}@{sender.rpartition('@')[2]}>"
    message["Auto-Submitted"] = "auto-generated"  # RFC 3834: nobody's holiday notice should answer
    message.set_content(mail.text, cte="quoted-printable")  # which every server takes, whatever the line's length
    message.add_alternative(mail.html, subtype="html", cte="quoted-printable")
    return message


def _address(name: str, address: str) -> Address:
    """An address for a header, its domain in ASCII (IDNA). Raises MailRefusedError for what is none."""
    try:
        found = validate_email(address, check_deliverability=False, globally_deliverable=False, test_environment=True)
    except EmailNotValidError as error:
        raise MailRefusedError(str(error)) from error
    return Address(_header_line(name), found.ascii_local_part or found.local_part, found.ascii_domain)


def _header_line(text: str) -> str:
    """Text without anything that could end a header and begin another."""
    return " ".join(NOT_FOR_A_HEADER.sub(" ", text).split())
