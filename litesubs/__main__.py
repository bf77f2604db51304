"""The command line: `python -m litesubs COMMAND`. Each command imports what it needs, so that the others stay quick."""

import argparse
import os
import signal
import sys
import threading
import time
from collections.abc import Callable

from pydantic import ValidationError

from litesubs import instance
from litesubs.frontend import FrontendError
from litesubs.instance import InstanceError, say, tell
from litesubs.postgres import PostgresError

PARENT_CHECK_SECONDS = 1.0


def main(arguments: list[str] | None = None) -> int:
    """Run one command; its exit code."""
    options = _parser().parse_args(arguments)
    command: Callable[[argparse.Namespace], int] = options.run
    _stop_on_signals()
    try:
        return command(options)
    except KeyboardInterrupt:
        tell("Stopped.")
        return 0
    except ValidationError as error:
        for item in error.errors():
            say(f"{item['loc'][0]}: {item['msg'].removeprefix('Value error, ')}")
        say("The configuration cannot be read: correct it in the environment or in .env.")
        return 1
    except (InstanceError, PostgresError, FrontendError) as error:
        tell(str(error))
        return 1


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m litesubs", description="Sell credits without subscriptions.")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")

    def add(name: str, run: Callable[[argparse.Namespace], int], text: str) -> argparse.ArgumentParser:
        command = commands.add_parser(name, help=text, description=text)
        command.set_defaults(run=run)
        return command

    serve = add("serve", _serve, "Start everything and print the URL.")
    serve.add_argument("--stop-with-parent", action="store_true", help="stop when the process that started this ends")
    add("worker", _worker, "Run background jobs in a process of their own.")
    add("migrate", _migrate, "Bring the database to the version of the code.")
    demo = add("demo", _demo, "Fill the instance with sample creators, packs, buyers and sales. Safe to repeat.")
    demo.add_argument("--json", action="store_true", help="print what was made as JSON")
    add("verify", _verify, "Check every invariant of the ledger; exit 1 and name each violation.")
    add("doctor", _doctor, "Check the configuration and say how to fix it.")
    return parser


def _serve(options: argparse.Namespace) -> int:
    from litesubs.serve import serve  # noqa: PLC0415 - see the module's docstring; so below

    if options.stop_with_parent:
        threading.Thread(target=_stop_with_parent, args=[os.getppid()], daemon=True).start()
    return serve()


def _worker(_: argparse.Namespace) -> int:
    with instance.running(stays=True, sandbox=True):
        from litesubs import jobs  # noqa: PLC0415

        say("The worker is running.")
        jobs.run_worker()
    return 0


def _migrate(_: argparse.Namespace) -> int:
    with instance.running():
        from litesubs import migrations  # noqa: PLC0415

        migrations.upgrade()
    say("The database is up to date.")
    return 0


def _demo(options: argparse.Namespace) -> int:
    with instance.running(sandbox=True):
        from litesubs import demo, migrations  # noqa: PLC0415

        migrations.upgrade()
        demo.run(as_json=options.json)
    return 0


def _verify(_: argparse.Namespace) -> int:
    with instance.running():
        from litesubs.domain import verify  # noqa: PLC0415

        found = verify.violations()
    for violation in found:
        say(violation)
    say(f"{len(found)} violations." if found else "Every invariant holds.")
    return 1 if found else 0


def _doctor(_: argparse.Namespace) -> int:
    from litesubs import doctor  # noqa: PLC0415

    return doctor.examine()


def _stop_on_signals() -> None:
    """Stop alike for Ctrl-C, `kill` and a closed terminal: leave every block in order. Once stopping, stay at it."""

    def stop(*_: object) -> None:
        for number in numbers:
            signal.signal(number, signal.SIG_IGN)
        raise KeyboardInterrupt

    numbers = [signal.SIGINT, signal.SIGTERM]
    if signal.getsignal(signal.SIGHUP) is not signal.SIG_IGN:  # nohup
        numbers.append(signal.SIGHUP)
    for number in numbers:
        signal.signal(number, stop)


def _stop_with_parent(parent: int) -> None:
    """`make` killed outright cannot tell us, so look."""
    while os.getppid() == parent:
        time.sleep(PARENT_CHECK_SECONDS)
    os.kill(os.getpid(), signal.SIGTERM)


if __name__ == "__main__":
    sys.exit(main())
