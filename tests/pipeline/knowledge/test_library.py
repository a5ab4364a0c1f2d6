"""The director's tables hold what the planner relies on."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest

from pipeline.knowledge import library
from pipeline.model import Shot

WRITING = re.compile(r"\b(text|letters|caption|logo|sign reading|strob\w*)\b", re.IGNORECASE)


def _texts(value: object) -> Iterator[str]:
    if isinstance(value, str):
        yield value
        return
    assert isinstance(value, dict | list)
    for item in value.values() if isinstance(value, dict) else value:
        yield from _texts(item)


def _lines() -> list[str]:
    found = list(_texts(library.actions()))
    for place in library.places():
        found.extend([place.open, *place.acts, *place.sights])
    for motif in library.motifs():
        found.extend([*motif.seeds, motif.hook, *motif.rises, motif.last])
    return found


def test_every_palette_has_at_least_four_colours_with_a_task() -> None:
    assert all(len(palette.colors) >= 4 for palette in library.palettes())
    assert all(role for palette in library.palettes() for _, role in palette.colors)


def test_ids_are_unique_in_every_table() -> None:
    for rows in (library.palettes(), library.motifs(), library.places(), library.leads()):
        ids = [row.id for row in rows]
        assert len(ids) == len(set(ids))


def test_genres_name_only_leads_and_tags_that_exist() -> None:
    leads = {lead.id for lead in library.leads()}
    tags = {tag for place in library.places() for tag in place.tags}
    for genre in library.genres():
        assert set(genre.casts) <= leads
        assert set(genre.places) <= tags


def test_suggested_leads_are_adults_described_in_twenty_to_ninety_words() -> None:
    for lead in library.leads():
        assert "adult" in lead.description
        assert 20 <= len(lead.description.split()) <= 90


@pytest.mark.parametrize("band", ["low", "mid", "high"])
def test_each_energy_offers_several_movements(band: str) -> None:
    allowed = set(Shot.model_fields["movement"].annotation.__args__)  # type: ignore[union-attr]
    rows = getattr(library.movement(), band)
    assert len(rows) >= 6
    assert {row[0] for row in rows} <= allowed


def test_no_line_asks_for_writing_or_flashing() -> None:
    assert not [line for line in _lines() if WRITING.search(line)]


def test_only_known_marks_stand_in_lines() -> None:
    marks = {mark for line in _lines() for mark in re.findall(r"\[(\w+)\]", line)}
    assert marks <= {"who", "place", "motif"}


def test_every_hour_of_a_place_has_light() -> None:
    hours = library.lighting().hours
    assert all(set(place.hours) <= set(hours[place.setting]) for place in library.places())
