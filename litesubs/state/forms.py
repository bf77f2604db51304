"""What a handler finds in a form, and what becomes of its errors. Any client can send anything in a form's place."""

from reflex.event import EventSpec

from litesubs.domain.errors import ValidationFailedError
from litesubs.state.session import refused


def text(form: object, name: str) -> str:
    """A field of the form as text, "" where there is none."""
    return str(form.get(name, "")) if isinstance(form, dict) else ""


def ticked(form: object, name: str) -> bool:
    """Whether a box of the form is ticked. Reflex sends true and false, a browser by itself "on" or nothing."""
    return isinstance(form, dict) and form.get(name) in (True, "on")


def expiry(form: object) -> str:
    """When credits are to expire, as the domain reads it.

    "" as the pack says, "never", or the day of a second field.
    """
    choice = text(form, "expires")
    return text(form, "expires_on") or "no date" if choice == "date" else choice


def unshown(error: ValidationFailedError, *fields: str) -> EventSpec | None:
    """A toast with what is wrong where the form has no field to say it beside."""
    elsewhere = [sentence for field, sentence in error.fields.items() if field not in fields]
    return refused(elsewhere[0]) if elsewhere else None
