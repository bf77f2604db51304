"""What pages hold before their view has come."""

from litesubs.domain.views.customers import CustomerPage, CustomerView, ImportPlan, ImportView
from litesubs.domain.views.developers import KeyView, NewKeyView
from litesubs.domain.views.offers import LinkView, PackView
from litesubs.domain.views.statements import EntryView, LotView, SubscriptionView, WalletView

NO_CUSTOMERS = CustomerPage(rows=[], total=0, count="0", after="")
NO_CUSTOMER = CustomerView(
    id="",
    name="",
    email="",
    initials="",
    has_account=False,
    confirmed=False,
    since="",
    last_activity="",
    spent=[],
    left=0,
    available=0,
    held=0,
    expires="",
    expires_soon=False,
)
NO_PLAN = ImportPlan(
    file_name="",
    digest="",
    rows=[],
    total=0,
    customers=0,
    new_customers=0,
    more=0,
    before=0,
    errors=0,
    credits=0,
    summary="",
    ignored="",
    ready=False,
)
NO_IMPORT = ImportView(id="", file_name="", at="", rows=0, credits=0, undone="")
NO_WALLET = WalletView(summary="", expiring="")
NO_ENTRY = EntryView(
    id="", kind="", title="", reason="", at="", who="", lot="", lot_expiry="", amount="", adds=False, left_after=0
)
NO_LOT = LotView(
    id="",
    label="",
    source="",
    amount=0,
    remaining=0,
    held=0,
    free=0,
    expires="",
    expires_soon=False,
    expired=False,
    last_day="",
    ends="",
    extendable=False,
    extended_from="",
)
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
    by_rule="",
    clocks="",
)
NO_PACK = PackView(
    id="",
    name="",
    slug="",
    description="",
    description_html="",
    price_minor=0,
    currency="EUR",
    price="",
    price_input="",
    unit_price="",
    credits=0,
    expiry_kind="never",
    expiry_date="",
    expiry_days=0,
    expiry="",
    expiry_promise="",
    listed=True,
    active=True,
)
NO_LINK = LinkView(id="", token="", url="", name="", is_default=False, uses="", expires="", state="")
NO_KEY = KeyView(
    id="",
    name="",
    prefix="",
    scopes=[],
    state="",
    living=False,
    made="",
    made_by="",
    last_used="",
    expires="",
    cap="",
    spent="",
    networks="",
    addresses="",
)
NO_NEW_KEY = NewKeyView(name="", token="", call="")
