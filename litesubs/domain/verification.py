"""Proving that an e-mail address is one's own: by the link or the six digits of a mail that was sent there.

The mail proves who reads it, not who signed up. So who comes by the link alone, and is not signed in, chooses a new
password (`accounts.choose_password`): otherwise whoever signed up with a stranger's address would share what is theirs.

Link and code are derived from the mail's row and the secret key, so nothing secret is stored and a job that runs twice
sends the same mail. What waits for the address is claimed in the transaction that proves it.
"""

import base64
import hmac
import re
from contextlib import suppress
from datetime import datetime, timedelta
from urllib.parse import urlencode
from uuid import UUID

import structlog
from sqlalchemy import func
from sqlmodel import Session, col, select

from litesubs import queue
from litesubs.db import transaction
from litesubs.domain import claims, clock, ids, letters, prose
from litesubs.domain.actors import Actor
from litesubs.domain.errors import StaleLinkError, TooManyAttemptsError, ValidationFailedError
from litesubs.integrations import mail
from litesubs.models import EmailVerification, User
from litesubs.settings import settings

log = structlog.get_logger()

LINK_HOURS = 24
CODE_MINUTES = 30
MOST_TRIES = 5
# At most so many mails within a time, the one of sign-up among them. The last limit bounds guessing too: 50 tries a day
# at a million codes.
LIMITS = ((1, timedelta(minutes=1)), (5, timedelta(hours=1)), (10, timedelta(days=1)))
CODE = re.compile(r"[0-9]{6}")
PROOF_BYTES = 16


def send(session: Session, user_id: UUID, next_path: str = "") -> None:
    """Have a mail sent to the person's address once the transaction commits. `next_path` is where its link leads on."""
    person = session.get_one(User, user_id)
    asked = EmailVerification(
        id=ids.new(), user_id=user_id, email_normalized=person.email_normalized, created_at=clock.now()
    )
    session.add(asked)
    session.flush()
    queue.enqueue(session, "send_verification", queue="mail", verification_id=str(asked.id), next_path=next_path)


def resend(actor: Actor, next_path: str = "") -> None:
    """Send another mail, unless the address is proven by now.

    TooManyAttemptsError says when the next one can go: one a minute, five an hour, ten a day.
    """
    with transaction() as session:
        person = _locked(session, actor.require_user())
        if person.email_verified_at is None:
            _refuse_too_many(session, person.id)
            send(session, person.id, next_path)


def remind(session: Session, address: str) -> None:
    """Have a mail sent to who signed up with the normalised address and has not proven it, unless too many were sent.

    For credits that wait: its link is also the way in for an owner whose address a stranger signed up with.
    """
    waiting = select(User).where(User.email_normalized == address, col(User.email_verified_at).is_(None))
    person = session.exec(waiting).one_or_none()
    if person is not None:
        with suppress(TooManyAttemptsError):
            _refuse_too_many(session, person.id)
            send(session, person.id)


def deliver(verification_id: UUID, next_path: str) -> None:
    """Send the mail, unless it would come too late to be of use. Safe to run twice: it is the same mail."""
    with transaction() as session:
        asked = session.get(EmailVerification, verification_id)
        person = session.get(User, asked.user_id) if asked else None
    if asked is None or person is None or person.email_verified_at or not _within(asked, hours=LINK_HOURS):
        return
    url = f"{settings().base_url}/verify-email?token={link_token(asked.id)}"
    letter = letters.confirm_address(
        f"verify.{asked.id}",
        person.email,
        url=f"{url}&{urlencode({'next': next_path})}" if next_path else url,
        code=_code(asked.id),
        link_hours=LINK_HOURS,
        code_minutes=CODE_MINUTES,
    )
    try:
        mail.send(letter)
    except mail.MailRefusedError as error:
        log.warning("verification_mail_refused", verification=str(asked.id), error=str(error))


def address_of(token: str) -> tuple[str, bool]:
    """(address, whether it is proven) of a link. StaleLinkError where it has ended, is not ours or is another's now."""
    with transaction() as session:
        person = _asked_by_link(session, token)[1]
        return person.email, person.email_verified_at is not None


def by_link(actor: Actor, token: str) -> None:
    """Prove the address of the person who is signed in, by a link that was sent there. Doing so again is fine.

    StaleLinkError for a link that has ended or was sent to somebody else.
    """
    user_id = actor.require_user()
    with transaction() as session:
        asked, owner = _asked_by_link(session, token)
        if owner.id != user_id:
            raise StaleLinkError
        person = _locked(session, user_id)
        asked.used_at = asked.used_at or clock.now()
        _prove(session, person)


def by_link_alone(session: Session, token: str) -> User:
    """Prove the address of a link for somebody who is not signed in, and return whose it is, locked.

    The caller gives them a new password and ends every session. StaleLinkError also where the address is proven by
    now: a link that was used is no key to what it proved.
    """
    asked, owner = _asked_by_link(session, token)
    person = _locked(session, owner.id)
    if person.email_verified_at is not None:
        raise StaleLinkError
    asked.used_at = clock.now()
    _prove(session, person)
    return person


def by_code(actor: Actor, code: str) -> None:
    """Prove the person's address by the digits of the newest mail. Doing so again is fine.

    ValidationFailedError (`code`) says how many tries are left; each is counted, also where many come at once.
    """
    digits = "".join(code.split()) if prose.storable(code) else ""
    if not CODE.fullmatch(digits):
        raise ValidationFailedError({"code": "Write the six digits of the mail."})
    with transaction() as session:
        person = _locked(session, actor.require_user())
        refusal = "" if person.email_verified_at else _try(session, person, digits)
    if refusal:  # after the transaction, which counted the try
        raise ValidationFailedError({"code": refusal})


def vouch(actor: Actor) -> None:
    """Take a person's address as proven without a mail: for the sample people, who read none."""
    with transaction() as session:
        _prove(session, _locked(session, actor.require_user()))


def _try(session: Session, person: User, digits: str) -> str:
    """Count a try and prove the address if it is right; otherwise the sentence that refuses it."""
    newest = select(EmailVerification).where(EmailVerification.user_id == person.id)
    asked = session.exec(newest.order_by(col(EmailVerification.id).desc()).limit(1)).one_or_none()
    if asked is None or not _within(asked, minutes=CODE_MINUTES):
        return "This code has ended. Send a new mail."
    if asked.email_normalized != person.email_normalized or asked.attempts >= MOST_TRIES:
        return "This code was tried too often. Send a new mail."
    asked.attempts += 1
    if hmac.compare_digest(digits, _code(asked.id)):
        asked.used_at = clock.now()
        _prove(session, person)
        return ""
    left = MOST_TRIES - asked.attempts
    if not left:
        return "This is not the code of the newest mail. Send a new one."
    return f"This is not the code of the newest mail. {left} {'try' if left == 1 else 'tries'} left."


def _prove(session: Session, person: User) -> None:
    """Note the proof and hand over what waits for it, also where it was noted before. The person's row is locked."""
    person.email_verified_at = person.email_verified_at or clock.now()
    session.flush()
    claims.claim(session, person)


def _asked_by_link(session: Session, token: str) -> tuple[EmailVerification, User]:
    """What the link stands for. One that has ended is still good to say that the address is proven."""
    asked = session.get(EmailVerification, _read(token))
    person = session.get(User, asked.user_id) if asked else None
    if asked is None or person is None or asked.email_normalized != person.email_normalized:
        raise StaleLinkError
    if person.email_verified_at is None and not _within(asked, hours=LINK_HOURS):
        raise StaleLinkError
    return asked, person


def _locked(session: Session, user_id: UUID) -> User:
    query = select(User).where(User.id == user_id).with_for_update()
    return session.exec(query.execution_options(populate_existing=True)).one()


def _refuse_too_many(session: Session, user_id: UUID) -> None:
    at = clock.now()
    for most, span in LIMITS:
        sent = select(func.count(), func.min(EmailVerification.created_at)).where(
            EmailVerification.user_id == user_id, EmailVerification.created_at > at - span
        )
        count, oldest = session.exec(sent).one()
        if count >= most:
            raise TooManyAttemptsError(f"A mail is on its way. You can send another {prose.wait(oldest + span - at)}.")


def _within(asked: EmailVerification, **span: int) -> bool:
    limit: datetime = asked.created_at + timedelta(**span)
    return clock.now() < limit


def link_token(verification_id: UUID) -> str:
    """What the link of a mail carries."""
    return base64.urlsafe_b64encode(verification_id.bytes + _proof("link", verification_id)).decode().rstrip("=")


def _read(token: str) -> UUID:
    """The id in a link's token, if we made it. Raises StaleLinkError."""
    try:
        raw = base64.b64decode(f"{token}=", altchars=b"-_", validate=True)
        verification_id, proof = UUID(bytes=raw[:-PROOF_BYTES]), raw[-PROOF_BYTES:]
    except ValueError:  # not base64, not of that length, or not text at all
        raise StaleLinkError from None
    if not hmac.compare_digest(proof, _proof("link", verification_id)):
        raise StaleLinkError
    return verification_id


def _code(verification_id: UUID) -> str:
    return f"{int.from_bytes(_proof('code', verification_id)) % 1_000_000:06d}"


def _proof(of: str, verification_id: UUID) -> bytes:
    """What only we can derive from an id; link and code do not tell each other."""
    key = settings().secret_key.get_secret_value().encode()
    return hmac.digest(key, f"verify-email {of} ".encode() + verification_id.bytes, "sha256")[:PROOF_BYTES]
