"""The settings page."""

from __future__ import annotations


def html(app) -> str:
    return " ".join(block.proto.body for block in app.get("html"))


def test_settings_say_what_works_and_which_keys_are_missing(visit):
    app = visit("settings")

    assert not app.exception
    assert "OPENAI_API_KEY is not set" in html(app)


def test_a_key_is_named_but_never_shown(visit, monkeypatch):
    monkeypatch.setenv("REPLICATE_API_TOKEN", "r8_secret_value")
    app = visit("settings")

    assert "REPLICATE_API_TOKEN comes from the environment" in html(app)
    assert "r8_secret_value" not in str(app)


def test_what_can_be_made_again_can_be_freed(visit):
    app = visit("settings")
    next(item for item in app.button if item.label.startswith("Free what")).click().run()

    assert not app.exception
    assert not app.error
    assert app.toast
