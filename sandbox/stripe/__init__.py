"""A stand-in for Stripe on this machine. No money moves, no account is needed, nothing leaves the machine.

    python -m sandbox.stripe --port 3001 --webhook-secret whsec_x \
        --webhook-url http://localhost:3000/api/webhooks/stripe

Stripe's own SDK talks to it by base URL (`STRIPE_API_BASE=http://localhost:3001`, any key that starts with `sk_test_`).
There are Checkout Sessions (create, retrieve, list, expire), a hosted page to pay on, PaymentIntents and Charges to
retrieve, Events to list, idempotency keys, and signed webhooks that are tried again until accepted. It refuses unknown,
missing and invalid parameters as Stripe does. Refunds, disputes and connected accounts' webhooks are not here yet.

Webhooks carry `checkout.session.completed`, `.async_payment_succeeded`, `.async_payment_failed` and `.expired`; all
other events are only listed, unless `--webhook-events '*'` subscribes to everything.

Test controls (JSON in, JSON out; ids are Stripe's, `cs_test_…` and `evt_…`):

    GET   /_test/health                     up? paused?
    POST  /_test/reset                      forget everything, and all settings made by /_test/config
    PATCH /_test/config                     {webhook_url, webhook_secret, webhook_events, bank_delay_seconds,
                                            redirect_wait_seconds, retry_base_seconds, retry_cap_seconds, max_attempts}
    POST  /_test/outage                     {"calls": 3, "status": 503}: the next API calls fail
    POST  /_test/webhooks/pause             hold deliveries back; …/resume sends them
    GET   /_test/deliveries?event=&status=  pending, succeeded or failed, with every attempt and its answer
    GET   /_test/events?type=&object_id=    events of all accounts, newest first
    POST  /_test/events                     {"type", "object", "account"?}: an event of any type about anything
    POST  /_test/events/{id}/deliver        {"times": 2, "parallel": 20, "timestamp_offset": -400, "secret", "url",
                                            "body"}: send it now and see the answers; {} sends it once
    GET   /_test/sessions                   sessions of all accounts, newest first
    PATCH /_test/sessions/{id}              {"amount_subtotal": 1}: overwrite fields, to act out a mismatch
    POST  /_test/sessions/{id}/pay          {"card": "4242424242424242"} or {"bank": "succeeds"|"fails"|"waits"},
                                            "email", "name"; {} pays with the first card
    POST  /_test/sessions/{id}/settle       {"outcome": "succeed"|"fail"}: the bank's answer to a debit, now
    POST  /_test/sessions/{id}/expire       its time is up, now
"""
