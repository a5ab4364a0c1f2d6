"""A refusal names the words that were likely meant, and offers others for them."""

from __future__ import annotations

from pipeline.moderation import explained, likely_words, milder


def test_likely_words_come_in_their_order_and_once() -> None:
    assert likely_words("A Knife, blood, and a knife.") == ("knife", "blood")


def test_words_inside_other_words_are_not_meant() -> None:
    assert likely_words("A warm begun deadline in Bloodwood.") == ()


def test_the_milder_prompt_keeps_everything_else() -> None:
    assert milder("He holds a gun by the sea.") == "He holds a prop by the sea."
    assert milder("He holds a lamp.") == "He holds a lamp."


def test_a_refusal_without_such_words_still_has_a_way_out() -> None:
    message, way_out = explained("Refused.", "A quiet sea.")

    assert message == "Refused."
    assert "Reword" in way_out
