"""The slots of each kind of character (field research: what must and what should be said)."""

from __future__ import annotations

from dataclasses import dataclass

from pipeline.model import CharacterKind

MUST = {
    CharacterKind.HUMAN: ("age", "hair", "clothing"),
    CharacterKind.MASKED: ("age", "covering", "clothing"),
    CharacterKind.ANIMAL: ("species", "coat"),
    CharacterKind.ROBOT: ("form", "material", "colour"),
    CharacterKind.CREATURE: ("form", "material", "colour"),
    CharacterKind.OBJECT: ("form", "material", "colour"),
    CharacterKind.GROUP: ("count", "members"),
}
SHOULD = {
    CharacterKind.HUMAN: ("build", "skin", "face", "eyes", "marker", "accessory"),
    CharacterKind.MASKED: ("build", "marker"),
    CharacterKind.ANIMAL: ("size", "eyes", "marker", "wear"),
    CharacterKind.ROBOT: ("size", "eyes", "marker"),
    CharacterKind.CREATURE: ("size", "eyes", "marker"),
    CharacterKind.OBJECT: ("size", "marker"),
    CharacterKind.GROUP: ("costume", "positions"),
}
SHOULD_COUNT = {
    CharacterKind.HUMAN: 2,
    CharacterKind.MASKED: 0,
    CharacterKind.ANIMAL: 2,
    CharacterKind.ROBOT: 1,
    CharacterKind.CREATURE: 1,
    CharacterKind.OBJECT: 0,
    CharacterKind.GROUP: 0,
}


@dataclass(frozen=True)
class Filled:
    """The slots that are said and those that are not, for one kind."""

    kind: CharacterKind
    said: frozenset[str]
    traits: int = 0

    @property
    def musts(self) -> tuple[str, ...]:
        return MUST[self.kind]

    @property
    def lacking(self) -> tuple[str, ...]:
        """Required slots left open."""
        return tuple(slot for slot in self.musts if slot not in self.said)

    @property
    def shoulds(self) -> int:
        """How many further traits are said: slots, or clauses that each name a mark."""
        return max(self.traits, sum(slot in self.said for slot in SHOULD[self.kind]))

    @property
    def complete(self) -> bool:
        return not self.lacking and self.shoulds >= SHOULD_COUNT[self.kind]
