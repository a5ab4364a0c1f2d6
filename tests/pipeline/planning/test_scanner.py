"""Finished pieces of a JSON answer are found while it is still being written."""

from __future__ import annotations

import json

import pytest

from pipeline.planning.scanner import Scanner, pieces_of

PLAN = {
    "treatment": {"logline": 'a {b} "c" ] }'},
    "characters": [{"id": "a"}, {"id": "b"}],
    "shots": [{"slot_id": "1", "character_ids": ["a"]}, {"slot_id": "2", "action": "\\"}],
}
PIECES = [
    ("treatment", PLAN["treatment"]),
    *(("characters", one) for one in PLAN["characters"]),
    *(("shots", one) for one in PLAN["shots"]),
]


@pytest.mark.parametrize("size", [1, 2, 7, 10_000])
def test_pieces_come_whatever_the_size_of_what_arrives(size: int) -> None:
    text, scanner = json.dumps(PLAN), Scanner()
    found = [
        piece
        for start in range(0, len(text), size)
        for piece in scanner.feed(text[start : start + size])
    ]
    assert found == PIECES


def test_fences_and_greetings_are_passed_over() -> None:
    assert pieces_of(f"Sure!\n```json\n{json.dumps(PLAN, indent=2)}\n```\nBye }}") == PIECES


def test_a_cut_off_answer_gives_what_was_complete() -> None:
    text = json.dumps(PLAN)
    assert pieces_of(text[: text.index('"2"')]) == PIECES[:-1]


@pytest.mark.parametrize("text", ["", "}{", "]]]", '"', "{" * 3000, '{"shots": [' * 900, "null"])
def test_nonsense_gives_nothing(text: str) -> None:
    assert pieces_of(text) == []
