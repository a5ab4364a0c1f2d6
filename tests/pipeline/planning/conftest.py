"""Songs on paper: sections with energies become slots, inputs and offline plans."""

from __future__ import annotations

import importlib.util
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from pipeline.model import Mood, ScenePlan, Slot
from pipeline.planning.inputs import PlanInputs
from pipeline.planning.offline import plan_offline

Row = tuple[str, float, int]
POP: tuple[Row, ...] = (
    ("intro", 0.2, 3),
    ("verse", 0.45, 6),
    ("chorus", 0.85, 6),
    ("verse", 0.5, 6),
    ("chorus", 0.9, 6),
    ("bridge", 0.3, 4),
    ("chorus", 0.95, 6),
    ("outro", 0.25, 3),
)
SUNG = {"verse", "chorus"}


def slots_for(
    rows: Sequence[Row] = POP, step_s: float = 4.0, sung: bool = True
) -> tuple[Slot, ...]:
    """Slots of equal length; verses and choruses are sung."""
    flat = [(label, energy) for label, energy, count in rows for _ in range(count)]
    return tuple(
        Slot(
            id=f"slot{index:03d}",
            index=index,
            start_s=index * step_s,
            end_s=(index + 1) * step_s,
            section=label,
            energy=energy,
            lyric="all the lights are leaving" if sung and label in SUNG else "",
        )
        for index, (label, energy) in enumerate(flat)
    )


def inputs_for(slots: Sequence[Slot], **given: Any) -> PlanInputs:
    mood = Mood(label="driving", valence=0.2, arousal=0.4, confidence=0.7)
    facts = {"duration_s": slots[-1].end_s if slots else 0.0, "tempo_bpm": 120.0, "mood": mood}
    return PlanInputs(**{**facts, "slots": tuple(slots), **given})


def _fake_openai() -> ModuleType:
    """The shipped fake server, loaded from its file once for all tests beside this one."""
    path = Path(__file__).parents[2] / "fakes" / "openai_server.py"
    spec = importlib.util.spec_from_file_location("fake_openai_server", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


FAKE = _fake_openai()


@pytest.fixture
def song() -> Callable[..., tuple[Slot, ...]]:
    return slots_for


@pytest.fixture
def facts() -> Callable[..., PlanInputs]:
    return inputs_for


@pytest.fixture
def plan_for() -> Callable[..., ScenePlan]:
    """The offline plan of a brief for the pop song, or of any slots."""

    def made(brief: str = "", slots: Sequence[Slot] | None = None, **given: Any) -> ScenePlan:
        return plan_offline(inputs_for(slots or slots_for(), brief=brief, **given))

    return made
