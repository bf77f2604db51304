"""`python -m tests.migrations`: upgrade an empty database, and fail when `models` says other than what came out."""

import os
import sys
import tempfile
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.util.exc import CommandError

from litesubs import db, migrations, postgres
from litesubs.frontend import ROOT
from litesubs.settings import settings


def main() -> int:
    """The exit code; what differs is printed."""
    with tempfile.TemporaryDirectory(prefix="litesubs-migrations-") as name:
        Path(name).chmod(0o755)
        server = postgres.start(Path(name), durable=False)
        try:
            os.environ["DATABASE_URL"] = server.url
            settings.cache_clear()
            migrations.upgrade()
            command.check(Config(ROOT / "alembic.ini"))
        except CommandError as error:
            print(error)
            return 1
        finally:
            db.reset()
            server.stop()
    return 0


if __name__ == "__main__":
    sys.exit(main())
