from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.cuts.edits import CutContext, apply, apply_all
from pipeline.cuts.identity import cut_id
from pipeline.cuts.limits import SlotLimits
from pipeline.cuts.operations import (
    CutOperation,
    Lock,
    Merge,
    Move,
    Nudge,
    Revert,
    Shift,
    Split,
    label_of,
    parse_batch,
)
from pipeline.errors import RefusedEdit
from pipeline.model import Cut

A, B, C, D = (cut_id(time_s) for time_s in (0.0, 4.0, 8.0, 12.0))
CUTS = tuple(Cut(id=cut_id(time_s), time_s=time_s) for time_s in (0.0, 4.0, 8.0, 12.0))
CONTEXT = CutContext(
    start_s=0,
    end_s=16,
    limits=SlotLimits(min_s=1, max_s=8),
    fps=24,
    beats_s=tuple(index / 2 for index in range(32)),
    bars_s=tuple(float(2 * index) for index in range(8)),
    sections_s=(0.0, 8.0),
    lyrics_s=(4.3, 9.9),
)


def times(cuts: tuple[Cut, ...] | None) -> list[float]:
    assert cuts is not None
    return [cut.time_s for cut in cuts]


def names(cuts: tuple[Cut, ...] | None) -> list[str]:
    assert cuts is not None
    return [cut.id for cut in cuts]


def test_moving_a_boundary_keeps_the_neighbours_touching_and_all_names() -> None:
    moved = apply(Move(id=B, time_s=5.0), CUTS, CONTEXT)
    assert times(moved) == [0, 5, 8, 12]
    assert names(moved) == [A, B, C, D]


@pytest.mark.parametrize(
    ("time_s", "on"), [(8.5, "beat"), (10.0, "bar"), (9.9, "lyric"), (9.37, "free")]
)
def test_a_moved_cut_knows_what_it_lies_on(time_s: float, on: str) -> None:
    moved = apply(Move(id=C, time_s=time_s), CUTS, CONTEXT)
    assert moved is not None
    assert moved[2].on == on


def test_a_cut_dropped_a_hair_beside_a_beat_takes_the_beats_own_time() -> None:
    assert times(apply(Move(id=B, time_s=4.5003), CUTS, CONTEXT))[1] == 4.5


def test_a_nudge_moves_by_whole_frames_of_the_film() -> None:
    assert times(apply(Nudge(ids=(B,), frames=3), CUTS, CONTEXT))[1] == 4.125


def test_several_cuts_move_together() -> None:
    assert times(apply(Shift(ids=(B, C, D), delta_s=1.5), CUTS, CONTEXT)) == [0, 5.5, 9.5, 13.5]


def test_a_split_adds_one_cut_and_renames_none() -> None:
    split = apply(Split(time_s=6.0), CUTS, CONTEXT)
    assert names(split) == [A, B, cut_id(6.0), C, D]


def test_a_split_where_a_moved_cut_was_born_gets_a_name_of_its_own() -> None:
    moved = apply(Move(id=B, time_s=6.0), CUTS, CONTEXT)
    assert moved is not None
    split = apply(Split(time_s=4.0), moved, CONTEXT)
    assert split is not None
    assert len(set(names(split))) == 5
    assert names(split)[2] == B


def test_merging_removes_the_cut_and_the_left_slot_keeps_its_name() -> None:
    assert names(apply(Merge(ids=(B,)), CUTS, CONTEXT)) == [A, C, D]


def test_a_locked_cut_neither_moves_nor_goes_until_it_is_unlocked() -> None:
    locked = apply(Lock(ids=(B, C), locked=True), CUTS, CONTEXT)
    assert locked is not None
    for operation in (Move(id=B, time_s=5), Merge(ids=(C,)), Shift(ids=(C, D), delta_s=0.5)):
        with pytest.raises(RefusedEdit, match="locked"):
            apply(operation, locked, CONTEXT)
    free = apply(Lock(ids=(B,), locked=False), locked, CONTEXT)
    assert free is not None
    assert times(apply(Move(id=B, time_s=5), free, CONTEXT))[1] == 5


@pytest.mark.parametrize(
    ("operation", "reason"),
    [
        (Move(id=B, time_s=8.0), "no time"),
        (Move(id=B, time_s=9.0), "no time"),
        (Move(id=B, time_s=0.0), "no time"),
        (Split(time_s=4.01), "no time"),
        (Move(id=B, time_s=0.5), "shortest slot is 1 s"),
        (Merge(ids=(B, C)), "at most 8 s"),
        (Merge(ids=(A,)), "first cut"),
        (Move(id=A, time_s=1.0), "first cut"),
        (Move(id="c999999", time_s=1.0), "no longer there"),
        (Lock(ids=("c999999",), locked=True), "no longer there"),
        (Split(time_s=0.0), "inside the film"),
        (Split(time_s=16.0), "inside the film"),
        (Move(id=D, time_s=15.99), "no time"),
        (Nudge(ids=(D,), frames=-100_000), "before the film, which begins at 0:00"),
        (Move(id=B, time_s=99_999.0), "past the end of the song, which is at 0:16"),
        (Split(time_s=17.0), "past the end of the song"),
    ],
)
def test_an_edit_that_breaks_a_rule_is_refused_with_the_reason(
    operation: CutOperation, reason: str
) -> None:
    with pytest.raises(RefusedEdit, match=reason):
        apply(operation, CUTS, CONTEXT)


def test_past_the_film_but_within_the_song_the_words_name_the_end_of_the_film() -> None:
    longer = CONTEXT.model_copy(update={"song_s": 60.0})
    with pytest.raises(RefusedEdit, match="ends at 0:16"):
        apply(Move(id=B, time_s=20.0), CUTS, longer)
    with pytest.raises(RefusedEdit, match="which is at 1:00"):
        apply(Move(id=B, time_s=61.0), CUTS, longer)


def test_slots_too_long_for_a_newly_chosen_model_can_be_split_step_by_step() -> None:
    strict = CONTEXT.model_copy(update={"limits": SlotLimits(min_s=1, max_s=5)})
    long = (CUTS[0],)
    halved = apply(Split(time_s=8.0), long, strict)
    assert times(halved) == [0, 8]
    with pytest.raises(RefusedEdit, match="at most 5 s"):
        apply(Move(id=cut_id(8.0), time_s=9.0), halved or (), strict)


def test_of_several_edits_either_all_are_made_or_none() -> None:
    good = (Split(time_s=6.0), Move(id=cut_id(6.0), time_s=6.5), Lock(ids=(B,), locked=True))
    assert times(apply_all(good, CUTS, CONTEXT)) == [0, 4, 6.5, 8, 12]
    with pytest.raises(RefusedEdit):
        apply_all((*good, Move(id=B, time_s=5)), CUTS, CONTEXT)


def test_reverting_gives_the_cuts_back_to_the_analysis() -> None:
    assert apply(Revert(), CUTS, CONTEXT) is None


@pytest.mark.parametrize(
    "raw",
    [
        None,
        [],
        "move",
        {"revision": 1, "sequence": 1, "operations": []},
        {"revision": -1, "sequence": 1, "operations": [{"op": "undo"}]},
        {"revision": 1, "sequence": 1, "operations": [{"op": "drop table"}]},
        {"revision": 1, "sequence": 1, "operations": [{"op": "split", "time_s": float("nan")}]},
        {"revision": 1, "sequence": 1, "operations": [{"op": "split", "time_s": 1e300}]},
        {"revision": 1, "sequence": 1, "operations": [{"op": "merge", "ids": []}]},
        {"revision": 1, "sequence": 1, "operations": [{"op": "merge", "ids": ["<b>"]}]},
        {"revision": 1, "sequence": 1, "operations": [{"op": "undo"}] * 501},
        {"revision": 1, "sequence": 1, "operations": [{"op": "undo", "extra": 1}]},
    ],
)
def test_what_is_no_edit_is_refused_at_the_border(raw: object) -> None:
    with pytest.raises(RefusedEdit):
        parse_batch(raw)


def test_a_batch_from_the_browser_is_read() -> None:
    batch = parse_batch(
        {
            "revision": 4,
            "sequence": 17,
            "operations": [{"op": "move", "id": B, "time_s": 5}, {"op": "undo"}],
        }
    )
    assert batch.operations[0] == Move(id=B, time_s=5)
    assert label_of(batch.operations) == "Move a cut"
    assert label_of((Lock(ids=(B, C), locked=False),)) == "Unlock 2 cuts"


moments = st.floats(0, 16)
chosen = st.sampled_from([A, B, C, D])
operations = st.one_of(
    st.builds(Move, id=chosen, time_s=moments),
    st.builds(Shift, ids=st.tuples(chosen, chosen), delta_s=st.floats(-4, 4)),
    st.builds(Nudge, ids=st.tuples(chosen), frames=st.integers(-50, 50)),
    st.builds(Split, time_s=moments),
    st.builds(Merge, ids=st.tuples(chosen)),
    st.builds(Lock, ids=st.tuples(chosen), locked=st.booleans()),
)


@given(st.lists(operations, max_size=12))
def test_no_sequence_of_edits_ever_breaks_the_partition(steps: list[CutOperation]) -> None:
    cuts = CUTS
    for step in steps:
        try:
            cuts = apply(step, cuts, CONTEXT) or cuts
        except RefusedEdit:
            continue
    lengths = [later - earlier for earlier, later in pairwise([*times(cuts), 16.0])]
    assert times(cuts)[0] == 0
    assert min(lengths) >= 1 - 1e-5
    assert max(lengths) <= 8 + 1e-5
    assert len(set(names(cuts))) == len(cuts)
