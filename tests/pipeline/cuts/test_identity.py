from hypothesis import given
from hypothesis import strategies as st

from pipeline.cuts.identity import born_at_s, carry_ids, cut_id
from pipeline.model import Cut


@given(st.integers(0, 7_200_000_000), st.integers(0, 12))
def test_a_name_tells_the_time_it_was_made_from_however_many_share_it(
    time_us: int, copies: int
) -> None:
    taken: list[str] = []
    for _ in range(copies + 1):
        taken.append(cut_id(time_us / 1e6, taken))

    assert [born_at_s(name) for name in taken] == [time_us / 1e6] * len(taken)


def test_a_name_of_another_make_tells_no_time() -> None:
    assert born_at_s("slot1") is None
    assert born_at_s("c") is None


def test_after_a_nudge_every_slot_keeps_its_name_and_a_new_cut_gets_its_own() -> None:
    old = [Cut(id=cut_id(time_s), time_s=time_s) for time_s in (0.0, 2.0, 4.0)]
    nudged = [Cut(id="nnnn", time_s=time_s) for time_s in (0.0, 2.01, 3.0, 4.01)]

    named = carry_ids(old, nudged, within_s=0.15)

    assert [cut.id for cut in named] == [old[0].id, old[1].id, cut_id(3.0), old[2].id]
