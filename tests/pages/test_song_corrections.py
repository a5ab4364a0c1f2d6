"""Corrections of what was heard, as a visitor makes them."""

from __future__ import annotations

import time
from fractions import Fraction
from itertools import pairwise

import pytest

from pages.parts import song_fixes, song_heard
from pages.parts.song_corrections import Line
from pipeline.cuts.correcting import (
    at_tempo,
    by_bars,
    by_half_a_beat,
    by_seconds,
    correct,
    with_fields,
)
from pipeline.cuts.edits import apply_all
from pipeline.cuts.operations import Lock, Merge, Move
from pipeline.cuts.settle import context_of, recut
from pipeline.errors import RefusedEdit, StaleEdit
from pipeline.model import Tempo
from pipeline.project import GridChoice, changed
from pipeline.views import remarks

WAIT_S = 20.0
DOUBLE, HALF = at_tempo(Fraction(2)), at_tempo(Fraction(1, 2))


@pytest.fixture(scope="module")
def heard_song(studio):
    project = studio.create_demo()
    studio.make(project.id, "analysis")
    return project.song


@pytest.fixture
def heard(studio, heard_song):
    return studio.add(heard_song).id


@pytest.fixture
def edited(studio, heard):
    """A project whose second cut was moved to a beat, fifth locked, eighth joined with its left."""
    look = studio.derivation(studio.project(heard))
    cuts, beats = look.cuts, look.analysis.beats_s
    operations = (
        Move(id=cuts[2].id, time_s=min(beats, key=lambda at: abs(at - cuts[2].time_s - 1.1))),
        Lock(ids=(cuts[5].id,), locked=True),
        Merge(ids=(cuts[8].id,)),
    )
    own = apply_all(operations, cuts, context_of(look))
    studio.change(heard, 0, "Edit", lambda now: changed(now, cuts=own))
    return heard


def hand(project):
    return [cut for cut in project.cuts if cut.by_hand]


def locked(project):
    return [cut for cut in project.cuts if cut.locked]


def beats(studio, project):
    return studio.derivation(project).analysis.beats_s


@pytest.mark.parametrize(
    ("correction", "later_s"),
    [(by_seconds(0.01), 0.01), (by_half_a_beat, 30 / 112), (DOUBLE, 0.0), (by_bars(1), 0.0)],
)
def test_a_correction_takes_a_persons_cut_along_and_leaves_a_locked_one(
    studio, edited, correction, later_s
):
    before = studio.project(edited)
    settled = correct(studio, edited, "Correct", correction)

    assert hand(settled.project)[0].time_s - hand(before)[0].time_s == pytest.approx(
        later_s, abs=2e-3
    )
    assert hand(settled.project)[0].time_s in beats(studio, settled.project)
    assert locked(settled.project)[0].time_s == locked(before)[0].time_s
    assert "found anew" in settled.words
    assert "of yours" in settled.words


@pytest.mark.parametrize("correction", [by_seconds(0.01), by_half_a_beat, DOUBLE, HALF])
def test_after_a_correction_every_cut_but_the_locked_ones_is_on_its_beat(
    studio, edited, correction
):
    after = correct(studio, edited, "Correct", correction).project
    grid = set(beats(studio, after))
    strays = [cut.time_s for cut in after.cuts[1:] if cut.time_s not in grid and not cut.locked]
    assert strays == []


def test_doubling_after_half_a_beat_leaves_a_persons_cut_on_the_beat_it_was_set_on(studio, edited):
    shifted = correct(studio, edited, "Half a beat", by_half_a_beat).project
    doubled = correct(studio, edited, "Double the tempo", DOUBLE).project
    assert [cut.time_s for cut in hand(doubled)] == [cut.time_s for cut in hand(shifted)]
    assert hand(doubled)[0].time_s in beats(studio, doubled)


def test_a_correction_is_one_step_of_undo_with_all_its_cuts(studio, edited):
    before = studio.project(edited)
    correct(studio, edited, "Double the tempo", DOUBLE)
    assert studio.library.history(edited).undo[-1].label == "Double the tempo"
    undone = studio.undo(edited)
    assert (undone.cuts, undone.grid) == (before.cuts, before.grid)


def test_there_and_back_again_every_cut_of_a_persons_is_where_it_was(studio, edited):
    before = studio.project(edited)
    for correction in (by_half_a_beat, by_half_a_beat, DOUBLE, HALF):
        after = correct(studio, edited, "Correct", correction).project
    assert [cut.time_s for cut in hand(after)] == [cut.time_s for cut in hand(before)]


def test_a_change_of_pace_keeps_moved_locked_and_joined_and_says_so(studio, edited):
    before = studio.project(edited)
    settled = recut(studio, before, pace=1.0)
    joined = next(cut for cut in before.cuts if cut.whole)
    after = settled.project.cuts
    spans = {cut.id: end.time_s - cut.time_s for cut, end in pairwise(after)}
    was = {cut.id: end.time_s - cut.time_s for cut, end in pairwise(before.cuts)}

    assert len(after) > len(before.cuts)
    assert hand(before)[0].time_s in [cut.time_s for cut in after]
    assert spans[joined.id] == was[joined.id]
    assert settled.words.endswith("found anew, 3 of yours kept.")


def test_without_a_persons_cuts_the_analysis_goes_on_deciding(studio, heard):
    settled = correct(studio, heard, "Later", by_seconds(0.01))
    assert settled.project.cuts is None
    assert settled.words.endswith("cuts found anew.")


def test_a_correction_that_goes_too_far_is_refused_and_nothing_changes(studio, heard):
    for correction in (at_tempo(Fraction(8)), by_seconds(3.0), with_fields(metre=99)):
        with pytest.raises(RefusedEdit):
            correct(studio, heard, "Too far", correction)
    assert studio.project(heard).grid == GridChoice()


def test_quick_clicks_are_carried_out_one_after_the_other_and_none_is_lost(studio, heard):
    line = Line()
    for _ in range(4):
        line.ask(studio, heard, "Later", by_seconds(0.01))
    line.ask(studio, heard, "Half", by_half_a_beat)
    until = time.monotonic() + WAIT_S
    done = []
    while line.waiting and time.monotonic() < until:
        done += line.taken()
        time.sleep(0.02)

    assert [one.exception() for one in done] == [None] * 5
    assert studio.project(heard).grid == GridChoice(nudge_s=0.04, half_beat=True)


def test_a_cut_moved_while_the_song_is_heard_anew_is_not_lost(studio, edited):
    def meanwhile(grid):
        if studio.project(edited).pace == 0.5:
            now = studio.project(edited)
            studio.change(edited, now.revision, "Pace", lambda one: changed(one, pace=0.6))
        return by_seconds(0.01)(grid)

    settled = correct(studio, edited, "Later", meanwhile)
    assert (settled.project.pace, settled.project.grid.nudge_s) == (0.6, 0.01)


@pytest.mark.parametrize(
    "there",
    [
        GridChoice(),
        GridChoice(half_beat=True, bar_shift=3, nudge_s=0.02, metre=3),
        GridChoice(tempo_factor=1.5, half_beat=True, half_beat_octaves=(-1,)),
    ],
)
@pytest.mark.parametrize("ratio", [Fraction(2), Fraction(1, 2), Fraction(3, 2), Fraction(2, 3)])
def test_a_tempo_and_its_inverse_give_back_the_same_corrections(there, ratio):
    assert at_tempo(1 / ratio)(at_tempo(ratio)(there)) == there


def test_half_a_beat_outlives_doubling_and_halving_with_beats_bars_and_a_persons_cuts(
    studio, edited
):
    correct(studio, edited, "Bar", by_bars(1))
    before = correct(studio, edited, "Half a beat", by_half_a_beat).project
    doubled = correct(studio, edited, "Double the tempo", DOUBLE).project
    after = correct(studio, edited, "Halve the tempo", HALF).project

    assert song_heard.corrections_in(doubled.grid)[1] == "half a beat later again at tempo ÷ 2"
    assert after.grid == before.grid
    assert beats(studio, after) == beats(studio, before)
    assert set(beats(studio, before)) <= set(beats(studio, doubled))
    assert [cut.time_s for cut in after.cuts] == [cut.time_s for cut in before.cuts]


def test_halving_a_grid_shifted_by_half_a_beat_keeps_every_second_of_its_beats(studio, edited):
    shifted = correct(studio, edited, "Half a beat", by_half_a_beat).project
    halved = correct(studio, edited, "Halve the tempo", HALF).project
    assert set(beats(studio, halved)) <= set(beats(studio, shifted))
    assert song_heard.corrections_in(halved.grid) == ["tempo × 1/2", "1/4 of a beat later"]


def test_clicks_on_several_rows_are_taken_in_the_order_in_which_they_were_made(studio, heard):
    taken = []
    desk = song_fixes.Desk(
        f"desk_{heard}", song_heard.KNOWN, lambda label, _made: taken.append(label)
    )
    bars, tempo, half = "Bars a beat later", "Double the tempo", "Shift by half a beat"
    desk.take([[2, tempo], [1, bars]])
    desk.take([[2, tempo], [1, bars], [4, "No such button"], [3, half]])
    desk.take([[3, half]])
    assert taken == [bars, tempo, half]
    assert desk.answered == 4


def test_other_tempos_are_offered_with_what_they_would_give(studio, heard):
    analysis = studio.view(heard).analysis
    heard_at = analysis.tempo_bpm
    rivals = (Tempo(bpm=heard_at * 1.5, confidence=0.4), Tempo(bpm=heard_at / 1.5, confidence=0.1))
    offered = song_heard.offered(analysis.model_copy(update={"tempo_alternatives": rivals}))
    assert list(offered.values()) == ["÷ 2", "× 2", "× 1½"]


def test_a_page_that_shows_an_older_revision_decides_nothing(studio, heard):
    from pages.parts import song_decisions

    view = studio.view(heard)
    studio.change(heard, 0, "Elsewhere", lambda now: changed(now, pace=0.7))
    with pytest.raises(StaleEdit):
        song_decisions.refuse_stale(studio, view)


def test_clicks_of_another_make_are_no_clicks():
    assert song_fixes.clicks_of([[7, "a"], [3, "b"]]) == [(3, "b"), (7, "a")]
    assert song_fixes.clicks_of({"op": 1}) == []
    assert song_fixes.clicks_of([["x", "a"]]) == []
    assert song_fixes.clicks_of([[1, "a" * 100]]) == []


def test_corrections_are_told_in_words():
    grid = GridChoice(tempo_factor=1.5, half_beat=True, nudge_s=-0.02, bar_shift=1, metre=3)
    assert song_heard.corrections_in(grid) == [
        "tempo × 3/2",
        "half a beat later",
        "-20 ms",
        "bars +1",
        "3 in a bar",
    ]


def test_what_the_page_tells_of_the_file_is_not_told_twice(studio, heard):
    analysis = studio.view(heard).analysis.model_copy(
        update={"warnings": ("3 damaged pieces of the file were left out.", "The pulse is weak.")}
    )
    told = ("3 damaged pieces of the file could not be decoded and were left out.",)
    assert remarks(analysis, told) == ["The pulse is weak."]
