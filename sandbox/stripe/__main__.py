"""Reads the command line and serves the sandbox."""

import argparse
from pathlib import Path

from sandbox.serving import serve
from sandbox.stripe.app import create_app
from sandbox.stripe.config import CHECKOUT_EVENTS, Config


def main() -> None:
    """Reads the command line and serves."""
    options = _parser().parse_args()
    config = Config(
        webhook_url=options.webhook_url,
        webhook_secret=options.webhook_secret,
        webhook_events=frozenset(options.webhook_events.split(",")),
        public_url=(options.public_url or f"http://localhost:{options.port}").rstrip("/"),
        bank_delay_seconds=options.bank_delay,
        redirect_wait_seconds=options.redirect_wait,
        retry_base_seconds=options.retry_base,
    )
    app = create_app(config, options.state)
    serve(app, "sandbox Stripe", options.host, options.port, exit_with_stdin=options.exit_with_stdin)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m sandbox.stripe", description="A stand-in for Stripe. No money moves."
    )
    parser.add_argument("--host", default="127.0.0.1", help="address to listen on (%(default)s)")
    parser.add_argument("--port", type=int, default=3001, help="port to listen on (%(default)s)")
    parser.add_argument("--public-url", help="how browsers reach the checkout page (http://localhost:PORT)")
    parser.add_argument("--webhook-url", help="endpoint that gets signed events (none: they are only listed)")
    parser.add_argument("--webhook-secret", default="", help="signing secret of the endpoint")
    parser.add_argument("--webhook-events", default=",".join(sorted(CHECKOUT_EVENTS)), help="types, or '*' for all")
    parser.add_argument("--state", type=Path, help="SQLite file that keeps everything across restarts (none: memory)")
    parser.add_argument("--bank-delay", type=float, default=5.0, help="seconds until a bank debit clears (%(default)s)")
    parser.add_argument("--redirect-wait", type=float, default=3.0, help="longest wait for a webhook (%(default)s s)")
    parser.add_argument(
        "--retry-base", type=float, default=0.5, help="first pause between webhook tries (%(default)s s)"
    )
    parser.add_argument("--exit-with-stdin", action="store_true", help="stop when standard input closes")
    return parser


if __name__ == "__main__":
    main()
