"""People: sign-up, sign-in, sign-out, and who is signed in."""

import hashlib
import secrets
from datetime import timedelta
from uuid import UUID

from email_validator import EmailNotValidError, validate_email
from limits import RateLimitItemPerMinute
from limits.storage import MemoryStorage
from limits.strategies import MovingWindowRateLimiter
from sqlalchemy.exc import IntegrityError
from sqlmodel import Session, col, delete, select, update

from litesubs.db import transaction
from litesubs.domain import claims, clock, ids, passwords, pictures, prose, verification, visits
from litesubs.domain.actors import VISITOR, Actor
from litesubs.domain.errors import TooManyAttemptsError, ValidationFailedError, WrongCredentialsError
from litesubs.domain.views.accounts import AccountView
from litesubs.models import Creator, User, UserSession
from litesubs.settings import settings

NAME_LENGTH = 80
EMAIL_LENGTH = 254
SESSION_DAYS = 30
SESSION_RENEWED_AFTER = timedelta(days=1)
TOKEN_BYTES = 32

# Moving windows in this process; a person who mistypes never meets them, a script soon does.
SIGN_IN_PER_EMAIL = RateLimitItemPerMinute(10)
SIGN_IN_PER_ADDRESS = RateLimitItemPerMinute(60)
SIGN_UP_PER_ADDRESS = RateLimitItemPerMinute(30)
_limiter = MovingWindowRateLimiter(MemoryStorage())


def cookie_name() -> str:
    """The session cookie's name; the `__Host-` prefix (RFC 6265bis) needs https."""
    return "__Host-litesubs" if settings().https else "litesubs"


def normalized_email(email: str) -> tuple[str, str]:
    """(as written, as compared) of an address; letter case does not tell people apart.

    ValidationFailedError if it is none.
    """
    if not isinstance(email, str):
        raise ValidationFailedError({"email": _email_help("", "")})
    try:
        found = validate_email(email.strip()[: EMAIL_LENGTH + 1], check_deliverability=False, test_environment=True)
    except EmailNotValidError as error:
        raise ValidationFailedError({"email": _email_help(email, str(error))}) from None
    return found.normalized, found.normalized.lower()


def sign_up(email: str, password: str, name: str, ip: str, pack: str = "", next_path: str = "") -> str:
    """Create a sign-in, send the mail that confirms its address, and return the token for its session cookie.

    `pack` is the token of the share link that led here, `next_path` where the person is going. With the e-mail and
    password of a sign-in that exists, it signs in. Raises ValidationFailedError with fields `name`, `email`,
    `password`, and TooManyAttemptsError.
    """
    _count(SIGN_UP_PER_ADDRESS, "sign-up", ip)
    fields: dict[str, str] = {}
    written = compared = ""
    try:
        name = prose.line(name, "Your name", NAME_LENGTH)
    except prose.TextError as error:
        fields["name"] = str(error)
    try:
        written, compared = normalized_email(email)
    except ValidationFailedError as error:
        fields |= error.fields
    fields |= _password_problem(password, compared)
    if fields:
        raise ValidationFailedError(fields)
    user = User(
        id=ids.new(),
        email=written,
        email_normalized=compared,
        name=name,
        password_hash=passwords.hashed(password),
        created_at=clock.now(),
    )
    try:
        with transaction() as session:
            session.add(user)
            session.flush()
            visits.signed_up(session, pack)
            verification.send(session, user.id, f"/p/{pack}" if pack else next_path)
            return _new_session(session, user.id)
    except IntegrityError:
        return _sign_in_instead(written, password, ip)


def sign_in(email: str, password: str, ip: str) -> str:
    """The token for a new session cookie.

    The same WrongCredentialsError, after the same time, for whatever is wrong.
    """
    _count(SIGN_IN_PER_ADDRESS, "sign-in", ip)
    try:
        compared = normalized_email(email)[1]
    except ValidationFailedError:
        compared = ""  # nobody has it, and the answer and its time are those of a wrong password
    _count(SIGN_IN_PER_EMAIL, "sign-in", compared or repr(email)[:EMAIL_LENGTH])
    with transaction() as session:
        user = session.exec(select(User).where(User.email_normalized == compared)).one_or_none()
    if not passwords.matches(password, user.password_hash if user else None) or user is None:
        raise WrongCredentialsError
    with transaction() as session:
        session.exec(delete(UserSession).where(col(UserSession.expires_at) < clock.now()))
        person = session.exec(select(User).where(User.id == user.id).with_for_update(read=True)).one()
        if person.password_hash != user.password_hash:  # replaced while it was compared
            raise WrongCredentialsError
        if person.email_verified_at:
            claims.claim(session, person)
        return _new_session(session, user.id)


def choose_password(token: str, password: str, ip: str) -> str:
    """Prove an address by the link of its mail, for who is not signed in, and return the token of a new session.

    Whoever signed up with the address may not be who reads its mail: from now on only this password works, and every
    session from before has ended. Raises ValidationFailedError (`password`), StaleLinkError, TooManyAttemptsError.
    """
    _count(SIGN_UP_PER_ADDRESS, "choose password", ip)
    email, _ = verification.address_of(token)
    if problem := _password_problem(password, email.lower()):
        raise ValidationFailedError(problem)
    kept = passwords.hashed(password)
    with transaction() as session:
        person = verification.by_link_alone(session, token)
        person.password_hash = kept
        session.exec(delete(UserSession).where(col(UserSession.user_id) == person.id))
        return _new_session(session, person.id)


def sign_out(token: str) -> None:
    """End the session of this cookie, if there is one."""
    if not isinstance(token, str):
        return
    with transaction() as session:
        session.exec(delete(UserSession).where(col(UserSession.token_hash) == _token_hash(token)))


def actor_for(token: str | None) -> Actor:
    """Who holds this cookie: the person, or VISITOR."""
    if not token or not isinstance(token, str):
        return VISITOR
    at = clock.now()
    with transaction() as session:
        query = (
            select(User, Creator.id)
            .join(UserSession, col(UserSession.user_id) == col(User.id))
            .join(Creator, col(Creator.user_id) == col(User.id), isouter=True)
            .where(UserSession.token_hash == _token_hash(token), UserSession.expires_at > at)
        )
        found = session.exec(query).one_or_none()
        if found is None:
            return VISITOR
        user, creator_id = found
        verified = user.email_verified_at is not None
        return Actor(user_id=user.id, creator_id=creator_id, email=user.email, name=user.name, verified=verified)


def renew(token: str) -> bool:
    """Give a session in use its whole time again, once a day. Whether it did: then its cookie is to live as long."""
    at = clock.now()
    due = (
        col(UserSession.token_hash) == _token_hash(token),
        col(UserSession.expires_at) > at,
        col(UserSession.seen_at) < at - SESSION_RENEWED_AFTER,
    )
    with transaction() as session:
        renewed = session.exec(
            update(UserSession).where(*due).values(seen_at=at, expires_at=at + timedelta(days=SESSION_DAYS))
        )
    return renewed.rowcount == 1


def account(actor: Actor) -> AccountView:
    """The person who is signed in, with their selling side if they have one."""
    with transaction() as session:
        creator = session.exec(select(Creator).where(Creator.user_id == actor.require_user())).one_or_none()
    return AccountView(
        name=actor.name,
        email=actor.email,
        verified=actor.verified,
        initials=prose.initials(creator.display_name if creator else actor.name),
        handle=creator.handle if creator else "",
        display_name=creator.display_name if creator else "",
        time_zone=creator.time_zone if creator else "",
        currency=creator.currency if creator else "",
        picture=pictures.address(creator) if creator else "",
    )


def _new_session(session: Session, user_id: UUID) -> str:
    token = secrets.token_urlsafe(TOKEN_BYTES)
    at = clock.now()
    browser = UserSession(
        token_hash=_token_hash(token),
        user_id=user_id,
        created_at=at,
        seen_at=at,
        expires_at=at + timedelta(days=SESSION_DAYS),
    )
    session.add(browser)
    return token


def _sign_in_instead(email: str, password: str, ip: str) -> str:
    """The address has a sign-in: with its password this is a sign-in, otherwise say so."""
    try:
        return sign_in(email, password, ip)
    except WrongCredentialsError:
        raise ValidationFailedError({"email": "This address has a sign-in already. Sign in instead."}) from None


def _token_hash(token: str) -> bytes:
    return hashlib.sha256(token.encode(errors="replace")).digest()


def _count(limit: RateLimitItemPerMinute, what: str, who: str) -> None:
    if not _limiter.hit(limit, what, who):
        raise TooManyAttemptsError


def _password_problem(password: object, email: str) -> dict[str, str]:
    if not isinstance(password, str) or len(password) < passwords.SHORTEST:
        return {"password": f"Use {passwords.SHORTEST} characters or more. A short sentence is good."}
    if len(password) > passwords.LONGEST:
        return {"password": f"Use at most {passwords.LONGEST} characters."}
    if password.lower() == email or len(set(password)) == 1:
        return {"password": "This is too easy to guess. A short sentence is good."}
    return {}


def _email_help(email: str, technical: str) -> str:
    if not email.strip():
        return "Write your e-mail address."
    domain = email.rpartition("@")[2]
    if "@" in email and domain and "." not in domain:
        return "This address is missing its ending, like .com or .de."
    return "This is not an e-mail address. Check it for typing errors." if "@" in email else f"{technical}"
