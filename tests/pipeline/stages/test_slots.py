from __future__ import annotations

from typing import Any, cast

from pipeline.cuts.limits import SlotLimits
from pipeline.model import AudioAnalysis, Lyrics, Mood, Section, Word
from pipeline.stage import Workbench, key_of
from pipeline.stages.slots import SLOTS, SlotInputs, SlotPlan, score_of

BEATS = tuple(round(0.25 + index / 2, 6) for index in range(118))
ANALYSIS = AudioAnalysis(
    duration_s=60,
    tempo_bpm=120,
    tempo_confidence=0.9,
    beats_s=BEATS,
    downbeats_s=BEATS[::4],
    sections=(
        Section(start_s=0, end_s=BEATS[64], label="A", energy=0.2),
        Section(start_s=BEATS[64], end_s=60, label="B", energy=0.9),
    ),
    mood=Mood(label="calm", valence=0, arousal=0, confidence=0.5),
    energy=(0.2,) * 322 + (0.9,) * 278,
    energy_step_s=0.1,
)
LYRICS = Lyrics(words=(Word(text="late", start_s=59.5, end_s=75.0, line=0),))


def inputs(**changes: Any) -> SlotInputs:
    score = score_of(ANALYSIS, LYRICS, (0, 60))
    return SlotInputs(**{**dict(score), "limits": SlotLimits(min_s=1, max_s=8), **changes})


def planned(task: SlotInputs) -> SlotPlan:
    return SLOTS.run(task, cast(Workbench, None))


def test_a_song_gets_cuts_on_its_beats_from_its_start() -> None:
    cuts = planned(inputs()).cuts
    assert cuts[0].time_s == 0
    assert cuts[0].on == "start"
    assert {cut.time_s for cut in cuts[1:]} <= set(BEATS)


def test_an_excerpt_begins_and_ends_where_the_person_said() -> None:
    task = SlotInputs(**dict(score_of(ANALYSIS, LYRICS, (10.1, 33.3))))
    cuts = planned(task).cuts
    assert cuts[0].time_s == 10.1
    assert all(10.1 <= cut.time_s < 33.3 for cut in cuts)


def test_an_excerpt_beyond_the_end_stops_with_the_song() -> None:
    assert score_of(ANALYSIS, LYRICS, (0, 900)).end_s == 60


def test_a_plan_survives_the_store() -> None:
    plan = planned(inputs())
    assert SlotPlan.model_validate(plan.model_dump(mode="json")) == plan


def test_pace_limits_and_locks_each_make_another_key_and_nothing_else_does() -> None:
    base = key_of(SLOTS, inputs())
    lock = planned(inputs()).cuts[3].model_copy(update={"locked": True})
    assert base == key_of(SLOTS, inputs())
    assert base != key_of(SLOTS, inputs(pace=0.6))
    assert base != key_of(SLOTS, inputs(limits=SlotLimits(min_s=1, max_s=9)))
    assert base != key_of(SLOTS, inputs(locked=(lock,)))
