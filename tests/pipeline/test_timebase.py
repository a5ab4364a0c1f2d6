from fractions import Fraction
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline import timebase


@pytest.mark.parametrize(
    ("time_s", "fps", "frame"), [(0.0, 24, 0), (0.5, 24, 12), (0.0625, 24, 2), (0.0208, 24, 0)]
)
def test_a_time_lands_on_its_nearest_frame(time_s: float, fps: int, frame: int) -> None:
    assert timebase.frame_at(time_s, fps) == frame


def test_frames_count_from_where_the_film_begins() -> None:
    assert timebase.frame_at(12.5, 24, origin_s=10.0) == 60


@given(st.lists(st.floats(0, 7200), min_size=2, max_size=200), st.sampled_from([24, 25, 30]))
def test_slot_lengths_in_frames_add_up_to_the_film_however_many_cuts(
    times_s: list[float], fps: int
) -> None:
    cuts_s = sorted(times_s)
    bounds = timebase.frame_bounds(cuts_s, fps)

    assert sum(b - a for a, b in pairwise(bounds)) == bounds[-1]
    for cut, frame in zip(cuts_s, bounds, strict=True):
        assert abs(Fraction(frame, fps) - (Fraction(cut) - Fraction(cuts_s[0]))) <= Fraction(
            1, 2 * fps
        )


def test_the_nearest_beat_is_found_at_both_ends_and_between() -> None:
    beats_s = (0.5, 1.0, 1.5)

    assert timebase.nearest(beats_s, -3) == 0.5
    assert timebase.nearest(beats_s, 9) == 1.5
    assert timebase.nearest(beats_s, 1.2) == 1.0
    assert timebase.nearest(beats_s, 0.75) == 0.5
    assert timebase.nearest((), 1.0) is None


def test_a_clock_reads_as_people_write_it() -> None:
    assert timebase.clock(83.456) == "1:23.46"
    assert timebase.clock(0) == "0:00.00"
