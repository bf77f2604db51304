"""How much the sandbox inbox keeps."""

from sandbox.inbox import store
from sandbox.inbox.store import Store


def test_the_oldest_give_way_to_the_newest() -> None:
    kept = Store(None)
    for number in range(store.MOST_MESSAGES + 5):
        kept.add(["jonas@example.com"], str(number).encode())
    found = kept.newest_first()
    assert len(found) == store.MOST_MESSAGES
    assert found[0].raw == str(store.MOST_MESSAGES + 4).encode()
    kept.close()
