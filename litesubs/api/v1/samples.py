"""Sample answers and requests, which the description of the API and its page show."""

from typing import Any

PACK = "pack_01k5zt8q3mfx1v0r7d9h2j4b6c"
CUSTOMER = "cus_01k5zv2n8pg3s6t1w4y7a9c0eh"
SUBSCRIPTION = "sub_01k5zv2n9af8m2q5x7z1b3d4fg"
GRANT = "grant_01k5zv2nbjr4t6v8x0y2a4c6e8"
DEBIT = "debit_01k60b7d5vh2k4n6q8s0t2w4y6"
HOLD = "hold_01k60c9f1xm3p5r7t9v1x3z5b7"
MOMENT = "2027-11-23T07:02:08Z"
END = "2028-11-23T00:00:00Z"

BALANCE = {"posted": 7, "held": 0, "available": 7}
ALLOCATIONS = [{"grant": GRANT, "pack": PACK, "amount": 3, "expires_at": END}]

PACK_SHOWN: dict[str, Any] = {
    "id": PACK,
    "slug": "10-coaching-sessions",
    "name": "10 coaching sessions",
    "description": "An hour each, by video.",
    "credits": 10,
    "price_minor": 45000,
    "currency": "EUR",
    "expiry": {"kind": "after_days", "date": None, "days": 365},
    "status": "active",
    "url": "https://credits.example/p/h7Rk2mXw9TqZ",
    "created_at": MOMENT,
}
CUSTOMER_SHOWN: dict[str, Any] = {
    "id": CUSTOMER,
    "email": "ben@example.com",
    "name": "Ben Okafor",
    "test": False,
    "balance": {"posted": 10, "held": 0, "available": 10},
    "subscriptions": [
        {
            "id": SUBSCRIPTION,
            "pack": PACK,
            "pack_name": "10 coaching sessions",
            "status": "active",
            "balance": {"posted": 10, "held": 0, "available": 10},
            "created_at": MOMENT,
        }
    ],
    "created_at": MOMENT,
}
ENTRY_SHOWN: dict[str, Any] = {
    "id": f"entry_{DEBIT.removeprefix('debit_')}_2",
    "type": "debit",
    "posting": DEBIT,
    "pack": PACK,
    "subscription": SUBSCRIPTION,
    "grant": GRANT,
    "posted": -3,
    "held": 0,
    "posted_after": 7,
    "held_after": 0,
    "reverses": None,
    "actor": "key_01k5zw4r6tj8m0p2s4v6x8z0b2",
    "reason": "Report of May",
    "metadata": {"report": "1042"},
    "at": MOMENT,
}
DEBIT_SENT: dict[str, Any] = {
    "customer": "ben@example.com",
    "amount": 3,
    "pack": PACK,
    "reason": "Report of May",
    "metadata": {"report": "1042"},
}
DEBIT_SHOWN: dict[str, Any] = {"id": DEBIT, "amount": 3, "balance": BALANCE, "allocations": ALLOCATIONS}
DRY_RUN_SHOWN: dict[str, Any] = {"dry_run": True, "amount": 3, "balance": BALANCE, "allocations": ALLOCATIONS}
BATCH_SENT: dict[str, Any] = {
    "debits": [{"customer": CUSTOMER, "amount": 3}, {"customer": "eve@example.com", "amount": 1}]
}
BATCH_SHOWN: dict[str, Any] = {
    "data": [
        {"status": 201, "debit": DEBIT_SHOWN},
        {"status": 404, "error": {"code": "not_found", "title": "There is nothing here, or it is not yours."}},
    ]
}
REVERSAL_SHOWN: dict[str, Any] = {
    "id": "rev_01k60d3g7yn5q7s9v1x3z5b7d9",
    "debit": DEBIT,
    "amount": 2,
    "balance": {"posted": 9, "held": 0, "available": 9},
    "allocations": [{"grant": GRANT, "pack": PACK, "amount": 2, "expires_at": END}],
}
HOLD_SENT: dict[str, Any] = {"customer": CUSTOMER, "amount": 3, "expires_in": 3600}
HOLD_SHOWN: dict[str, Any] = {
    "id": HOLD,
    "status": "open",
    "amount": 3,
    "captured": 0,
    "expires_at": "2027-11-23T08:02:08Z",
    "balance": {"posted": 10, "held": 3, "available": 7},
    "allocations": ALLOCATIONS,
}
CAPTURED_SHOWN: dict[str, Any] = {
    **HOLD_SHOWN,
    "status": "captured",
    "captured": 2,
    "debit": "debit_01k60e5h9zp7s9v1x3z5b7d9f1",
    "balance": {"posted": 8, "held": 0, "available": 8},
    "allocations": [{"grant": GRANT, "pack": PACK, "amount": 2, "expires_at": END}],
}
RELEASED_SHOWN: dict[str, Any] = {
    **HOLD_SHOWN,
    "status": "released",
    "debit": None,
    "balance": {"posted": 10, "held": 0, "available": 10},
}
ADJUSTMENT_SENT: dict[str, Any] = {"customer": CUSTOMER, "pack": PACK, "amount": 5, "reason": "Sorry for the wait"}
ADJUSTMENT_SHOWN: dict[str, Any] = {
    "id": "adj_01k60f7k1bq9t1w3y5a7c9e1g3",
    "amount": 5,
    "balance": {"posted": 12, "held": 0, "available": 12},
    "allocations": [{"grant": "grant_01k60f7k1cr0v2x4z6b8d0f2h4", "pack": PACK, "amount": 5, "expires_at": END}],
}
