"""The words that a video model gets for one shot: deterministic, within its limit.

Text-to-video gets the whole identity of everyone seen, verbatim and first, since early words
weigh most. Image-to-video gets the wardrobe anchor only: describing a face again makes the model
redraw it. A portrait shows who but not where, so there the place is told as well. When a limit is
short, whole parts are left out, the least important first; an identity, the action and the
person's own style words are never cut.
"""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Literal

from pipeline.knowledge import library
from pipeline.model import Character, CharacterKind, Location, ScenePlan, Shot
from pipeline.planning.acting import within
from pipeline.planning.styling import fill

Mode = Literal["t2v", "i2v", "portrait", "still"]
WHOLE: tuple[Mode, ...] = ("t2v", "still")
"""Modes without a picture of the shot: everything that is seen has to be told."""
Wording = Callable[[Character], str]


@dataclass(frozen=True)
class Voices:
    """How a character is worded: ``identity`` in full, ``anchor`` by wardrobe only."""

    identity: Wording
    anchor: Wording


@dataclass(frozen=True)
class Prompt:
    """What is sent.

    ``left_out`` names the parts that the limit cost; ``fits`` is False when even the
    indispensable parts are longer than the limit, and then nothing of them was cut.
    """

    text: str
    negative: str
    left_out: tuple[str, ...] = ()
    fits: bool = True


@dataclass(frozen=True)
class Part:
    name: str
    text: str


def prompt_for(
    shot: Shot, plan: ScenePlan, mode: Mode, voices: Voices, limit_chars: int | None = None
) -> Prompt:
    """The prompt of one shot.

    Args:
        shot: What is seen.
        plan: Its plan, for cast, place and style.
        mode: Without a start image (``t2v``), with one of the place or of the shot (``i2v``), with
            one of somebody alone (``portrait``), or for an image model that draws its first
            moment (``still``).
        voices: How characters are worded.
        limit_chars: The model's limit in characters; None for no limit.
    """
    parts = _parts(shot, plan, mode, voices)
    left_out: list[str] = []
    for name in (None, *_words()["dispensable"]):
        parts = [part for part in parts if part.name != name]
        left_out += [name] if name else []
        text = _joined(parts)
        if limit_chars is None or len(text) <= limit_chars:
            return Prompt(text, negative_for(shot), tuple(left_out))
    return Prompt(_joined(parts), negative_for(shot), tuple(left_out), fits=False)


def negative_for(shot: Shot) -> str:
    """What must not be seen: the shot's own words first, then what always spoils a clip."""
    words = _words()
    usual = [*words["negative"], *([] if shot.singer else words["negative_silent"])]
    own = [part.strip() for part in shot.negative.split(",") if part.strip()]
    return ", ".join(dict.fromkeys([*own, *usual]))


@cache
def _words() -> dict[str, Any]:
    with Path(__file__).with_name("prompt_words.toml").open("rb") as file:
        return tomllib.load(file)


def _parts(shot: Shot, plan: ScenePlan, mode: Mode, voices: Voices) -> list[Part]:
    cast = {one.id: one for one in plan.characters}
    seen = [cast[one] for one in shot.character_ids if one in cast]
    place = next((one for one in plan.locations if one.id == shot.location_id), None)
    voice = voices.identity if mode in WHOLE else voices.anchor
    return [
        *([Part("still", _words()["still"])] if mode == "still" else []),
        *(Part("who", _worded(one, voice(one), mode)) for one in seen),
        Part("action", shot.action),
        *_singing(shot, cast),
        *_company(shot, seen),
        Part("camera", _view(shot) if mode == "still" else _camera(shot)),
        *(_place(place) if mode != "i2v" else []),
        Part("light", shot.light),
        Part("lens", library.grammar().lens_words[shot.lens]),
        Part("style", plan.style.words),
        Part("look", plan.style.look if mode in WHOLE else ""),
        Part("film_light", "" if shot.light or mode not in WHOLE else plan.style.light),
        Part("palette", _palette(plan) if mode in WHOLE else ""),
    ]


def _worded(one: Character, words: str, mode: Mode) -> str:
    """An anchor alone is a list of clothes: the name says whose."""
    return f"{one.name}: {words}" if mode not in WHOLE and words else words


def _singing(shot: Shot, cast: dict[str, Character]) -> list[Part]:
    singer = cast.get(shot.singer)
    return [Part("singing", fill(_words()["singing"], {"who": singer.name}))] if singer else []


def _company(shot: Shot, seen: Sequence[Character]) -> list[Part]:
    """Says who is there and no more, so that no extras are drawn."""
    if not shot.character_ids and shot.purpose in {"detail", "abstract"}:
        return []
    if not seen:
        return [Part("company", _words()["empty"])]
    names = " and ".join(within(one.name) for one in seen)
    several = len(seen) > 1 or seen[0].kind == CharacterKind.GROUP
    only = _words()["several_subjects" if several else "one_subject"]
    return [Part("company", fill(only, {"who": names}))]


def _camera(shot: Shot) -> str:
    movement = library.movement()
    moving = shot.movement not in {"static", "handheld"}
    speed = f" {movement.speeds[shot.speed]}" if moving else ""
    return f"{_view(shot)}, {movement.words[shot.movement]}{speed}"


def _view(shot: Shot) -> str:
    """Size and angle, without the movement: a still has none."""
    grammar = library.grammar()
    return f"{grammar.size_words[shot.size]} {grammar.angle_words[shot.angle]}"


def _place(place: Location | None) -> list[Part]:
    if place is None:
        return []
    when = ", ".join(word for word in (place.time_of_day, place.weather) if word)
    return [Part("place", f"{place.name}: {place.description}"), Part("weather", when)]


def _palette(plan: ScenePlan) -> str:
    """Colours by name: a code may be painted as letters, and what each is for spans the film."""
    tones = dict.fromkeys(library.tone_of(swatch.hex) for swatch in plan.style.palette)
    return f"colours: {', '.join(tones)}" if tones else ""


def _joined(parts: Sequence[Part]) -> str:
    return " ".join(_sentence(part.text) for part in parts if part.text.strip())


def _sentence(text: str) -> str:
    """A part with a full stop after it, its own words untouched."""
    stripped = text.strip()
    return stripped if stripped[-1] in ".!?。！？…" else f"{stripped}."
