"""Tables and constraints, by subject.

The rules live in `domain`; what the database can enforce itself is enforced here.
"""

from litesubs import db
from litesubs.models.insights import (
    NEVER,
    CustomerSummary,
    InsightBuyer,
    InsightDay,
    InsightDelta,
    InsightLot,
    Measure,
)
from litesubs.models.keys import ApiKey, ApiKeySpend, CapPeriod
from litesubs.models.ledger import (
    CreditGrant,
    CustomerImport,
    EntryType,
    GrantExtension,
    GrantSource,
    Hold,
    HoldStatus,
    IdempotencyKey,
    LedgerEntry,
    PostingNote,
    Subscription,
    SubscriptionStatus,
    Wallet,
)
from litesubs.models.offers import CreditPack, ExpiryKind, ExpiryRule, LinkDay, LinkVisit, PackStatus, ShareLink
from litesubs.models.people import (
    Creator,
    CreatorHandle,
    CreatorPicture,
    Customer,
    EmailVerification,
    User,
    UserSession,
)
from litesubs.models.purchases import Purchase, PurchaseMovement, PurchaseStatus, StripeEvent

metadata = db.metadata

__all__ = [
    "NEVER",
    "ApiKey",
    "ApiKeySpend",
    "CapPeriod",
    "Creator",
    "CreatorHandle",
    "CreatorPicture",
    "CreditGrant",
    "CreditPack",
    "Customer",
    "CustomerImport",
    "CustomerSummary",
    "EmailVerification",
    "EntryType",
    "ExpiryKind",
    "ExpiryRule",
    "GrantExtension",
    "GrantSource",
    "Hold",
    "HoldStatus",
    "IdempotencyKey",
    "InsightBuyer",
    "InsightDay",
    "InsightDelta",
    "InsightLot",
    "LedgerEntry",
    "LinkDay",
    "LinkVisit",
    "Measure",
    "PackStatus",
    "PostingNote",
    "Purchase",
    "PurchaseMovement",
    "PurchaseStatus",
    "ShareLink",
    "StripeEvent",
    "Subscription",
    "SubscriptionStatus",
    "User",
    "UserSession",
    "Wallet",
    "metadata",
]
