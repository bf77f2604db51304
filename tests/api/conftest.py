"""The API as programs reach it: served by a process of its own, over a real connection."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from litesubs import db
from litesubs.settings import settings
from tests.conftest import cloned_database
from tests.serving import serving_routes


@pytest.fixture(scope="module")
def served_api(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A server and its database for the tests of a module, each of which has creators of its own: the base URL."""
    data_dir: Path = tmp_path_factory.mktemp("served")
    with cloned_database(request.config) as database_url, pytest.MonkeyPatch.context() as patch:
        patch.setenv("DATABASE_URL", database_url)
        settings.cache_clear()
        db.reset()
        with serving_routes({"LITESUBS_DATA_DIR": str(data_dir)}) as url:
            yield url
        db.reset()
    settings.cache_clear()
