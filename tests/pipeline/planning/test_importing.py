"""A plan from elsewhere is read as far as it makes sense, and the rest is said."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from pipeline.errors import BadInput, OutOfBounds
from pipeline.model import ScenePlan, Slot
from pipeline.planning.importing import import_plan

Planner = Callable[..., ScenePlan]
Song = Callable[..., tuple[Slot, ...]]


def exported(plan: ScenePlan) -> dict[str, Any]:
    return plan.model_dump(mode="json")


def test_an_own_export_comes_back_whole(plan_for: Planner, song: Song) -> None:
    plan = plan_for()
    again = import_plan(json.dumps({"plan": exported(plan)}), song())
    assert again.findings == ()
    assert again.plan.shots == plan.shots


def test_gaps_doubles_and_undefined_people_are_said(plan_for: Planner, song: Song) -> None:
    document = exported(plan_for())
    document["characters"] = []
    document["shots"][4]["slot_id"] = document["shots"][3]["slot_id"]
    del document["shots"][10:]
    said = " ".join(import_plan(json.dumps(document), song()).findings)
    assert "filled already" in said
    assert "slots have no shot" in said
    assert "Nobody defined" in said


def test_unknown_and_wrong_fields_are_left_out_and_said(plan_for: Planner, song: Song) -> None:
    document = exported(plan_for())
    document["shots"][0] |= {"size": "GIANT", "drone": True}
    result = import_plan(json.dumps(document), song())
    said = " ".join(result.findings)
    assert "drone" in said
    assert "size" in said
    assert result.plan.shots[0].action == document["shots"][0]["action"]


def test_shots_without_ids_are_taken_in_order(song: Song) -> None:
    document = {"shots": [{"action": "One"}, {"action": "Two"}]}
    shots = import_plan(json.dumps(document), song()).plan.shots
    assert [(shot.slot_id, shot.action) for shot in shots] == [
        ("slot000", "One"),
        ("slot001", "Two"),
    ]


@pytest.mark.parametrize(
    "text", ["", "{", "[]", "null", '{"shots": []}', '{"shots": "all"}', "<html>", "[" * 5000]
)
def test_what_is_no_plan_is_refused_in_words(text: str, song: Song) -> None:
    with pytest.raises(BadInput):
        import_plan(text, song())


@pytest.mark.parametrize("rows", [[None], [1, "x"], [{"action": 5}], [{"character_ids": {}}]])
def test_nonsense_rows_never_crash(rows: list[Any], song: Song) -> None:
    assert import_plan(json.dumps({"shots": rows, "characters": rows}), song()).findings


def test_a_huge_file_is_refused(song: Song) -> None:
    with pytest.raises(OutOfBounds):
        import_plan(b" " * 2_000_001, song())
