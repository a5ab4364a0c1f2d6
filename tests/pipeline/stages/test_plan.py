"""The stage Plan: found again for the same inputs, made anew for another take."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from pipeline.model import Blob, Mood, ScenePlan, Slot
from pipeline.stage import key_of, run
from pipeline.stages.plan import PLAN, PlanInputs


class Shelf:
    """A store of records in memory."""

    def __init__(self) -> None:
        self.records: dict[str, dict[str, Any]] = {}

    def lookup(self, key: str) -> dict[str, Any]:
        return self.records[key]

    def record(self, key: str, value: dict[str, Any]) -> dict[str, Any]:
        self.records[key] = value
        return value


class Bench:
    """A workbench for a stage that makes no files."""

    threads = 1

    def keep_file(self, path: Path, suffix: str) -> Blob:
        raise AssertionError(path)

    def keep_bytes(self, data: bytes, suffix: str) -> Blob:
        raise AssertionError(suffix)

    def path(self, blob: Blob) -> Path:
        raise AssertionError(blob)

    def scratch(self, suffix: str) -> Path:
        raise AssertionError(suffix)

    def progress(self, fraction: float, note: str = "") -> None:
        assert 0 <= fraction <= 1


def inputs(take: int = 1) -> PlanInputs:
    slots = tuple(
        Slot(id=f"slot{n}", index=n, start_s=4.0 * n, end_s=4.0 * n + 4, section="verse")
        for n in range(6)
    )
    mood = Mood(label="calm", valence=0.2, arousal=-0.4, confidence=0.8)
    return PlanInputs(duration_s=24.0, mood=mood, slots=slots, take=take)


def test_the_same_inputs_are_planned_once() -> None:
    shelf = Shelf()
    first = run(PLAN, inputs(), shelf, Bench())
    again = run(PLAN, inputs(), shelf, Bench())
    assert (first.hit, again.hit) == (False, True)
    assert isinstance(again.value, ScenePlan)
    assert again.value == first.value


def test_another_take_has_another_key_and_another_plan() -> None:
    shelf = Shelf()
    assert key_of(PLAN, inputs()) != key_of(PLAN, inputs(2))
    assert run(PLAN, inputs(), shelf, Bench()).value != run(PLAN, inputs(2), shelf, Bench()).value
