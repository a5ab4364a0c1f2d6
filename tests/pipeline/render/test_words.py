"""What can be drawn is read from a person's words, and nothing is added to them."""

from __future__ import annotations

import pytest

from pipeline.model import CharacterKind
from pipeline.render.spec import Hour, Place, Weather
from pipeline.render.words import figure_of, hour_of, place_of, weather_of


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("An empty street in the old town", Place.CITY),
        ("a clearing in a pine forest", Place.FOREST),
        ("black sand BEACH under cliffs, waves", Place.SEA),
        ("the stage of a small club", Place.STAGE),
        ("her bedroom, one window", Place.ROOM),
        ("salt flats, dunes", Place.DESERT),
        ("something nobody has a word for", Place.ABSTRACT),
    ],
)
def test_a_location_is_recognised_by_its_words(text, place):
    assert place_of(text) == place


def test_words_inside_other_words_do_not_count():
    assert place_of("a cardinal scarce seasoned") == Place.ABSTRACT


def test_hour_and_weather_follow_the_words():
    assert hour_of(Place.CITY, "", "golden hour") == Hour.DUSK
    assert hour_of(Place.CITY, "") == Hour.NIGHT
    assert weather_of("light drizzle") == Weather.RAIN
    assert weather_of("") == Weather.CLEAR


def test_hair_and_garment_take_the_colours_that_are_named():
    figure = figure_of(
        CharacterKind.HUMAN,
        "A woman in her thirties with long black hair, wearing a worn yellow raincoat.",
    )
    assert (figure.hair, figure.garment) == ("#1d1b20", "#e6c32f")
    assert figure.long_hair
    assert figure.coat


def test_colours_that_are_not_named_stay_open():
    figure = figure_of(CharacterKind.HUMAN, "A tall man with a limp.")
    assert (figure.hair, figure.garment, figure.skin) == (None, None, None)


def test_a_group_has_as_many_members_as_its_words_say():
    assert figure_of(CharacterKind.GROUP, "Four dancers in white shirts").count == 4
