from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import numpy as np
import pytest

from pipeline import figures
from pipeline.cuts.limits import SlotLimits
from pipeline.model import AudioAnalysis, Mood, Section, Slot

BEATS = tuple(index / 2 for index in range(1, 40))
SECTIONS = (
    Section(start_s=0, end_s=8, label="verse", energy=0.2),
    Section(start_s=8, end_s=20, label="chorus", energy=0.9),
)
ANALYSIS = AudioAnalysis(
    duration_s=20,
    tempo_bpm=120,
    tempo_confidence=0.9,
    beats_s=BEATS,
    beat_confidence=(0.8,) * len(BEATS),
    sections=SECTIONS,
    mood=Mood(label="calm", valence=0, arousal=0, confidence=0.5),
    energy=(0.2,) * 80 + (0.9,) * 120,
)
SLOTS = (
    Slot(id="aaaa", index=0, start_s=0, end_s=8),
    Slot(id="bbbb", index=1, start_s=8, end_s=10),
    Slot(id="cccc", index=2, start_s=10, end_s=20),
)
LIMITS = SlotLimits(min_s=1, max_s=8, buyable_s=(4, 8))
DAY = datetime(2026, 1, 1, tzinfo=UTC)
SILENT = ANALYSIS.model_copy(
    update={"beats_s": (), "beat_confidence": (), "energy": (), "sections": ()}
)


def every_figure() -> list[Any]:
    return [
        figures.tempo(ANALYSIS),
        figures.energy(ANALYSIS),
        figures.similarity(np.eye(8, dtype=np.uint8), (0, 20), SECTIONS),
        figures.pace(SLOTS, SECTIONS),
        figures.lengths(SLOTS, LIMITS),
        figures.spending([(DAY, 2_000_000), (DAY, -500_000)], 20_000_000),
    ]


def test_a_steady_song_draws_its_tempo() -> None:
    assert set(np.round(figures.tempo(ANALYSIS).data[0].y, 6)) == {120.0}


def test_sections_stand_behind_the_energy_with_their_names() -> None:
    drawn = figures.energy(ANALYSIS)
    assert [shape.x0 for shape in drawn.layout.shapes] == [0, 8]
    assert [note.text for note in drawn.layout.annotations] == ["verse", "chorus"]


def test_short_slots_are_a_fast_pace() -> None:
    assert list(figures.pace(SLOTS).data[0].y) == [7.5, 30.0, 6.0, 6.0]


def test_a_slot_beyond_the_limits_stands_out() -> None:
    colours = figures.lengths(SLOTS, LIMITS).data[0].marker.color
    assert list(colours) == [figures.LINE, figures.LINE, figures.WARM]


def test_spending_adds_up_and_a_refund_takes_back() -> None:
    drawn = figures.spending([(DAY, 2_000_000), (DAY, -500_000)], 20_000_000)
    assert list(drawn.data[0].y) == [2.0, 1.5]
    assert drawn.layout.shapes[0].y0 == 20.0


@pytest.mark.parametrize("figure", every_figure())
def test_a_figure_takes_its_colours_of_text_and_ground_from_the_page(figure: Any) -> None:
    layout = json.loads(figure.to_json())["layout"]
    assert layout["paper_bgcolor"] == layout["plot_bgcolor"] == "rgba(0,0,0,0)"
    assert "color" not in layout.get("font", {})


def test_a_song_without_beats_or_energy_still_has_figures() -> None:
    assert len(figures.tempo(SILENT).data) == 0
    assert len(figures.energy(SILENT).data[0].y) == 0
    assert len(figures.pace(()).data[0].y) == 0
    assert len(figures.spending([]).data[0].y) == 0
