"""What a handler finds in a form. Any client can send anything in its place."""


def text(form: object, name: str) -> str:
    """A field of the form as text, "" where there is none."""
    return str(form.get(name, "")) if isinstance(form, dict) else ""


def expiry(form: object) -> str:
    """When credits are to expire, as the domain reads it.

    "" as the pack says, "never", or the day of a second field.
    """
    choice = text(form, "expires")
    return text(form, "expires_on") or "no date" if choice == "date" else choice
