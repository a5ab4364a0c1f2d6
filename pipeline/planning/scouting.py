"""Where it plays: places that the brief names, filled up with places that fit the music."""

from __future__ import annotations

import re
from dataclasses import dataclass
from math import ceil

from pipeline.knowledge import library
from pipeline.knowledge.library import Place
from pipeline.model import Location
from pipeline.planning.dice import Dice
from pipeline.planning.inputs import PlanInputs
from pipeline.planning.parts import Stretch
from pipeline.planning.reading import first_place, negated, pattern, sentences
from pipeline.planning.styling import Look, hour_in

OWN_WORDS = 4
LONG_FILM_S = 150.0


@dataclass(frozen=True)
class Site:
    """A location of the film with the kind of place it is; None for a person's own place."""

    location: Location
    place: Place | None
    hour: str


def sites_for(inputs: PlanInputs, look: Look, dice: Dice) -> tuple[Site, ...]:
    """Kept locations first, then those of the brief, then the genre's, as many as needed."""
    hour = hour_in(inputs.brief) or dice.one_of(look.palette.hours, "hour")
    weather = _weather(inputs.brief)
    sites = [Site(one, _kind_of(one), hour_in(one.time_of_day) or hour) for one in inputs.locations]
    named = _named_places(inputs.brief)
    need = _with_named(how_many(inputs), len(named), inputs.duration_s)
    near = {tag for place, _ in named for tag in place.tags}
    for place, words in (*named, *_fitting(hour, near, look, dice)):
        taken = {site.location.id for site in sites}
        if len(sites) >= need:
            break
        if place.id not in taken:
            outside = "" if place.setting == "inside" else weather
            sites.append(Site(_location(place, words, hour, outside), place, hour))
    return tuple(sites)


def how_many(inputs: PlanInputs) -> int:
    """One place per 40 s of film and never more than five in three minutes; at least one."""
    limits = library.limits()
    film_s = sum(slot.duration_s for slot in inputs.slots)
    most = max(1, int(limits.locations_per_3_min * max(1.0, film_s / 180)))
    wanted = ceil(film_s / limits.seconds_per_location)
    return max(1, min(wanted, most, 6, len(inputs.slots)))


def _with_named(need: int, named: int, film_s: float) -> int:
    """A brief that names its places is mostly filmed there: one more, two in a long film."""
    return need if not named else min(need, named + (2 if film_s > LONG_FILM_S else 1))


def site_per_stretch(parts: tuple[Stretch, ...], sites: tuple[Site, ...]) -> tuple[Site, ...]:
    """Verses travel, choruses share the hook's place, the bridge goes where nothing else is."""
    if len(sites) == 1:
        return tuple(sites[0] for _ in parts)
    names = {stretch.part for stretch in parts}
    fixed = {"intro": 0, "outro": 0}
    fixed |= {"chorus": 1} if "chorus" in names else {}
    fixed |= {"bridge": 2} if "bridge" in names and len(sites) > 2 else {}
    apart = {fixed.get("chorus"), fixed.get("bridge")}
    travels = [n for n in range(len(sites)) if n not in apart]
    chosen = []
    travelled = 0
    for stretch in parts:
        where = fixed.get(stretch.part, travels[travelled % len(travels)])
        chosen.append(sites[where])
        travelled += stretch.part not in fixed and stretch.part != "prechorus"
    return tuple(chosen)


def _kind_of(location: Location) -> Place | None:
    text = f"{location.id} {location.name} {location.description}"
    for place in library.places():
        if place.id == location.id or first_place(text, place.words) is not None:
            return place
    return None


def _named_places(brief: str) -> list[tuple[Place, str]]:
    """Places in the order in which the brief names them, each with the brief's words for it."""
    found: list[tuple[Place, str]] = []
    apart: list[tuple[Place, str]] = []
    for sentence in sentences(brief):
        hits = [
            (match.start(), place, match)
            for place in library.places()
            for word in place.words
            for match in pattern(word).finditer(sentence)
            if not negated(sentence, match.start())
        ]
        last: re.Match[str] | None = None
        for _, place, match in sorted(hits, key=lambda hit: hit[0]):
            known = any(place.id == earlier.id for earlier, _ in (*found, *apart))
            if last is not None and found and _qualifies(sentence, last, match):
                found[-1] = (found[-1][0], _phrase(sentence, last, match.end()))
                apart += [] if known else [(place, "")]
            elif not known:
                found.append((place, _phrase(sentence, match)))
                last = match
    return [*found, *apart]


def _qualifies(sentence: str, before: re.Match[str], match: re.Match[str]) -> bool:
    """Whether a place's word only says where the place before it lies: a garden on Mars."""
    between = sentence[before.end() : match.start()]
    return bool(re.fullmatch(r"\s+(?:on|in|at|of|by|under|near)(?:\s+\w+)?\s+", between))


def _phrase(sentence: str, match: re.Match[str], until: int | None = None) -> str:
    """The noun phrase that ends with a place's word; empty where no article opens one.

    Args:
        sentence: Where it stands.
        match: The word.
        until: Index to which the phrase goes on; None ends it with the word.
    """
    grammar = library.people().grammar
    starts = grammar["starts"]
    before = list(re.finditer(r"[\w'’-]+", sentence[: match.start()]))[-5:]
    start = match.start()
    for token in reversed(before):
        if re.search(r"[,:—–]", sentence[token.end() : start]):
            break
        if token.group().casefold() in grammar["verbs"]:
            return ""
        if token.group().casefold() in starts:
            return sentence[token.start() : until or match.end()]
    return match.group() if match.group()[0] > "\u2fff" else ""


def _fitting(hour: str, near: set[str], look: Look, dice: Dice) -> list[tuple[Place, str]]:
    """All places, best first: those that look right at the hour, then the genre's, then chance.

    Args:
        hour: When the film plays.
        near: Tags of the places that the brief names: others should not be far from them.
        look: The film's genre.
        dice: Chance.
    """

    def worth(place: Place) -> float:
        tags = len(set(place.tags) & set(look.genre.places)) + len(set(place.tags) & near)
        return 4.0 * (hour in place.hours) + tags + 1.5 * dice.roll("place", place.id)

    return [(place, "") for place in sorted(library.places(), key=worth, reverse=True)]


def _location(place: Place, words: str, hour: str, weather: str) -> Location:
    own = len(words.split()) >= OWN_WORDS
    said = len(words.split()) > len(place.name.split()) or words[:1] > "\u2fff"
    text = words if own else f"{words}: {place.description}" if said else place.description
    return Location(
        id=place.id,
        name=words[:1].upper() + words[1:] if own else place.name,
        description=text,
        time_of_day=hour,
        weather=weather,
    )


def _weather(brief: str) -> str:
    return _first_named(brief, library.lighting().weather_words)


def _first_named(text: str, table: dict[str, tuple[str, ...]]) -> str:
    placed = {name: first_place(text, vocabulary) for name, vocabulary in table.items()}
    found = [(place, name) for name, place in placed.items() if place is not None]
    return min(found)[1] if found else ""
