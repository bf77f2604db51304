"""What stands in the fields of the pages that the server fills, and what search engines are told of them."""

from collections.abc import Mapping
from typing import Literal
from urllib.parse import quote, urlencode, urlsplit

from litesubs.api import templates
from litesubs.api.templates import Boot
from litesubs.domain import prose, sharing
from litesubs.domain.actors import Actor
from litesubs.domain.views.offers import ProfileView, StorefrontView
from litesubs.settings import settings

AuthPage = Literal["login", "signup", "choose-password"]

LONG_FIGURE = 10_000
LONG_PRICE = 11
WAYS_ON = {"locked": ("Sign in", "/login"), "unconfirmed": ("Confirm your e-mail", "/verify-email")}
ACTIONS: dict[AuthPage, str] = {
    "login": "Sign in",
    "signup": "Create sign-in",
    "choose-password": "Confirm this address",
}
PASSWORD_HINT = "12 characters or more. A short sentence is good."  # noqa: S105 - a hint, no password


def profile_boot(view: ProfileView, actor: Actor) -> Boot:
    """Every field of pages/profile.py, by the same rules as a pack's."""
    path = f"/c/{view.handle}"
    first = prose.first_name(view.name)
    return _account_fields(actor, path) | {
        "path": path,
        "title": f"{view.name} · Litesubs",
        "description": view.summary or f"Packs of credits from {view.name}: paid once, nothing renews.",
        "image": sharing.creator_image(view),
        "creator_name": view.name,
        "creator_face_html": templates.face(view.initials, view.picture),
        "creator_address": f"{urlsplit(settings().base_url).netloc}{path}",
        "bio_html": view.bio_html,
        "links_html": templates.links(view.links),
        "packs_html": templates.shelf(view.offers),
        "packs_class": "" if view.offers else "away",
        "none_class": "away" if view.offers else "",
        "none_title": f"{first} sells nothing here right now",
        "none_text": f"Credits bought before stay good. Ask {first} for what comes next.",
    }


def pack_boot(view: StorefrontView, actor: Actor, flash: Mapping[str, str], path: str = "") -> Boot:
    """Every field of pages/pack.py. Texts are never empty; what may be empty ends in `_html` or `_class`."""
    path = path or f"/p/{view.token}"
    pack = view.pack
    is_open = view.state == "open"
    first = prose.first_name(view.creator_name)
    amount = prose.count(pack.credits, "credit")
    lead, rest = templates.lead_and_rest(pack.description_html)
    return (
        _pack_fields(view)
        | _way_on(view, path)
        | _account_fields(actor, path)
        | _answers(view, first)
        | {
            "path": path,
            "title": f"{pack.name} · {view.creator_name}",
            "description": prose.summary(pack.description)
            or f"{amount} with {view.creator_name} for {pack.price}, paid once.",
            "image": sharing.pack_image(view),
            "lead_html": lead,
            "description_html": rest,
            "buy_label": f"Buy {amount}",
            "bar_label": f"Buy {amount}" if len(pack.price) < LONG_PRICE else "Buy",
            "buy_action": f"/p/{quote(view.token, safe='')}/buy",
            "seen": view.terms or "unknown",
            "holding_src": f"/p/{quote(view.token, safe='')}/holding",
            "holding_words": "See what you have in your wallet" if actor.signed_in else "Bought it before? Sign in",
            "holding_class": "away" if view.state == "locked" else "",  # there the way on is to sign in already
            "signed_in": "yes" if actor.signed_in else "no",
            "creator_href": f"/c/{view.creator_handle}",
            "creator_summary": view.creator_summary or f"Everything {first} sells is on one page.",
            "see_creator": f"See {first}'s page",
            "buy_note": f"{amount} · {pack.unit_price} each",
            "expiry_promise": (pack.expiry_promise or "Credits never expire").removesuffix("."),
            "creator_first": first,
            "refund_note": f"Refunds are up to {first}, back the way you paid",
            "also_from": f"Also from {first}",
            "see_movements": f"You and {first} read the same ledger, line by line.",
            "use_credits": f"All {amount} are in your wallet at once. {first} takes them off as you use them."
            if pack.credits > 1
            else f"Your credit is in your wallet at once. {first} takes it off when you use it.",
            "figure_class": "long-figure" if pack.credits >= LONG_FIGURE else "",
            "price_class": "long-price" if len(pack.price) >= LONG_PRICE else "",
            "others_html": templates.offers(view.others),
            "others_class": "" if view.others else "away",
            "open_class": "" if is_open else "away",
            "closed_class": "away" if is_open else "",
            "closed_title": view.closed_title or "On sale",
            "closed_text": view.closed_text or "This pack can be bought.",
            "form_error_html": templates.refusal(flash.get("form_error", "")),
        }
    )


def _account_fields(actor: Actor, path: str) -> Boot:
    """The button on top of a public page: sign in and come back, or the wallet."""
    return {
        "account_href": "/wallet" if actor.signed_in else f"/login?{urlencode({'next': path})}",
        "account_label": "Your wallet" if actor.signed_in else "Sign in",
    }


def _answers(view: StorefrontView, first: str) -> Boot:
    """What a buyer asks about this pack, answered by what the product does."""
    never = view.pack.expiry_kind == "never"
    return {
        "answer_expiry": "They stay in your wallet until you use them. They have no last day."
        if never
        else f"{view.pack.expiry_promise} That counts for the whole last day, in UTC. What is left after it can no "
        f"longer be used, and stands in your ledger as expired. {first} can give your credits more time.",
        "answer_refund": f"That is for {first} to decide, so ask there. Money goes back through Stripe, the way you "
        "paid it. A credit that was taken off by mistake can be given back at any time, and you see both lines.",
        "answer_privacy": f"You and {first}, nobody else. Both of you read the same ledger: what was used, when, and "
        "why. Your card number stays with Stripe.",
    }


def _way_on(view: StorefrontView, here: str) -> Boot:
    """What somebody can do where they cannot buy. Texts are there also where nothing is shown."""
    label, page = WAYS_ON.get(view.state, ("Your wallet", "/wallet"))
    return {
        "next": here,
        "way_on_label": label,
        "way_on_href": f"{page}?{urlencode({'next': here})}",
        "way_on_class": "" if view.state in WAYS_ON else "away",
        "see_others_class": "" if view.others and view.state not in {*WAYS_ON, "not_yours"} else "away",
        "switch_class": "" if view.state == "not_yours" else "away",
    }


def auth_boot(name: AuthPage, flash: Mapping[str, str], view: StorefrontView | None, next_path: str) -> Boot:
    """Every field of pages/login.py and pages/signup.py, and most of pages/choose_password.py."""
    buying = view is not None and view.state == "open"
    keep = {
        key: value for key, value in (("pack", view.token if view and buying else ""), ("next", next_path)) if value
    }
    query = f"?{urlencode(keep)}" if keep else ""
    boot = (_pack_fields(view) if view else dict.fromkeys(_PACK_FIELDS, "")) | {
        "path": f"/{name}",
        "pack": keep.get("pack", ""),
        "next": next_path,
        "pack_class": "" if buying else "away",
        "plain_class": "away" if buying else "",
        "lead": "Then straight on to payment." if buying else "For your wallet, and for selling packs of your own.",
        "action_label": "Continue to payment" if buying else ACTIONS[name],
        "login_href": f"/login{query}",
        "signup_href": f"/signup{query}",
        "form_error_html": templates.refusal(flash.get("form_error", "")),
    }
    for field, hint in (("name", ""), ("email", ""), ("password", PASSWORD_HINT if name != "login" else "")):
        error = flash.get(f"{field}_error", "")
        boot[field] = flash.get(field, "")
        boot[f"{field}_note_html"] = templates.field_note(hint, error)
        boot[f"{field}_invalid"] = "true" if error else "false"
    return boot


_PACK_FIELDS = (
    "pack_name",
    "credits",
    "credits_word",
    "price",
    "unit_price",
    "creator_name",
    "creator_face_html",
    "holes_html",
)


def _pack_fields(view: StorefrontView) -> Boot:
    pack = view.pack
    values = (
        pack.name,
        f"{pack.credits:,}",
        "credit" if pack.credits == 1 else "credits",
        pack.price,
        pack.unit_price,
        view.creator_name,
        templates.face(view.creator_initials, view.creator_picture),
        templates.holes(pack.credits),
    )
    return dict(zip(_PACK_FIELDS, values, strict=True))


def product(view: StorefrontView, url: str, image: str) -> dict[str, object]:
    """The pack as schema.org's Product with its Offer (https://schema.org/Product)."""
    stock = "InStock" if view.state == "open" else "OutOfStock"
    return {
        "@context": "https://schema.org",
        "@type": "Product",
        "name": view.pack.name,
        "description": prose.summary(view.pack.description) or view.pack.name,
        "image": image,
        "brand": {"@type": "Brand", "name": view.creator_name},
        "offers": {
            "@type": "Offer",
            "url": url,
            "price": view.pack.price_input,
            "priceCurrency": view.pack.currency.upper(),
            "availability": f"https://schema.org/{stock}",
        },
    }


def person(view: ProfileView, url: str, description: str) -> dict[str, object]:
    """The creator as schema.org's ProfilePage (https://schema.org/ProfilePage)."""
    person = {
        "@type": "Person",
        "name": view.name,
        "alternateName": view.handle,
        "description": description,
        "url": url,
        "image": settings().base_url + view.picture if view.picture else "",
        "sameAs": [address for address, _ in view.links],
    }
    return {
        "@context": "https://schema.org",
        "@type": "ProfilePage",
        "mainEntity": {name: value for name, value in person.items() if value},
    }
