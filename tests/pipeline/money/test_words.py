from __future__ import annotations

from datetime import date

import pytest

from pipeline.money.catalogue import load
from pipeline.money.words import listing, unit_price

CATALOGUE = load()
TODAY = date(2026, 11, 23)


@pytest.mark.parametrize(
    ("key", "words"),
    [
        ("preview", "free"),
        ("kling-2.5-turbo-pro", "$0.07 a second"),
        ("wan-2.5-i2v", "$0.05 to $0.15 a second"),
        ("hailuo-2.3", "$0.28 to $0.56 a take"),
        ("veo-3.1", "$0.20 a second"),
        ("seedream-4.5", "$0.04 a picture"),
        ("gpt-6-luna", "$0.10 a million tokens read"),
    ],
)
def test_a_model_is_listed_with_its_unit_price_without_sound(key: str, words: str) -> None:
    assert words in unit_price(CATALOGUE.get(key))


def test_a_retired_model_is_marked_with_what_follows_it() -> None:
    line = listing(CATALOGUE, CATALOGUE.get("kling-2.1"), TODAY)
    assert line.endswith("retired on 2026-09-15 → Kling 2.5 Turbo Pro")
    assert "→" not in listing(CATALOGUE, CATALOGUE.get("kling-2.5-turbo-pro"), TODAY)


def test_a_model_that_ends_soon_says_when() -> None:
    line = listing(CATALOGUE, CATALOGUE.get("kling-2.1"), date(2026, 9, 1))
    assert "retiring on 2026-09-15, then Kling 2.5 Turbo Pro" in line
