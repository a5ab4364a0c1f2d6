from __future__ import annotations

from itertools import pairwise
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.cuts.candidates import Score
from pipeline.cuts.identity import carry_ids, cut_id
from pipeline.cuts.limits import SlotLimits
from pipeline.cuts.partition import Wishes, partition
from pipeline.model import Cut, Section

LIMITS = SlotLimits(min_s=1, max_s=10)


def steady_song(duration_s: float, bpm: float = 120, metre: int = 4, bars_each: int = 8) -> Score:
    """A song with a first beat at 0.3 s and sections of eight bars, quiet and loud in turn."""
    beat_s = 60 / bpm
    count = max(0, int((duration_s - 0.3) / beat_s))
    beats = tuple(round(0.3 + index * beat_s, 6) for index in range(count))
    edges = [0.0, *beats[bars_each * metre :: bars_each * metre], duration_s]
    sections = tuple(
        Section(start_s=a, end_s=b, label="AB"[i % 2], energy=(0.1, 0.9)[i % 2], strength=0.5)
        for i, (a, b) in enumerate(pairwise(edges))
    )
    energy = tuple(
        next(one.energy for one in sections if one.start_s <= step / 2 < one.end_s)
        for step in range(int(duration_s * 2))
    )
    return Score(
        start_s=0,
        end_s=duration_s,
        beats_s=beats,
        downbeats_s=beats[::metre],
        sections=sections,
        energy=energy,
        energy_step_s=0.5,
    )


def lengths_of(cuts: tuple[Cut, ...], score: Score) -> list[float]:
    times = [cut.time_s for cut in cuts] + [score.end_s]
    return [later - earlier for earlier, later in pairwise(times)]


@st.composite
def songs(draw: st.DrawFn) -> Score:
    """Anything from 5 s to 15 min: steady, drifting, with drumless stretches, or without beats."""
    duration = draw(st.floats(5, 900))
    kind = draw(st.sampled_from(["steady", "drift", "holes", "none"]))
    beat_s = draw(st.floats(0.27, 1.6))
    phase, wobble = draw(st.floats(0, 2)), Random(draw(st.integers(0, 10**6)))
    beats, now = [], phase
    while kind != "none" and now < duration:
        hole = kind == "holes" and int(now / 17) % 3 == 1
        if not hole:
            beats.append(round(now, 6))
        now += beat_s * (wobble.uniform(0.8, 1.25) if kind == "drift" else 1)
    edges = sorted({0.0, *(round(wobble.uniform(0, duration), 3) for _ in range(6))})
    energy = tuple(round(wobble.random(), 3) for _ in range(int(duration * 2)))
    words, sung = [], 0.0
    while sung < duration - 2:
        sung += wobble.uniform(0.1, 3)
        words.append((sung, sung + wobble.uniform(0.05, 0.8)))
    return Score(
        start_s=0,
        end_s=duration,
        beats_s=tuple(beats),
        downbeats_s=tuple(beats[:: draw(st.integers(3, 7))]),
        sections=tuple(
            Section(start_s=a, end_s=b, label="A", energy=0.5)
            for a, b in pairwise([*edges, duration])
        ),
        energy=energy,
        words=tuple(words),
    )


@st.composite
def limits(draw: st.DrawFn) -> SlotLimits:
    shortest = draw(st.floats(0.5, 6))
    longest = shortest * draw(st.floats(1.05, 8))
    buyable = draw(st.sampled_from([(), (4.0, 8.0), (5.0, 10.0), (4.0, 6.0, 8.0)]))
    weight = draw(st.floats(0, 2))
    return SlotLimits(min_s=shortest, max_s=longest, buyable_s=buyable, price_weight=weight)


@settings(max_examples=150, deadline=None)
@given(songs(), limits(), st.floats(0, 1))
def test_any_song_is_covered_exactly_by_slots_within_the_limits(
    score: Score, limit: SlotLimits, pace: float
) -> None:
    cuts, warnings = partition(Wishes(score, pace, limit))
    lengths = lengths_of(cuts, score)

    assert cuts[0].time_s == score.start_s
    assert all(length > 0 for length in lengths)
    assert max(lengths) <= limit.max_s + 1e-5
    assert len({cut.id for cut in cuts}) == len(cuts)
    fewest = -(-score.end_s // limit.max_s)
    if fewest * limit.min_s <= score.end_s * (1 - 1e-9):
        assert min(lengths) >= limit.min_s - 1e-5
    elif fewest * limit.min_s > score.end_s * (1 + 1e-6):
        assert warnings


@settings(max_examples=40, deadline=None)
@given(songs(), st.data())
def test_locked_cuts_stay_where_the_person_put_them(score: Score, data: st.DataObject) -> None:
    times = data.draw(st.lists(st.floats(0.5, score.end_s - 0.5), max_size=5, unique=True))
    locked = tuple(
        Cut(id=f"mine{n}", time_s=time_s, locked=True) for n, time_s in enumerate(sorted(times))
    )
    cuts, _ = partition(Wishes(score, 0.5, LIMITS), locked)

    assert set(locked) <= set(cuts)
    lengths = lengths_of(cuts, score)
    assert min(lengths) > 0
    assert max(lengths) <= LIMITS.max_s + 1e-5


def test_cuts_are_the_very_times_of_beats() -> None:
    score = steady_song(180, bpm=97)
    cuts, _ = partition(Wishes(score, 0.5, LIMITS))
    assert {cut.time_s for cut in cuts[1:]} <= set(score.beats_s)


def test_every_section_begins_with_a_cut() -> None:
    score = steady_song(120)
    cuts, _ = partition(Wishes(score, 0.5, LIMITS))
    on_edges = {cut.time_s for cut in cuts if cut.on == "section"}
    assert on_edges == {section.start_s for section in score.sections[1:]}


def test_most_cuts_fall_on_the_first_beat_of_a_bar() -> None:
    score = steady_song(180, bpm=128, metre=3)
    cuts, _ = partition(Wishes(score, 0.5, LIMITS))
    on_bars = [cut for cut in cuts[1:] if cut.time_s in score.downbeats_s]
    assert len(on_bars) >= 0.8 * len(cuts[1:])


def test_loud_parts_are_cut_faster_than_quiet_ones() -> None:
    score = steady_song(128)
    cuts, _ = partition(Wishes(score, 0.5, LIMITS))
    quiet, loud = score.sections[2], score.sections[3]

    def count(section: Section) -> int:
        return sum(section.start_s <= cut.time_s < section.end_s for cut in cuts)

    assert count(loud) >= 2 * count(quiet)


@pytest.mark.parametrize(("slow", "fast"), [(0.0, 0.5), (0.5, 1.0)])
def test_a_higher_pace_makes_more_cuts(slow: float, fast: float) -> None:
    score = steady_song(120)
    few, _ = partition(Wishes(score, slow, LIMITS))
    many, _ = partition(Wishes(score, fast, LIMITS))
    assert len(many) > 1.3 * len(few)


@settings(max_examples=25, deadline=None)
@given(songs())
def test_dear_models_never_waste_more_than_free_ones(score: Score) -> None:
    def wasted_s(weight: float) -> float:
        limit = SlotLimits(min_s=2, max_s=8, buyable_s=(4, 6, 8), price_weight=weight)
        cuts, _ = partition(Wishes(score, 0.5, limit))
        return sum(limit.bought_s(length) - length for length in lengths_of(cuts, score))

    assert wasted_s(3.0) <= wasted_s(0.0) + 1e-6


def test_a_price_moves_cuts_to_lengths_that_are_sold() -> None:
    score = steady_song(120, bpm=97)

    def wasted_s(weight: float) -> float:
        limit = SlotLimits(min_s=2, max_s=8, buyable_s=(4, 6, 8), price_weight=weight)
        cuts, _ = partition(Wishes(score, 0.5, limit))
        return sum(limit.bought_s(length) - length for length in lengths_of(cuts, score))

    assert wasted_s(2.0) < 0.6 * wasted_s(0.0)


def test_a_word_is_not_cut_in_two_when_a_beat_beside_it_is_free() -> None:
    plain = steady_song(60)
    first, _ = partition(Wishes(plain, 0.5, LIMITS))
    struck = next(cut for cut in first if cut.on == "bar").time_s
    sung = plain.model_copy(update={"words": ((struck - 0.3, struck + 0.3),)})
    cuts, _ = partition(Wishes(sung, 0.5, LIMITS))
    assert struck not in [cut.time_s for cut in cuts]


def test_a_song_shorter_than_the_shortest_clip_is_one_slot_with_a_warning() -> None:
    cuts, warnings = partition(Wishes(steady_song(3), 0.5, SlotLimits(min_s=4, max_s=8)))
    assert len(cuts) == 1
    assert "shorter" in warnings[0]


def test_a_song_without_beats_is_cut_by_its_energy_and_says_so() -> None:
    energy = (0.1,) * 41 + (0.9,) * 39
    score = Score(start_s=0, end_s=40, energy=energy, energy_step_s=0.5)
    cuts, warnings = partition(Wishes(score, 0.5, LIMITS))
    assert any(abs(cut.time_s - 20.5) <= 0.5 for cut in cuts)
    assert "No beats" in warnings[0]


def test_the_same_song_is_always_cut_the_same_way() -> None:
    score = steady_song(120)
    assert partition(Wishes(score, 0.4, LIMITS)) == partition(Wishes(score, 0.4, LIMITS))


def test_a_cut_that_stays_keeps_its_name_when_the_pace_changes() -> None:
    score = steady_song(120)
    slow, _ = partition(Wishes(score, 0.2, LIMITS))
    fast, _ = partition(Wishes(score, 0.8, LIMITS))
    names = {cut.time_s: cut.id for cut in slow}
    shared = [cut for cut in fast if cut.time_s in names]
    assert len(shared) > 5
    assert all(names[cut.time_s] == cut.id for cut in shared)


def test_a_nudged_grid_keeps_the_names_of_its_cuts() -> None:
    old = tuple(Cut(id=cut_id(t), time_s=t) for t in (0.0, 4.0, 8.0, 12.0))
    new = tuple(Cut(id=cut_id(t), time_s=t) for t in (0.0, 4.02, 6.0, 8.02, 12.02))
    kept = carry_ids(old, new, within_s=0.1)
    assert [cut.id for cut in kept] == [old[0].id, old[1].id, cut_id(6.0), old[2].id, old[3].id]
