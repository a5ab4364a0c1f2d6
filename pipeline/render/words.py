"""From a person's words to what can be drawn: place, hour, weather, shape and colours.

Nothing is guessed beyond the words: a colour that is not named stays the scene's own.
"""

from __future__ import annotations

import json
import re
from functools import lru_cache
from pathlib import Path
from typing import Any

from pipeline.model import CharacterKind
from pipeline.render.spec import Figure, Hour, Place, Weather

MAX_CHARACTERS = 4000
NUMBERS = {"two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "pair": 2, "trio": 3, "duo": 2}


def place_of(*texts: str) -> Place:
    """The kind of location that words name; the first text that names one decides."""
    for text in texts:
        scores = {name: _score(text, words) for name, words in _table()["places"].items()}
        best = max(scores, key=lambda name: scores[name])
        if scores[best]:
            return Place(best)
    return Place.ABSTRACT


def hour_of(place: Place, *texts: str) -> Hour:
    """The time of day that words name, else the one that suits the place best."""
    for text in texts:
        for name, words in _table()["hours"].items():
            if _score(text, words):
                return Hour(name)
    return Hour(_table()["usual_hour"].get(place, "day"))


def weather_of(*texts: str) -> Weather:
    """The weather that words name, else clear."""
    for text in texts:
        for name, words in _table()["weather"].items():
            if _score(text, words):
                return Weather(name)
    return Weather.CLEAR


def figure_of(kind: CharacterKind, description: str, singing: bool = False) -> Figure:
    """Shape and colours of a character, as far as its description names them."""
    table = _table()
    text = description[:MAX_CHARACTERS].lower()
    any_colour = _first_colour(text)
    garment = _colour_before(text, table["garments"])
    hair = _colour_before(text, table["hair"])
    human = kind in (CharacterKind.HUMAN, CharacterKind.GROUP)
    covered = kind == CharacterKind.MASKED
    if covered:
        hair = _colour_before(text, table["covers"]) or hair
    return Figure(
        kind=kind,
        hair=hair,
        garment=garment or (None if human else any_colour),
        long_hair=bool(_score(text, table["long_hair"])),
        covered=covered,
        skirt=bool(_score(text, table["skirts"])),
        coat=bool(_score(text, table["coats"])),
        skin=next((tone for word, tone in table["skins"].items() if word in text), None),
        singing=singing,
        count=_count(text) if kind == CharacterKind.GROUP else 1,
    )


def _count(text: str) -> int:
    for word in re.findall(r"[a-z]+|\d+", text):
        if word in NUMBERS:
            return NUMBERS[word]
        if word.isdigit() and 2 <= int(word) <= 6:
            return int(word)
    return 3


def _score(text: str, words: list[str]) -> int:
    """How many of the words occur as whole words."""
    low = text[:MAX_CHARACTERS].lower()
    return sum(1 for word in words if re.search(rf"(?<!\w){re.escape(word)}s?(?!\w)", low))


def _colour_before(text: str, nouns: list[str]) -> str | None:
    """The colour that stands closest before one of the nouns, at most four words away."""
    colours = "|".join(map(re.escape, _table()["colours"]))
    named = "|".join(map(re.escape, nouns))
    pattern = rf"\b({colours})\b(?=((?:[\s-]+[\w-]+){{0,4}}?)[\s-]+(?:{named})s?\b)"
    found: list[tuple[int, str]] = [
        (len(match.group(2).split()), match.group(1)) for match in re.finditer(pattern, text)
    ]
    return _table()["colours"][min(found)[1]] if found else None


def _first_colour(text: str) -> str | None:
    for word in re.findall(r"[a-z]+", text):
        if word in _table()["colours"]:
            colour: str = _table()["colours"][word]
            return colour
    return None


@lru_cache(maxsize=1)
def _table() -> dict[str, Any]:
    loaded: dict[str, Any] = json.loads(Path(__file__).with_name("words.json").read_text("utf-8"))
    return loaded
