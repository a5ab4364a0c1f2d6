"""The shell: how pages are found, and what every page does without a project."""

from __future__ import annotations

import pytest

from pages.parts import nav
from pages.parts.errors import literal
from pages.parts.states import ago, length, mark, size, span, usd

STEPS = tuple(entry.name for entry in nav.entries() if entry.of_project)


@pytest.mark.parametrize("name", STEPS)
def test_a_page_without_a_project_says_what_to_do(visit, name):
    app = visit(name)

    assert not app.exception
    assert app.subheader[0].value == "No project is open"
    assert app.button[0].label == "To the projects"


@pytest.mark.parametrize("name", STEPS)
def test_a_link_to_a_project_that_is_gone_says_so_and_shows_the_way_home(visit, name):
    app = visit(name, "a-project-that-is-gone")

    assert not app.exception
    assert app.error
    assert app.button[0].label == "To the projects"


@pytest.mark.parametrize("name", STEPS)
def test_every_page_opens_a_new_project(visit, demo, name):
    app = visit(name, demo.id)

    assert not app.exception
    assert demo.title in " ".join(block.proto.body for block in app.get("html"))


@pytest.mark.parametrize("name", STEPS)
def test_every_page_opens_a_planned_project(visit, planned, name):
    assert not visit(name, planned).exception


def test_the_header_undoes_a_decision(visit, studio, demo):
    studio.shelf.rename(demo.id, "Another title")
    app = visit("film", demo.id)
    next(item for item in app.button if item.key == "header_undo").click().run()

    assert studio.project(demo.id).title == demo.title


def test_words_from_outside_cannot_become_markdown():
    assert literal("**a** :red[b] `c`") == r"\*\*a\*\* \:red\[b\] \`c\`"


def test_figures_are_written_for_people():
    assert usd(4_900_000) == "$4.90"
    assert usd(1_500) == "$0.0015"
    assert usd(-250_000) == "-$0.25"
    assert length(204.3) == "3:24"
    assert length(3_725) == "1:02:05"
    assert span(None) == ""
    assert span(40.4) == "40 s"
    assert span(4_800) == "1 h 20 min"
    assert size(999) == "999 bytes"
    assert size(12_345_678) == "12.3 MB"
    assert ago(7_200) == "2 h ago"
    assert mark("stale").word == "stale"
