"""Form parameters in Stripe's bracket notation, and what each of them may be.

Stripe refuses what it does not know, so that a typing error is found at once. So do we: `Group` names every parameter
the sandbox models, and anything else is `parameter_unknown`.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from sandbox.stripe.errors import StripeError

MAX_FIELDS = 1000
INTEGER_RANGE = range(-(2**63), 2**63)


def decode(encoded: str) -> dict[str, Any]:
    """`a[b][0][c]=1` → `{"a": {"b": [{"c": "1"}]}}`. Raises StripeError for names that contradict each other."""
    tree: dict[str, Any] = {}
    try:
        pairs = parse_qsl(encoded, keep_blank_values=True, max_num_fields=MAX_FIELDS, errors="strict")
    except ValueError as error:
        message = "Invalid request: the body is not form-encoded UTF-8."
        raise StripeError(message) from error
    for name, value in pairs:
        _plant(tree, name, value)
    return {name: _with_lists(value) for name, value in tree.items()}


def _plant(tree: dict[str, Any], name: str, value: str) -> None:
    steps = [name.split("[", 1)[0], *re.findall(r"\[([^\[\]]*)\]", name)]
    branch = tree
    for step in steps[:-1]:
        branch = branch.setdefault(step or str(len(branch)), {})
        if not isinstance(branch, dict):
            message = f"Invalid request: {name} is given both as a value and as an object."
            raise StripeError(message, param=name)
    branch[steps[-1] or str(len(branch))] = value


def _with_lists(value: Any) -> Any:
    if not isinstance(value, dict):
        return value
    if value and value.keys() == {str(place) for place in range(len(value))}:
        return [_with_lists(value[str(place)]) for place in range(len(value))]
    return {key: _with_lists(item) for key, item in value.items()}


class Spec:
    """What one parameter may be."""

    required: bool = False

    def parse(self, value: Any, name: str) -> Any:
        """The value in its own type. Raises StripeError, with `name` as the parameter at fault."""
        raise NotImplementedError


@dataclass(frozen=True, kw_only=True)
class Text(Spec):
    """A string that is not empty."""

    required: bool = False
    at_most: int = 5000
    check: Callable[[str, str], str] = field(default=lambda value, _name: value)

    def parse(self, value: Any, name: str) -> str:
        """The string itself."""
        if not isinstance(value, str):
            message = f"Invalid string: {name}"
            raise StripeError(message, param=name)
        if not value:
            message = (
                f"You passed an empty string for '{name}'. We assume empty values are an attempt to unset a parameter."
            )
            raise StripeError(message, code="parameter_invalid_empty", param=name)
        if len(value) > self.at_most:
            message = f"Invalid string: {value[:20]}...; must be at most {self.at_most} characters"
            raise StripeError(message, param=name)
        return self.check(value, name)


@dataclass(frozen=True, kw_only=True)
class Whole(Spec):
    """A whole number."""

    required: bool = False
    least: int = INTEGER_RANGE.start
    most: int = INTEGER_RANGE.stop

    def parse(self, value: Any, name: str) -> int:
        """The number."""
        if not isinstance(value, str) or not re.fullmatch(r"-?[0-9]{1,19}", value):
            message = f"Invalid integer: {value}"
            raise StripeError(message, code="parameter_invalid_integer", param=name)
        if not self.least <= int(value) <= self.most:
            relation = f"greater than or equal to {self.least}" if int(value) < self.least else f"at most {self.most}"
            message = f"Invalid integer: {name} must be {relation}."
            raise StripeError(message, code="parameter_invalid_integer", param=name)
        return int(value)


@dataclass(frozen=True, kw_only=True)
class Choice(Spec):
    """One of a few words. `unmodelled` are Stripe's own words that the sandbox does not act out."""

    options: tuple[str, ...]
    unmodelled: tuple[str, ...] = ()
    required: bool = False

    def parse(self, value: Any, name: str) -> str:
        """The word."""
        if value in self.unmodelled:
            message = f"The sandbox does not model {name}={value}. It models: {', '.join(self.options)}."
            raise StripeError(message, param=name)
        if value not in self.options:
            message = f"Invalid {name}: must be one of {', '.join((*self.options, *self.unmodelled))}"
            raise StripeError(message, param=name)
        return str(value)


@dataclass(frozen=True, kw_only=True)
class Flag(Spec):
    """True or false."""

    required: bool = False

    def parse(self, value: Any, name: str) -> bool:
        """The truth value."""
        if value not in ("true", "false"):
            message = f"Invalid boolean: {value}"
            raise StripeError(message, param=name)
        return bool(value == "true")


@dataclass(frozen=True, kw_only=True)
class Many(Spec):
    """A list."""

    of: Spec
    at_most: int = 100
    required: bool = False

    def parse(self, value: Any, name: str) -> list[Any]:
        """Each item parsed; errors name the item's place."""
        if not isinstance(value, list) or len(value) > self.at_most:
            message = f"Invalid array: {name} takes a list of at most {self.at_most}"
            raise StripeError(message, param=name)
        return [self.of.parse(item, f"{name}[{place}]") for place, item in enumerate(value)]


@dataclass(frozen=True, kw_only=True)
class Group(Spec):
    """An object with named parameters; others are refused."""

    fields: Mapping[str, Spec]
    required: bool = False
    gone: Mapping[str, str] = field(default_factory=dict)

    def parse(self, value: Any, name: str = "") -> dict[str, Any]:
        """Each given field parsed, under its own name."""
        if not isinstance(value, dict):
            message = f"Invalid object: {name}"
            raise StripeError(message, param=name)
        path = {key: f"{name}[{key}]" if name else key for key in (*value, *self.fields)}
        for key in value:
            if key not in self.fields:
                message = self.gone.get(key, f"Received unknown parameter: {path[key]}")
                raise StripeError(message, code="parameter_unknown", param=path[key])
        for key, spec in self.fields.items():
            if spec.required and key not in value:
                message = f"Missing required param: {path[key]}."
                raise StripeError(message, code="parameter_missing", param=path[key])
        return {key: self.fields[key].parse(item, path[key]) for key, item in value.items()}


@dataclass(frozen=True, kw_only=True)
class Metadata(Spec):
    """Up to 50 pairs: https://docs.stripe.com/api/metadata. An empty value leaves the key out."""

    required: bool = False

    def parse(self, value: Any, name: str) -> dict[str, str]:
        """The pairs that have a value."""
        if value == "":
            return {}
        if isinstance(value, list):
            value = {str(place): item for place, item in enumerate(value)}
        if not isinstance(value, dict) or not all(isinstance(item, str) for item in value.values()):
            message = f"Invalid object: {name} takes keys and strings"
            raise StripeError(message, param=name)
        if len(value) > 50 or any(len(key) > 40 or len(item) > 500 for key, item in value.items()):  # noqa: PLR2004
            message = "Metadata takes at most 50 keys of at most 40 characters, with values of at most 500."
            raise StripeError(message, param=name)
        return {key: item for key, item in value.items() if item}


def url(value: str, name: str) -> str:
    """An absolute http or https address."""
    try:
        parts = urlsplit(value)
        valid = parts.scheme in ("http", "https") and bool(parts.hostname)
    except ValueError:
        valid = False
    if not valid:
        message = "Not a valid URL"
        raise StripeError(message, code="url_invalid", param=name)
    return value


def email(value: str, name: str) -> str:
    """Something with one @ between two parts, the second with a dot."""
    if not re.fullmatch(r"[^@\s]+@[^@\s.]+(\.[^@\s.]+)+", value):
        message = f"Invalid email address: {value}"
        raise StripeError(message, code="email_invalid", param=name)
    return value
