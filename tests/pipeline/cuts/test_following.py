"""What a person did to the cuts, carried over to other beats and another pace."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from pipeline.cuts.candidates import Score
from pipeline.cuts.edits import CutContext, apply
from pipeline.cuts.following import Beats, follow, kept_by_hand
from pipeline.cuts.identity import cut_id
from pipeline.cuts.limits import SlotLimits
from pipeline.cuts.operations import Merge, Move, Split
from pipeline.cuts.partition import Wishes, partition
from pipeline.cuts.settle import told
from pipeline.model import Cut

BEATS = tuple(index / 2 for index in range(48))
LIMITS = SlotLimits(min_s=1, max_s=8)
CUTS = tuple(Cut(id=cut_id(time_s), time_s=time_s) for time_s in (0.0, 4.0, 8.0, 12.0, 16.0))
B, C, D = (cut.id for cut in CUTS[1:4])


def context(beats_s: tuple[float, ...] = BEATS, start_s: float = 0, end_s: float = 24):
    return CutContext(start_s=start_s, end_s=end_s, limits=LIMITS, fps=24, beats_s=beats_s)


def moved_grid(later_s: float = 0.0, later_beats: float = 0.0) -> Beats:
    after = (round(beat + later_s + later_beats / 2, 6) for beat in BEATS)
    return Beats(BEATS, tuple(beat for beat in after if beat >= 0), later_s, later_beats)


def by_hand(time_s: float, **fields: object) -> Cut:
    return Cut(id=cut_id(time_s), time_s=time_s, by_hand=True, **fields)  # type: ignore[arg-type]


def follow_times(cuts: tuple[Cut, ...], beats: Beats | None, **span: float) -> list[float]:
    after = beats.after_s if beats else BEATS
    return [cut.time_s for cut in follow(cuts, beats, context(after, **span)).fixed]


def test_a_cut_set_on_a_beat_goes_where_its_beat_goes():
    assert follow_times((by_hand(5.0),), moved_grid(later_s=0.01)) == [5.01]
    assert follow_times((by_hand(5.0),), moved_grid(later_beats=0.5)) == [5.25]
    assert follow_times((by_hand(5.0),), moved_grid(later_beats=-0.5)) == [4.75]


def test_at_twice_the_tempo_a_cut_stays_and_at_half_of_it_goes_to_the_next_beat_there_is():
    double = Beats(BEATS, tuple(index / 4 for index in range(96)))
    half = Beats(BEATS, BEATS[::2])

    assert follow_times((by_hand(5.5),), double) == [5.5]
    assert follow_times((by_hand(5.0), by_hand(8.5)), half) == [5.0, 8.0]


def test_a_locked_cut_and_one_set_off_the_beat_stay_to_the_last_digit():
    locked = Cut(id=cut_id(5.0), time_s=5.0, locked=True)
    carried = follow((locked, by_hand(9.123456)), moved_grid(0.01), context())

    assert [cut.time_s for cut in carried.fixed] == [5.0, 9.123456]
    assert (carried.kept, carried.moved) == (2, 0)


def test_two_cuts_that_would_land_on_one_beat_do_not():
    half = Beats(BEATS, BEATS[::4])
    times = follow_times((by_hand(7.5), by_hand(8.5)), half)
    assert times == [8.0] or (len(times) == 2 and times[1] - times[0] >= 1)


def test_cuts_outside_the_chosen_part_go_and_are_counted():
    carried = follow((by_hand(5.0), by_hand(20.0)), None, context(start_s=0, end_s=10))
    assert [cut.time_s for cut in carried.fixed] == [5.0]
    assert carried.dropped == 1


def test_moving_splitting_and_joining_are_remembered_as_a_persons():
    one = apply(Move(id=B, time_s=5.0), CUTS, context())
    two = apply(Split(time_s=10.0), one, context())
    three = apply(Merge(ids=(D,)), two, context())

    assert [cut.time_s for cut in three if cut.by_hand] == [5.0, 10.0]
    assert [cut.time_s for cut in three if cut.whole] == [10.0]
    assert [cut.time_s for cut in kept_by_hand(three)] == [5.0, 10.0, 16.0]


def test_a_split_undoes_what_a_join_had_marked():
    joined = apply(Merge(ids=(C,)), CUTS, context())
    again = apply(Split(time_s=8.0), joined, context())
    assert not any(cut.whole for cut in again)


def test_a_joined_slot_is_not_divided_again_however_fast_the_pace():
    score = Score(start_s=0, end_s=24, beats_s=BEATS, downbeats_s=BEATS[::4])
    fixed = (Cut(id=cut_id(6.0), time_s=6.0, whole=True), Cut(id=cut_id(12.0), time_s=12.0))
    cuts, _ = partition(Wishes(score, 1.0, LIMITS), fixed)

    assert not [cut for cut in cuts if 6.0 < cut.time_s < 12.0]
    assert len([cut for cut in cuts if cut.time_s < 6.0]) > 2


def test_a_joined_slot_longer_than_the_model_makes_is_divided():
    score = Score(start_s=0, end_s=24, beats_s=BEATS, downbeats_s=BEATS[::4])
    fixed = (Cut(id=cut_id(6.0), time_s=6.0, whole=True), Cut(id=cut_id(16.0), time_s=16.0))
    cuts, _ = partition(Wishes(score, 0.5, LIMITS), fixed)

    assert [cut for cut in cuts if 6.0 < cut.time_s < 16.0]
    assert not any(cut.whole for cut in cuts)


@given(
    st.lists(st.integers(2, 44), unique=True, max_size=8),
    st.floats(-0.2, 0.2),
    st.sampled_from([-0.5, 0.0, 0.5]),
    st.sampled_from([1, 2, 4]),
)
def test_whatever_is_carried_over_lies_on_a_beat_or_where_it_was(places, later_s, half, thin):
    grid = moved_grid(round(later_s, 3), half)
    beats = Beats(grid.before_s, grid.after_s[::thin], grid.later_s, grid.later_beats)
    own = tuple(by_hand(BEATS[place]) for place in sorted(places))
    carried = follow(own, beats, context(beats.after_s))
    times = [cut.time_s for cut in carried.fixed]

    assert times == sorted(set(times))
    assert all(time_s in beats.after_s or time_s in BEATS for time_s in times)
    assert carried.kept + carried.moved + carried.dropped == len(own)


def test_one_sentence_says_what_became_of_the_cuts():
    locked = Cut(id=cut_id(5.0), time_s=5.0, locked=True)
    carried = follow((locked, by_hand(9.0)), moved_grid(0.01), context())
    words = told(12, carried)
    assert words == "12 cuts found anew, 1 of yours kept, 1 of yours moved with its beat."
