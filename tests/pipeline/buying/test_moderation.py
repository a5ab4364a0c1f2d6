"""A refusal names the words that were likely meant, and offers others for them."""

from __future__ import annotations

from pipeline.buying.moderation import explained, likely_words, marked, milder


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


def test_only_the_words_that_were_agreed_on_are_replaced() -> None:
    assert milder("A gun and blood.", ("gun",)) == "A prop and blood."
    assert milder("A gun and blood.", ()) == "A gun and blood."


def test_the_words_likely_meant_are_marked_in_the_prompt_and_nothing_is_lost() -> None:
    parts = marked("A Knife on the pier.")
    assert [text for text, meant in parts if meant] == ["Knife"]
    assert "".join(text for text, _ in parts) == "A Knife on the pier."
