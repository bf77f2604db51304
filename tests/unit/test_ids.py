"""Public ids: they round-trip, and anything else names nothing."""

from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from litesubs.domain import ids
from litesubs.domain.errors import NotFoundError

LARGEST = f"7{'z' * 25}"


@given(st.uuids())
def test_an_id_reads_back_to_the_uuid_it_shows(value: UUID) -> None:
    shown = ids.show("pack", value)
    assert shown.startswith("pack_")
    assert len(shown) == len("pack_") + 26
    assert ids.read("pack", shown) == value


@given(st.uuids(), st.uuids())
def test_ids_sort_as_their_uuids_do(one: UUID, other: UUID) -> None:
    assert (ids.show("sub", one) < ids.show("sub", other)) == (one < other)


def test_the_known_pair_of_the_specification_holds() -> None:
    """TypeID specification 0.3, valid.json."""
    assert ids.show("usr", UUID("01890a5d-ac96-774b-bcce-b302099a8057")) == "usr_01h455vb4pex5vsknk084sn02q"
    assert ids.read("usr", f"usr_{LARGEST}") == UUID(int=2**128 - 1)


def test_new_ids_are_version_7_and_never_the_same() -> None:
    made = [ids.new() for _ in range(1000)]
    assert len(set(made)) == 1000
    assert {value.version for value in made} == {7}


@given(
    st.one_of(
        st.text(), st.none(), st.integers(), st.floats(), st.booleans(), st.binary(), st.lists(st.text()), st.uuids()
    )
)
def test_whatever_else_is_given_names_nothing(value: Any) -> None:
    with pytest.raises(NotFoundError):
        ids.read("pack", value)


@pytest.mark.parametrize(
    "forged",
    [
        f"cus_{LARGEST}",
        LARGEST,
        f"pack_8{'z' * 25}",
        f"pack_{LARGEST.upper()}",
        f"pack_{LARGEST[:-1]}",
        f"pack_{LARGEST}z",
        f"pack_pack_{LARGEST}",
        f"pack_{'i' * 26}",
        f" pack_{LARGEST}",
        f"pack_{LARGEST}\x00",
        f"pack_{'٠' * 26}",
        "pack_" + "0" * 100_000,
        "pack_' OR 1=1 --",
    ],
)
def test_a_forged_or_foreign_id_names_nothing(forged: str) -> None:
    with pytest.raises(NotFoundError):
        ids.read("pack", forged)


@given(st.uuids(), st.uuids())
def test_ids_that_the_database_wrote_into_an_answer_are_spelled_out(one: UUID, other: UUID) -> None:
    written = f'{{"id":"debit_{one}","allocations":[{{"grant":"grant_{other}"}}]}}'
    said = f'{{"id":"{ids.show("debit", one)}","allocations":[{{"grant":"{ids.show("grant", other)}"}}]}}'
    assert ids.spelled(written) == said
    assert ids.spelled(said) == said
