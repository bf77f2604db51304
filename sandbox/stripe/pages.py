"""The hosted page as HTML. `Markup.format` escapes every value, so that a pack's name cannot become markup."""

from pathlib import Path

from markupsafe import Markup

from sandbox import look
from sandbox.look import LOGO, icon
from sandbox.stripe import cards, money
from sandbox.stripe.store import Json

STYLE = Markup((Path(__file__).parent / "checkout.css").read_text())  # noqa: S704 - our own file
ACCOUNT_HINTS = {
    "succeeds": "Succeeds after a few seconds",
    "fails": "Fails after a few seconds",
    "waits": "Waits until a test settles it",
}


def pay(session: Json, *, values: dict[str, str], errors: dict[str, str], decline: str | None) -> str:
    """The page of an open session, with what was typed, what is wrong with it, and why the last try failed."""
    values = {"email": session["customer_email"] or "", "method": "card", "account": "000123456789"} | values
    amount = money.show(session["amount_total"], session["currency"])
    body = Markup("""<div class="halves"><section class="bought" aria-label="What you buy"><div>{bought}</div></section>
<main class="paying"><div><h1>Pay {amount}</h1>{note}
<form method="post" action="/c/pay/{id}" novalidate>{email}
<fieldset><legend>Pay with</legend><div class="choices two">{methods}</div></fieldset>
<div class="by-card">{card}</div><div class="by-bank">{bank}</div>
<button type="submit">{lock} Pay {amount}</button></form>{cards}</div></main></div>""").format(
        bought=_bought(session, amount),
        amount=amount,
        id=session["id"],
        note=_note(decline, errors),
        email=_email(session, values, errors),
        methods=_methods(values["method"]),
        card=_card_fields(values, errors),
        bank=_bank_fields(values, errors),
        lock=icon("lock"),
        cards=_test_cards(session["id"]),
    )
    return _page(f"Pay {amount}", body)


def challenge(session: Json) -> str:
    """The bank asks whether it is really the card's owner."""
    card = session["_challenge"]
    body = Markup("""<main class="alone"><div class="card">{icon}<h1>Is it you?</h1>
<p>Your bank checks this payment. In the sandbox you say how that ends.</p>
<dl><div><dt>Amount</dt><dd>{amount}</dd></div><div><dt>For</dt><dd>{name}</dd></div>
<div><dt>Card</dt><dd>ending in {last4}</dd></div></dl>
<form method="post" action="/c/pay/{id}/authenticate"><button name="answer" value="complete">Complete</button>
<button class="quiet" name="answer" value="fail">Fail</button></form></div></main>""").format(
        icon=icon("shield"),
        amount=money.show(session["amount_total"], session["currency"]),
        name=session["_lines"][0]["description"],
        last4=card["number"][-4:],
        id=session["id"],
    )
    return _page("Confirm the payment", body)


def closed(session: Json, success_url: str) -> str:
    """A session that cannot be paid any more, with a way on."""
    if session["status"] == "complete":
        heading, sign = "This is paid", icon("check", "done")
        sentence = "The payment went through once. Nothing more will be charged."
        if session["payment_status"] == "unpaid":
            heading, sign, sentence = "The bank debit is on its way", icon("clock"), "Banks take a while to answer."
        back = success_url
    else:
        heading, sign, back = "This checkout has expired", icon("clock"), session["cancel_url"]
        sentence = "Nothing was charged. Go back to start again."
    link = Markup('<a class="button" href="{}">Back to Litesubs</a>').format(back) if back else ""
    body = Markup('<main class="alone"><div class="card">{}<h1>{}</h1><p>{}</p>{}</div></main>')
    return _page(heading, body.format(sign, heading, sentence, link))


def unknown() -> str:
    """There is no such session."""
    body = Markup('<main class="alone"><div class="card">{}<h1>{}</h1><p>{}</p></div></main>')
    sentence = "The address names no checkout of this sandbox. It may have been reset since."
    return _page("Nothing here", body.format(icon("alert"), "Nothing here", sentence))


def _page(title: str, body: Markup) -> str:
    return look.page(
        title,
        body,
        style=STYLE,
        headline="Sandbox: no money moves.",
        explanation="This page stands in for Stripe Checkout. Use a test card, never a real one.",
    )


def _bought(session: Json, amount: str) -> Markup:
    cancel = (
        Markup('<a href="{}">{}Back</a>').format(session["cancel_url"], icon("back")) if session["cancel_url"] else ""
    )
    facts = Markup("<p>{}Paid once, nothing renews</p><p>{}Stands in for Stripe Checkout</p>")
    return Markup("""<div class="brand">{logo}Litesubs{cancel}</div>
<div class="shadow"><div class="ticket">{lines}<span class="perf"></span>
<div class="foot"><strong>{amount}</strong><span class="soft">paid once</span></div></div></div>
<div class="facts">{facts}</div>""").format(
        logo=LOGO,
        cancel=cancel,
        lines=Markup("").join(_line(line, alone=len(session["_lines"]) == 1) for line in session["_lines"]),
        amount=amount,
        facts=facts.format(icon("check"), icon("flask")),
    )


def _line(line: Json, *, alone: bool) -> Markup:
    details = Markup('<p class="soft">{}</p>').format(line["_details"]) if line["_details"] else ""
    count = Markup(" &times; {}").format(line["quantity"]) if line["quantity"] > 1 else ""
    price = "" if alone else money.show(line["amount_total"], line["currency"])
    shape = Markup('<div class="line"><div><b>{}{}</b>{}</div><span>{}</span></div>')
    return shape.format(line["description"], count, details, price)


def _note(decline: str | None, errors: dict[str, str]) -> Markup:
    if errors:
        text = "Nothing was charged. One field needs another value." if len(errors) == 1 else None
        text = text or f"Nothing was charged. {len(errors)} fields need another value."
    elif decline:
        text = f"{decline} Nothing was charged. Try another card."
    else:
        return Markup("")
    return Markup('<div class="note" role="alert">{}<span>{}</span></div>').format(icon("alert"), text)


def _email(session: Json, values: dict[str, str], errors: dict[str, str]) -> Markup:
    fixed = "readonly" if session["customer_email"] else ""
    return _field("email", "E-mail", values, errors, kind="email", complete="email", extra=fixed)


def _methods(chosen: str) -> Markup:
    shape = Markup('<label class="choice"><input type="radio" name="method" id="method-{}" value="{}" {}>{}</label>')
    texts = {
        "card": Markup("<span>Card<small>Pays at once</small></span>"),
        "bank": Markup("<span>Bank debit<small>Clears later</small></span>"),
    }
    chosen = chosen if chosen in texts else "card"
    return Markup("").join(
        shape.format(way, way, "checked" if way == chosen else "", text) for way, text in texts.items()
    )


def _card_fields(values: dict[str, str], errors: dict[str, str]) -> Markup:
    pair = _field("expiry", "Expires", values, errors, complete="cc-exp", mode="numeric", example="MM / YY") + _field(
        "cvc", "Security code", values, errors, complete="cc-csc", mode="numeric", example="CVC"
    )
    number = _field("number", "Card number", values, errors, complete="cc-number", mode="numeric",
                    example="4242 4242 4242 4242")  # fmt: skip
    name = _field("name", "Name on the card", values, errors, complete="cc-name")
    return number + Markup('<div class="pair">{}</div>').format(pair) + name


def _bank_fields(values: dict[str, str], errors: dict[str, str]) -> Markup:
    shape = Markup(
        '<label class="choice"><input type="radio" name="account" value="{}" {} {}>'
        "<span>{}<small>{}</small></span></label>"
    )
    described = Markup('aria-describedby="account-error"') if "account" in errors else ""
    options = Markup("").join(
        shape.format(number, "checked" if number == values["account"] else "", described, ACCOUNT_HINTS[fate], number)
        for number, fate in cards.BANK_ACCOUNTS.items()
    )
    error = _error("account", errors)
    return Markup('<fieldset><legend>Test account</legend><div class="choices">{}</div>{}</fieldset>').format(
        options, error
    )


def _field(  # noqa: PLR0913 - the parts of a text field
    name: str,
    label: str,
    values: dict[str, str],
    errors: dict[str, str],
    *,
    kind: str = "text",
    complete: str,
    mode: str = "",
    example: str = "",
    extra: str = "",
) -> Markup:
    bad = Markup('aria-invalid="true" aria-describedby="{}-error"').format(name) if name in errors else ""
    return Markup("""<div class="field"><label class="label" for="{name}">{label}</label>
<input type="{kind}" id="{name}" name="{name}" value="{value}" autocomplete="{complete}" {mode} placeholder="{example}"
 {bad} {extra}>{error}</div>""").format(
        name=name,
        label=label,
        kind=kind,
        value=values.get(name, ""),
        complete=complete,
        mode=Markup('inputmode="{}"').format(mode) if mode else "",
        example=example,
        bad=bad,
        extra=extra,
        error=_error(name, errors),
    )


def _error(name: str, errors: dict[str, str]) -> Markup:
    if name not in errors:
        return Markup("")
    return Markup('<span class="error" id="{}-error">{}{}</span>').format(name, icon("alert"), errors[name])


def _test_cards(identifier: str) -> Markup:
    row = Markup('<tr><td>{}</td><td>{}</td><td><a href="/c/pay/{}?card={}" aria-label="Use {}">Use</a></td></tr>')
    rows = Markup("").join(
        row.format(_spaced(card.number), card.does, identifier, card.number, _spaced(card.number))
        for card in cards.CARDS.values()
        if card.shown
    )
    return Markup("""<details><summary>Test cards</summary><table><thead><tr><th scope="col">Number</th>
<th scope="col">What happens</th><th scope="col">Fill in</th></tr></thead><tbody>{}</tbody></table>
<p>Any date in the future and any three digits as security code will do.</p></details>""").format(rows)


def _spaced(number: str) -> str:
    return " ".join(number[place : place + 4] for place in range(0, len(number), 4))
