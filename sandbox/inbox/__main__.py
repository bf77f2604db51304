"""Reads the command line and serves the inbox."""

import argparse
from pathlib import Path

from sandbox.inbox.app import create_app
from sandbox.serving import serve


def main() -> None:
    """Reads the command line and serves."""
    options = _parser().parse_args()
    app = create_app(options.host, options.smtp_port, options.state)
    serve(app, "sandbox inbox", options.host, options.port, exit_with_stdin=options.exit_with_stdin)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m sandbox.inbox", description="Takes every mail and delivers none.")
    parser.add_argument("--host", default="127.0.0.1", help="address to listen on (%(default)s)")
    parser.add_argument("--port", type=int, default=3002, help="port of the web page (%(default)s)")
    parser.add_argument("--smtp-port", type=int, default=3003, help="port that takes mail (%(default)s)")
    parser.add_argument("--state", type=Path, help="SQLite file that keeps the mail across restarts (none: memory)")
    parser.add_argument("--exit-with-stdin", action="store_true", help="stop when standard input closes")
    return parser


if __name__ == "__main__":
    main()
