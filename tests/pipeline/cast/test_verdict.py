"""A click on an offered choice, and nothing else, changes a text."""

from __future__ import annotations

import pytest

from pipeline.cast import apply_fix, judge
from pipeline.errors import RefusedEdit

OPTIONS = "A 30-year-old man with short black hair, a scar, wearing a red or blue jacket and jeans."
OPEN = "A woman in her thirties with black hair, green eyes and freckles."


def reason(text: str, code: str):
    return next(one for one in judge(text).reasons if one.code == code)


def test_a_completion_is_put_before_the_closing_stop():
    gap = next(one for one in judge(OPEN).missing if one.slot == "clothing")

    assert apply_fix(OPEN, gap, 0) == f"{OPEN[:-1]}, wearing a mustard-yellow raincoat."


def test_own_words_complete_a_gap_as_well():
    gap = next(one for one in judge(OPEN).missing if one.slot == "clothing")

    assert apply_fix(OPEN, gap, "in a red sari").endswith("freckles, in a red sari.")


def test_a_choice_keeps_one_of_two_options():
    found = reason(OPTIONS, "hedged_options")

    assert [apply_fix(OPTIONS, found, at) for at in (0, 1)] == [
        OPTIONS.replace("red or blue", "red"),
        OPTIONS.replace("red or blue", "blue"),
    ]


def test_words_taken_out_leave_no_loose_comma():
    text = "A woman, 30, black bob, freckles, green eyes, red coat, running through the rain."

    assert apply_fix(text, reason(text, "action_in_identity"), 0) == (
        "A woman, 30, black bob, freckles, green eyes, red coat."
    )


def test_a_completed_text_is_no_longer_missing_what_was_clicked(fault_code, fault_text):
    for gap in (one for one in judge(fault_text).missing if one.examples):
        after = judge(apply_fix(fault_text, gap, 0), kind=judge(fault_text).kind)
        assert gap.slot not in {one.slot for one in after.missing}, gap.slot


def test_a_choice_on_a_text_that_has_changed_is_refused():
    found = reason(OPTIONS, "hedged_options")

    with pytest.raises(RefusedEdit):
        apply_fix("Another text " + OPTIONS, found, 0)


def test_a_choice_that_is_not_offered_is_refused():
    with pytest.raises(RefusedEdit):
        apply_fix(OPTIONS, reason(OPTIONS, "hedged_options"), 9)
