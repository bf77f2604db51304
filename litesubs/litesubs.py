"""Composition root: the Reflex app, its pages, the API and static pages beside them, and the worker in the process."""

from collections.abc import Callable
from typing import Any

import reflex as rx
from reflex.event import EventType

from litesubs import jobs
from litesubs.api import compression, site
from litesubs.api.app import api
from litesubs.api.public import counting_visits
from litesubs.components.document import error_boundary, head
from litesubs.pages import (
    checkout_cancelled,
    checkout_success,
    choose_password,
    customer,
    customer_import,
    customers,
    dashboard,
    developers,
    error,
    landing,
    links,
    login,
    not_found,
    pack,
    pack_editor,
    packs,
    profile,
    settings,
    signup,
    subscription,
    verify_email,
    wallet,
    wallet_subscription,
)
from litesubs.pages import (
    help as help_pages,
)
from litesubs.state.checkout_success import CheckoutState
from litesubs.state.customer import CustomerState
from litesubs.state.customer_import import CustomerImportState
from litesubs.state.customers import CustomersState
from litesubs.state.dashboard import DashboardState
from litesubs.state.developers import DevelopersState
from litesubs.state.give_credits import GiveCreditsState
from litesubs.state.links import LinksState
from litesubs.state.pack_editor import PackEditorState
from litesubs.state.packs import PacksState
from litesubs.state.session import OnePerson, SessionState, answer_error
from litesubs.state.settings import SettingsState
from litesubs.state.subscription import SubscriptionState
from litesubs.state.verify_email import VerifyEmailState
from litesubs.state.wallet import WalletState
from litesubs.state.wallet_subscription import WalletSubscriptionState

app = rx.App(
    html_lang="en",
    reset_style=False,
    toaster=None,
    app_wraps={(55, "ErrorBoundary"): error_boundary},
    head_components=head(),
    api_transformer=[api, site.Pages, compression.Compressed, site.Headers],
    backend_exception_handler=answer_error,
)
app.add_middleware(OnePerson())
app.register_lifespan_task(jobs.running_worker)
app.register_lifespan_task(counting_visits)


def public(page: Callable[[], rx.Component], route: str, title: str | rx.Var[str], **more: Any) -> None:
    """Add a page that anyone can open. `more` goes to Reflex: description, image, on_load."""
    app.add_page(page, route=route, title=title, **{"image": "/og.png", **more})


def private(page: Callable[[], rx.Component], route: str, title: str | rx.Var[str], *on_load: EventType[()]) -> None:
    """Add a page for someone who is signed in; `on_load` events run once it is known who that is."""
    app.add_page(page, route=route, title=title, image="/favicon.svg", on_load=[SessionState.enter, *on_load])


public(landing.page, "/", "Litesubs: sell it by the ten", description=landing.DESCRIPTION)
public(pack.page, "/p/[token]", pack.TITLE, description=pack.DESCRIPTION, image=pack.IMAGE)
public(profile.page, "/c/[handle]", profile.TITLE, description=profile.DESCRIPTION, image=profile.IMAGE)
public(pack.page, "/c/[handle]/[pack_slug]", pack.TITLE, description=pack.DESCRIPTION, image=pack.IMAGE)
public(login.page, "/login", "Sign in · Litesubs", description=login.DESCRIPTION)
public(signup.page, "/signup", "Create your sign-in · Litesubs", description=signup.DESCRIPTION)
public(
    choose_password.page, "/choose-password", "Choose a password · Litesubs", description=choose_password.DESCRIPTION
)
public(checkout_success.page, "/checkout/success", "Your purchase · Litesubs", on_load=CheckoutState.load)
public(
    checkout_cancelled.page,
    "/checkout/cancelled",
    "Your checkout · Litesubs",
    on_load=CheckoutState.load_cancelled,
)
public(
    verify_email.page,
    "/verify-email",
    "Confirm your e-mail · Litesubs",
    description=verify_email.DESCRIPTION,
    on_load=VerifyEmailState.load,
)
public(help_pages.page, "/help", help_pages.TITLE, description=help_pages.DESCRIPTION)
public(help_pages.answer_page, "/help/answer", help_pages.ANSWER_TITLE, description=help_pages.ANSWER_DESCRIPTION)
public(error.page, site.ERROR, error.TITLE)
public(not_found.page, site.NOT_FOUND, "Nothing at this address · Litesubs")
public(not_found.page, "/404", "Nothing at this address · Litesubs")

# Pages of signed-in people: wallet and desk.
private(dashboard.page, "/dashboard", "Overview · Litesubs", DashboardState.load)
private(packs.page, "/dashboard/packs", "Packs · Litesubs", PacksState.load)
private(pack_editor.new_page, "/dashboard/packs/new", "New pack · Litesubs", PackEditorState.start)
private(
    pack_editor.page, "/dashboard/packs/[pack_id]", "Pack · Litesubs", PackEditorState.load, LinksState.load_of_pack
)
private(links.page, "/dashboard/links", "Share links · Litesubs", LinksState.load)
private(developers.page, "/dashboard/developers", "Developers · Litesubs", DevelopersState.load)
private(settings.page, "/dashboard/settings", "Settings · Litesubs", SettingsState.load)
private(
    customers.page,
    "/dashboard/customers",
    "Customers · Litesubs",
    GiveCreditsState.begin_if_asked,
    CustomersState.load,
)
private(customer.page, "/dashboard/customers/[customer_id]", "Customer · Litesubs", CustomerState.load)
private(customer_import.page, "/dashboard/customers/import", "Import customers · Litesubs", CustomerImportState.load)
private(subscription.page, "/dashboard/subscriptions/[subscription_id]", "Customer · Litesubs", SubscriptionState.load)
private(wallet.page, "/wallet", "Your wallet · Litesubs", WalletState.load)
private(wallet_subscription.page, "/wallet/[subscription_id]", "Your credits · Litesubs", WalletSubscriptionState.load)
