"""What pages hold before their view has come."""

from litesubs.domain.views.customers import CustomerPage
from litesubs.domain.views.statements import SubscriptionView, WalletView

NO_CUSTOMERS = CustomerPage(rows=[], total=0, count="0", after="")
NO_WALLET = WalletView(summary="", expiring="")
NO_SUBSCRIPTION = SubscriptionView(
    id="",
    status="",
    status_note="",
    pack_id="",
    pack_name="",
    creator_id="",
    creator_name="",
    creator_initials="",
    customer_id="",
    customer_name="",
    customer_email="",
    customer_initials="",
    posted=0,
    held=0,
    available=0,
    granted=0,
    spent=0,
    expiring=0,
    meter="",
    expires="",
    expires_soon=False,
    paid="",
    unit_cost="",
    buy_again_url="",
    buy_again_price="",
)
