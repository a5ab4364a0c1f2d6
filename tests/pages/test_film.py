"""The film page."""

from __future__ import annotations

from pages.parts.delivery import file_stem


def test_a_project_without_a_film_offers_to_make_it_for_its_price(visit, demo):
    app = visit("film", demo.id)

    assert "No film yet" in " ".join(block.proto.body for block in app.get("html"))
    assert any(item.label == "Make the film · $0.00" for item in app.button)


def test_the_shape_of_the_film_is_a_decision_that_can_be_undone(visit, studio, demo):
    app = visit("film", demo.id)
    next(item for item in app.get("button_group") if item.label == "Shape").set_value("9:16").run()

    assert studio.project(demo.id).format.aspect == "9:16"
    assert studio.undo(demo.id).format.aspect == "16:9"


def test_making_the_film_starts_one_run_and_says_so(visit, studio, demo):
    app = visit("film", demo.id)
    next(item for item in app.button if item.label.startswith("Make the film")).click().run()

    assert studio.run(demo.id).goal == "film"
    assert any(item.label == "Cancel" for item in app.button)
    studio.cancel(demo.id)


def test_a_title_becomes_a_file_name_that_every_system_takes():
    assert file_stem('../Night "Drive"\n😀') == "Night Drive"
    assert file_stem("///") == "film"
