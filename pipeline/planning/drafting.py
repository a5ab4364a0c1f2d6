"""A plan while a model writes it: what has come, what is wrong with it, what is still missing."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from pipeline.model import Character, Location, Shot, Slot, Swatch, Treatment
from pipeline.planning.completing import cast_of
from pipeline.planning.inputs import PlanInputs, with_locks
from pipeline.planning.reading import foreign
from pipeline.planning.scanner import Piece
from pipeline.planning.wire import (
    character_of,
    clean_id,
    location_of,
    palette_of,
    shot_of,
    text_of,
)

MOST_CHARACTERS = 8
MOST_LOCATIONS = 12
Judge = Callable[[Character], Sequence[str]]


@dataclass
class Draft:
    """Everything usable of all answers so far.

    ``fixed`` are characters in the person's own words, which no answer can change. ``spare``
    holds shots with a flaw that was cut out, used only if no better one comes.
    """

    inputs: PlanInputs
    judge: Judge
    treatment: Treatment = field(default_factory=Treatment)
    look: str = ""
    light: str = ""
    palette: tuple[Swatch, ...] = ()
    characters: dict[str, Character] = field(default_factory=dict)
    locations: dict[str, Location] = field(default_factory=dict)
    shots: dict[str, Shot] = field(default_factory=dict)
    spare: dict[str, Shot] = field(default_factory=dict)
    framed: bool = False

    def __post_init__(self) -> None:
        self.fixed = fixed_characters(self.inputs)
        self.characters |= {one.id: one for one in self.fixed}
        self.locations |= {one.id: one for one in self.inputs.locations}
        self.slots = {slot.id: slot for slot in self.inputs.slots}
        self.locks = {shot.slot_id: shot for shot in self.inputs.shots}
        self.shots |= {name: shot for name, shot in self.locks.items() if "*" in shot.locked}

    def missing(self, slots: Iterable[Slot]) -> tuple[Slot, ...]:
        return tuple(slot for slot in slots if slot.id not in self.shots)

    def take_piece(self, piece: Piece) -> tuple[Shot | None, str]:
        """Fold one finished piece in; a shot that is now good, and what was wrong."""
        name, value = piece
        if not isinstance(value, dict):
            return None, ""
        if name == "shots":
            return self._take_shot(value)
        problem = ""
        if name == "characters":
            problem = self._take_character(value)
        elif name == "locations":
            self._take_location(value)
        elif name == "treatment":
            self.framed = True
            names = ("logline", "concept", "motif", "ending")
            self.treatment = Treatment(**{name: text_of(value, name) for name in names})
        elif name == "style":
            self._take_style(value)
        return None, problem

    def bad_characters(self) -> list[str]:
        """What the validator says of characters that the model wrote."""
        own = {one.id for one in self.fixed}
        return [
            f"character {one.id}: {reason}"
            for one in self.characters.values()
            if one.id not in own
            for reason in self.judge(one)
        ]

    def speaks_english(self) -> bool:
        """False only where the words of the actions clearly belong to another language."""
        return not foreign(" ".join(shot.action for shot in self.shots.values()))

    def _take_character(self, row: Mapping[str, Any]) -> str:
        made = character_of(row)
        if made is None:
            return "a character lacks a name or a description"
        if made.id in {one.id for one in self.fixed} or len(self.characters) >= MOST_CHARACTERS:
            return ""
        self.characters[made.id] = made
        return ""

    def _take_location(self, row: Mapping[str, Any]) -> None:
        made = location_of(row)
        fixed = {one.id for one in self.inputs.locations}
        if made and made.id not in fixed and len(self.locations) < MOST_LOCATIONS:
            self.locations[made.id] = made

    def _take_style(self, row: Mapping[str, Any]) -> None:
        self.look, self.light = text_of(row, "look"), text_of(row, "light")
        self.palette = palette_of(row.get("palette"))

    def _take_shot(self, row: Mapping[str, Any]) -> tuple[Shot | None, str]:
        slot = self.slots.get(str(row.get("slot_id", "")).strip())
        if slot is None:
            return None, f"slot_id {str(row.get('slot_id'))[:40]!r} does not exist"
        if slot.id in self.shots:
            return None, ""
        shot, wrong = shot_of(row, slot)
        if shot is None:
            return None, f"slot {slot.id}: {wrong}"
        mended, unknown = self._resolved(shot, slot)
        if unknown:
            self.spare[slot.id] = mended
            return None, f"slot {slot.id}: {unknown}"
        self.shots[slot.id] = with_locks(mended, self.locks.get(slot.id))
        return self.shots[slot.id], ""

    def _resolved(self, shot: Shot, slot: Slot) -> tuple[Shot, str]:
        """The shot with ids that exist, and which ones did not."""
        people = [(one, _match(one, self.characters)) for one in shot.character_ids if one]
        place = _match(shot.location_id, self.locations)
        unknown = [f"character {one!r} is not in the cast" for one, found in people if not found]
        if shot.location_id and not place:
            unknown.append(f"location {shot.location_id!r} is not defined")
        seen = tuple(dict.fromkeys(found for _, found in people if found))
        singer = _match(shot.singer, self.characters) if slot.lyric.strip() else ""
        if singer and singer not in seen:
            seen = (*seen, singer)
        fields = {"character_ids": seen, "location_id": place, "singer": singer}
        if shot.lyric_cue and not slot.lyric.strip():
            fields["lyric_cue"] = ""
        return shot.model_copy(update=fields), "; ".join(unknown)


def fixed_characters(inputs: PlanInputs) -> tuple[Character, ...]:
    """Kept characters and those whom the brief describes, in the person's words first."""
    kept = inputs.characters
    ids = {one.id for one in kept}
    texts = {one.description.strip().casefold() for one in kept}
    named = cast_of(inputs.brief)
    return (
        *kept,
        *(
            one
            for one in named
            if one.id not in ids and one.description.strip().casefold() not in texts
        ),
    )


def _match(said: str, known: Mapping[str, Character] | Mapping[str, Location]) -> str:
    """The id that was meant: as written, in our form, or by name."""
    if not said:
        return ""
    if said in known:
        return said
    cleaned = clean_id(said)
    for ident, one in known.items():
        if cleaned in {ident, clean_id(one.name)}:
            return ident
    return ""
