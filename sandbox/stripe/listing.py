"""Pages of a list, and what of an object to expand: https://docs.stripe.com/api/pagination and /expanding_objects."""

from collections.abc import Callable

from sandbox.stripe import params
from sandbox.stripe.errors import StripeError, missing
from sandbox.stripe.sandbox import Sandbox, public
from sandbox.stripe.store import Json

PAGE: dict[str, params.Spec] = {
    "limit": params.Whole(least=1, most=100),
    "starting_after": params.Text(),
    "ending_before": params.Text(),
    "expand": params.Many(of=params.Text(), at_most=20),
}
MOMENT = params.Whole()
RANGE = params.Group(fields={"gt": MOMENT, "gte": MOMENT, "lt": MOMENT, "lte": MOMENT})
COMPARE: dict[str, Callable[[int, int], bool]] = {
    "gt": int.__gt__,
    "gte": int.__ge__,
    "lt": int.__lt__,
    "lte": int.__le__,
}


class When(params.Spec):
    """A moment, or a range of moments."""

    def parse(self, value: object, name: str) -> dict[str, int]:
        """The bounds."""
        if isinstance(value, dict):
            return RANGE.parse(value, name)
        exact = MOMENT.parse(value, name)
        return {"gte": exact, "lte": exact}


def within(bounds: dict[str, int], moment: int) -> bool:
    """Whether a moment satisfies every bound."""
    return all(COMPARE[relation](moment, bound) for relation, bound in bounds.items())


def page(items: list[Json], wanted: Json, url: str) -> Json:
    """One page of `items` (newest first). Raises StripeError for a cursor that is not among them."""
    limit, after, before = wanted.get("limit", 10), wanted.get("starting_after"), wanted.get("ending_before")
    if after and before:
        message = "You cannot use both `starting_after` and `ending_before`."
        raise StripeError(message, param="starting_after")
    if before:
        earlier = items[: _place(items, before, "ending_before")]
        shown, more = earlier[-limit:], len(earlier) > limit
    else:
        later = items[_place(items, after, "starting_after") + 1 :] if after else items
        shown, more = later[:limit], len(later) > limit
    return {"object": "list", "url": url, "has_more": more, "data": shown}


def expanded(sandbox: Sandbox, item: Json, paths: list[str]) -> Json:
    """The object as it leaves the sandbox, with the named links followed."""
    shown = public(item)
    for path in paths:
        head, _, rest = path.partition(".")
        if head == "line_items" and "_lines" in item and not rest:
            lines = [public(line) for line in item["_lines"]]
            url = f"/v1/checkout/sessions/{item['id']}/line_items"
            shown["line_items"] = {"object": "list", "url": url, "has_more": False, "data": lines}
        elif head in ("payment_intent", "latest_charge") and head in item:
            kind = "charge" if head == "latest_charge" else head
            target = sandbox.store.find(item[head], kind) if item[head] else None
            if target:
                siblings = [other.partition(".")[2] for other in paths if other.startswith(f"{head}.")]
                shown[head] = expanded(sandbox, target, siblings)
        else:
            message = f"This property cannot be expanded ({head})."
            raise StripeError(message, param="expand")
    return shown


def _place(items: list[Json], cursor: str, param: str) -> int:
    for place, item in enumerate(items):
        if item["id"] == cursor:
            return place
    raise missing("object", cursor, param=param, status=400)
