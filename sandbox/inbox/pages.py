"""The inbox as HTML. `Markup.format` escapes every value, so that a mail cannot become part of the page."""

from datetime import datetime
from pathlib import Path

from markupsafe import Markup

from sandbox import look
from sandbox.inbox.message import LINK, SENTENCE_END, Message
from sandbox.look import LOGO, icon

STYLE = Markup((Path(__file__).parent / "inbox.css").read_text())  # noqa: S704 - our own file
RENEW_SECONDS = 2
# The page asks for the newest id and loads itself again when that changes; without scripts it does so by the clock.
RENEWAL = Markup("""<script>
setInterval(async () => {{
  if (document.hidden) return;
  try {{ if (await (await fetch("/newest")).text() !== "{newest}") location.reload(); }} catch {{ }}
}}, {seconds} * 1000);
</script><noscript><meta http-equiv="refresh" content="10"></noscript>""")


def inbox(messages: list[Message]) -> str:
    """Every message, newest first."""
    newest = messages[0].id if messages else 0
    rows = Markup("").join(_row(message) for message in messages)
    listed = Markup('<ol class="mails">{}</ol>').format(rows) if messages else _empty()
    body = Markup("""<main class="inbox"><div class="head"><div class="brand">{logo}Litesubs</div>
<h1>Inbox</h1>{clear}</div>{listed}</main>{renewal}""").format(
        logo=LOGO,
        clear=_clear() if messages else "",
        listed=listed,
        renewal=RENEWAL.format(newest=newest, seconds=RENEW_SECONDS),
    )
    return _page("Inbox", body)


def mail(message: Message) -> str:
    """One message: who, what, when, then both of its parts."""
    frame = Markup(
        '<section aria-labelledby="as-html"><h2 id="as-html">As HTML</h2><iframe class="paper" title="The mail" '
        'src="/messages/{}/html" sandbox="allow-popups allow-popups-to-escape-sandbox"></iframe></section>'
    )
    text = Markup(
        '<section aria-labelledby="as-text"><h2 id="as-text">As text</h2><pre tabindex="0">{}</pre></section>'
    )
    body = Markup("""<main class="inbox"><div class="head"><div class="brand">{logo}Litesubs
<a href="/">{back}All mail</a></div><h1>{subject}</h1></div>
<dl class="facts"><div><dt>From</dt><dd>{sender}</dd></div><div><dt>To</dt><dd>{to}</dd></div>
<div><dt>Came</dt><dd>{at}</dd></div>
<div><dt>Source</dt><dd><a href="/messages/{id}/source">As it was sent</a></dd></div>
</dl>{html}{text}</main>""").format(
        logo=LOGO,
        back=icon("back"),
        subject=message.subject,
        sender=message.sender,
        to=", ".join(message.to),
        at=_moment(message.received_at),
        id=message.id,
        html=frame.format(message.id) if message.html else "",
        text=text.format(_linked(message.text)) if message.text else "",
    )
    return _page(message.subject, body)


def unknown() -> str:
    """There is no such message."""
    body = Markup('<main class="alone"><div class="card">{}<h1>{}</h1><p>{}</p>{}</div></main>')
    sentence = "The inbox keeps the last 1,000 messages and may have been cleared since."
    back = Markup('<a class="button" href="/">All mail</a>')
    return _page("No such mail", body.format(icon("alert"), "No such mail", sentence, back))


def _page(title: str, body: Markup) -> str:
    return look.page(
        title,
        body,
        style=STYLE,
        headline="Sandbox: no mail leaves this machine.",
        explanation="Whatever Litesubs sends is kept here.",
    )


def _row(message: Message) -> Markup:
    return Markup("""<li><a href="/messages/{id}"><b>{subject}</b><span class="to">{to}</span>
<time datetime="{iso}">{at}</time></a></li>""").format(
        id=message.id,
        subject=message.subject,
        to=", ".join(message.to),
        iso=message.received_at.isoformat(),
        at=_moment(message.received_at),
    )


def _empty() -> Markup:
    return Markup('<p class="none">{}No mail yet. What Litesubs sends shows up here by itself.</p>').format(
        icon("clock")
    )


def _clear() -> Markup:
    return Markup('<form method="post" action="/clear"><button class="quiet">Clear</button></form>')


def _linked(text: str) -> Markup:
    """Text with its addresses as links that open in a tab of their own."""
    shown, end = Markup(""), 0
    for match in LINK.finditer(text):
        url = match[0].rstrip(SENTENCE_END)
        link = Markup('<a href="{}" target="_blank" rel="noreferrer">{}</a>').format(url, url)
        shown += Markup("{}{}").format(text[end : match.start()], link)
        end = match.start() + len(url)
    return shown + Markup("{}").format(text[end:])


def _moment(at: datetime) -> str:
    return f"{at.astimezone():%-d %b %Y, %H:%M:%S}"
