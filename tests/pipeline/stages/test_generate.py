"""A preview fits its slot to the frame and is copied into the film, never encoded twice."""

from __future__ import annotations

import pytest

from pipeline.model import (
    AudioAnalysis,
    Character,
    FilmFormat,
    Location,
    Mood,
    ScenePlan,
    Shot,
    Transition,
    Treatment,
)
from pipeline.stage import key_of
from pipeline.stages.compose import ComposeInputs, FilmSlot, compose, extents
from pipeline.stages.generate import PREVIEW, Window, inputs_of, scene_of

SMALL = FilmFormat(height=180)


@pytest.fixture
def analysis():
    return AudioAnalysis(
        duration_s=8.0, tempo_bpm=120, tempo_confidence=1, beats_s=[n / 2 for n in range(16)],
        downbeats_s=[0, 2, 4, 6], energy=[0.5] * 81, mood=Mood(
            label="calm", valence=0, arousal=0, confidence=0),
    )  # fmt: skip


@pytest.fixture
def plan():
    shots = [
        Shot(slot_id=f"slot{n}", purpose="narrative", size="LS", angle="eye", movement="push",
             action="She waits.", location_id="bay", character_ids=("mia",), singer="mia",
             transition=Transition.CROSSFADE)
        for n in range(4)
    ]  # fmt: skip
    return ScenePlan(
        treatment=Treatment(), style={"palette": ()}, shots=shots,
        characters=[Character(id="mia", name="Mia", description="A woman in a red coat")],
        locations=[Location(id="bay", name="The bay", description="A beach", time_of_day="dusk")],
    )  # fmt: skip


@pytest.fixture
def previews(plan, analysis, bench):
    """Slots of a film whose clips are previews, with crossfades between them."""
    cuts_s = [0.0, 2.0, 4.0, 6.0, 8.0]
    spread = extents(cuts_s, [shot.transition for shot in plan.shots], 24)
    slots = []
    for shot, extent, start_s in zip(plan.shots, spread, cuts_s, strict=False):
        window = Window(start_s=start_s, frames=extent.frames, head=extent.head, tail=extent.tail,
                        marks=extent.body, format=SMALL)  # fmt: skip
        clip = PREVIEW.run(inputs_of(plan, shot, analysis, window), bench)
        slots.append(FilmSlot(slot_id=shot.slot_id, start_s=start_s, clip=clip,
                              transition=shot.transition))  # fmt: skip
    return tuple(slots)


def test_a_preview_has_exactly_the_frames_its_slot_needs(previews):
    assert [slot.clip.frames for slot in previews] == [54, 60, 60, 54]
    assert all(slot.clip.preview for slot in previews)


def test_bodies_are_copied_out_of_the_previews(previews, noise_song, bench):
    inputs = ComposeInputs(song=noise_song(8), slots=previews, end_s=8.0, format=SMALL)
    film = compose(inputs, bench, bench)
    pieces = [
        record for record in bench.records.values() if set(record) == {"blob", "first", "frames"}
    ]
    copied = [piece for piece in pieces if piece["blob"]["digest"] in
              {slot.clip.blob.digest for slot in previews}]  # fmt: skip
    assert len(copied) == 4
    assert len(pieces) == 7
    assert film.frames == 192
    assert film.previews == ("slot0", "slot1", "slot2", "slot3")


def test_another_take_is_another_drawing(plan, analysis):
    first = inputs_of(plan, plan.shots[0], analysis, Window(start_s=0, frames=48, format=SMALL))
    second = first.model_copy(update={"take": 2})
    assert key_of(PREVIEW, first) != key_of(PREVIEW, second)
    assert scene_of(first).seed != scene_of(second).seed
    assert scene_of(first).place_seed == scene_of(second).place_seed


def test_what_a_preview_does_not_show_does_not_make_it_stale(plan, analysis):
    window = Window(start_s=0, frames=48, format=SMALL)
    noted = plan.shots[0].model_copy(update={"notes": "ask Jo", "negative": "no text"})
    assert inputs_of(plan, noted, analysis, window) == inputs_of(
        plan, plan.shots[0], analysis, window
    )


def test_beats_and_energy_are_those_under_the_slot(plan, analysis):
    inputs = inputs_of(plan, plan.shots[1], analysis, Window(start_s=2.0, frames=48, format=SMALL))
    assert inputs.beats_s == tuple(n / 2 for n in range(-4, 5))
    assert inputs.accents_s == (-2.0, 0.0, 2.0)
    assert scene_of(inputs).figures[0].singing
