"""One browser, several tabs: what a page holds of a person reaches nobody else."""

from playwright.sync_api import Page, WebSocket, expect

from litesubs.domain import accounts
from tests.e2e import people
from tests.e2e.conftest import Site
from tests.sandbox_process import eventually


def received(page: Page) -> list[str]:
    """What the server sends over the page's websockets from now on, frame by frame."""
    frames: list[str] = []

    def listen(socket: WebSocket) -> None:
        socket.on("framereceived", lambda frame: frames.append(str(frame)))

    page.on("websocket", listen)
    return frames


def signed_up(page: Page, name: str) -> str:
    """Somebody new, on their wallet. Returns their e-mail address."""
    email = people.fresh_email(name.split(maxsplit=1)[0])
    page.goto("/signup?next=/wallet")
    people.sign_up(page, name, email)
    expect(page.get_by_text("No credits yet")).to_be_visible()
    return email


def sign_out_in_another_tab(page: Page) -> Page:
    """The same browser signs out elsewhere. Returns that tab."""
    other = page.context.new_page()
    other.goto("/healthz")  # without scripts, which would lead to the sign-in while the test goes somewhere else
    assert other.evaluate("fetch('/auth/sign-out', {method: 'POST'}).then((answer) => answer.ok)")
    return other


def reload(page: Page, frames: list[str]) -> None:
    """Load the page again, and wait until the server has sent it the whole of its state."""
    frames.clear()
    page.reload()
    eventually(lambda: page.title() and any("is_hydrated" in frame for frame in frames))


def test_a_tab_that_connects_again_after_a_sign_out_elsewhere_is_sent_nothing_private(page: Page) -> None:
    frames = received(page)
    email = signed_up(page, "Mara Lindqvist")
    assert any(email in frame for frame in frames)
    (session,) = (cookie for cookie in page.context.cookies() if cookie.get("name") == accounts.cookie_name())
    assert not any(session.get("value", "?") in frame for frame in frames)  # it is for the server alone
    sign_out_in_another_tab(page)
    reload(page, frames)
    expect(page.get_by_role("heading", name="Sign in")).to_be_visible()
    assert [frame for frame in frames if email in frame or "Mara" in frame] == []


def test_pages_opened_by_the_other_name_of_a_developers_machine_lead_to_the_one_with_the_cookie(
    page: Page, site: Site
) -> None:
    signed_up(page, "Mara Lindqvist")
    page.goto(f"{site.base_url.replace('localhost', '127.0.0.1')}/wallet?from=elsewhere")
    expect(page).to_have_url(f"{site.base_url}/wallet?from=elsewhere")
    expect(page.get_by_text("No credits yet")).to_be_visible()


def test_whoever_signs_in_elsewhere_next_is_sent_nothing_of_the_last_person(page: Page) -> None:
    frames = received(page)
    email = signed_up(page, "Mara Lindqvist")
    theirs = signed_up(sign_out_in_another_tab(page), "Ida Sommer")
    reload(page, frames)
    eventually(lambda: page.title() and any(theirs in frame for frame in frames))
    assert [frame for frame in frames if email in frame or "Mara" in frame] == []
