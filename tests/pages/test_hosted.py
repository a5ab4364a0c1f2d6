"""A share for many visitors."""

from __future__ import annotations

from dataclasses import replace

import pytest


@pytest.fixture
def shared(studio, monkeypatch):
    """The same studio, opened to strangers."""
    monkeypatch.setattr(studio, "settings", replace(studio.settings, hosted=True))
    return studio


def html(app) -> str:
    return " ".join(block.proto.body for block in app.get("html"))


def test_a_visitor_sees_no_one_elses_song(visit, shared, demo_song):
    theirs = shared.add(demo_song, "another visitor")
    shared.shelf.rename(theirs.id, "A song of another visitor")
    app = visit()

    assert "A song of another visitor" not in html(app)
    assert app.title[0].value == "Turn a song into a music video"


def test_a_visitor_is_told_what_is_lost_and_whose_keys_are_used(visit, shared):
    told = visit().info[0].value

    assert "no paid service" in told
    assert "lost when the host sleeps" in told


def test_a_typed_key_serves_this_visit_alone_and_can_be_forgotten(visit, shared, demo):
    app = visit("settings")
    app.text_input(key="typed_OPENAI_API_KEY").set_value("sk-typed-by-a-visitor")
    app.button[0].click().run()

    assert not app.exception
    assert "Set for this visit" in html(app)
    assert "sk-typed-by-a-visitor" not in html(app)
    assert "Set for this visit" not in html(visit("settings"))

    app.query_params["project"] = demo.id
    app.switch_page("pages/film.py").run()
    assert shared.keys.sources(demo.id)["OPENAI_API_KEY"] == "this visit"

    app.switch_page("pages/settings.py").run()
    app.button(key="forget_OPENAI_API_KEY").click().run()
    assert shared.keys.sources(demo.id)["OPENAI_API_KEY"] != "this visit"


def test_a_share_begins_with_a_film_that_its_memory_can_hand_out(visit, shared, demo_song):
    project = shared.add(demo_song, "a visitor")

    assert project.format.height == 480
    captions = " ".join(one.value for one in visit("film", project.id).caption)
    assert "take the project home" in captions
