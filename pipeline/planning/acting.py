"""What happens in a shot: one observable action that fits the seconds, said once in the film."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field

from pipeline.knowledge import library
from pipeline.knowledge.library import Motif, band_of
from pipeline.model import Character, CharacterKind, Slot
from pipeline.planning.dice import Dice
from pipeline.planning.scouting import Site
from pipeline.planning.styling import agreeing, fill

BODIES = {
    CharacterKind.HUMAN: "human",
    CharacterKind.MASKED: "human",
    CharacterKind.ROBOT: "robot",
    CharacterKind.ANIMAL: "animal",
    CharacterKind.CREATURE: "animal",
    CharacterKind.OBJECT: "thing",
    CharacterKind.GROUP: "group",
}
DOES_WHAT_PEOPLE_DO = {"human", "robot"}
DETAILED = {"human", "animal", "robot"}
ARTICLED = {"a", "an", "the", "one", "my", "our", "his", "her", "their"}
WALLED = {"city", "interior", "home", "concrete", "machine"}


@dataclass
class Script:
    """Which lines were used how often, so that none returns before all had their turn."""

    dice: Dice
    used: Counter[str] = field(default_factory=Counter)

    def take(self, lines: Sequence[str], slot: Slot) -> str:
        """The least used line; chance decides among equals."""
        fewest = min(self.used[line] for line in lines)
        fresh = [line for line in lines if self.used[line] == fewest]
        line = self.dice.one_of(fresh, "line", slot.id)
        self.used[line] += 1
        return line


@dataclass(frozen=True)
class Scene:
    """What an action is written for; ``actor`` None shows nobody."""

    slot: Slot
    purpose: str
    site: Site
    motif: Motif
    actor: Character | None = None


def body_of(actor: Character) -> str:
    return BODIES[actor.kind]


def can_sing(actor: Character | None) -> bool:
    """Only a human face is planned as singing; others are for the person to decide."""
    return actor is not None and body_of(actor) == "human"


def performs(actor: Character) -> bool:
    """Whether somebody can carry a performance: a face that sings, or several who dance."""
    return body_of(actor) in {"human", "group"}


def action_for(scene: Scene, script: Script) -> str:
    """One sentence; ``[who]`` and ``[place]`` already filled."""
    return filled(script.take(_lines(scene), scene.slot), scene)


def hook_for(scene: Scene, returns: int) -> str:
    """The motif whole: the hook at its first showing, then each rise, then the last again."""
    alone = scene.actor is None or body_of(scene.actor) not in DOES_WHAT_PEOPLE_DO
    hook = scene.motif.hook_alone if alone else scene.motif.hook
    rises = scene.motif.rises_alone if alone else scene.motif.rises
    images = (hook, *rises)
    return filled(images[min(returns, len(images) - 1)], scene)


def filled(line: str, scene: Scene) -> str:
    marks = {
        "who": within(scene.actor.name) if scene.actor else "",
        "place": place_within(scene.site.location.name),
        "motif": scene.motif.thing,
    }
    plural = scene.actor is not None and body_of(scene.actor) == "group"
    text = fill(agreeing(line) if plural else line, marks)
    return text[:1].upper() + text[1:]


def within(name: str) -> str:
    """A name as it stands inside a sentence: "The woman" loses its capital, "Mara" keeps it."""
    first = name.split(" ")[0].casefold()
    common = first == "the" or first in library.people().groups["counts"]
    return name[:1].lower() + name[1:] if common else name


def place_within(name: str) -> str:
    """A place's name with an article, as it stands inside a sentence."""
    lowered = name[:1].lower() + name[1:]
    return lowered if lowered.split(" ")[0] in ARTICLED else f"the {lowered}"


def _lines(scene: Scene) -> Sequence[str]:
    quick = scene.slot.duration_s < library.limits().quick_below_s
    band = "quick" if quick else band_of(scene.slot.energy)
    if scene.purpose == "establishing":
        return _opening_lines(scene)
    if scene.purpose == "abstract":
        return _table("abstract", "", band)
    if scene.purpose == "detail":
        return _detail_lines(scene, band)
    return _body_lines(scene, band)


def _opening_lines(scene: Scene) -> Sequence[str]:
    table = library.actions()["establishing"]
    if scene.actor is not None and body_of(scene.actor) != "group":
        return list(table["arrive"])
    place = scene.site.place
    if place is not None and scene.site.hour in place.hours:
        return [place.open]
    return list(table[band_of(scene.slot.energy)])


def _detail_lines(scene: Scene, band: str) -> Sequence[str]:
    if scene.actor is not None and body_of(scene.actor) in DETAILED:
        return _table("detail", body_of(scene.actor), band)
    sights = scene.site.place.sights if scene.site.place else ()
    built = _table("detail", "built", band) if _built(scene.site) else []
    return [*sights, *_table("detail", "thing", band), *built]


def _body_lines(scene: Scene, band: str) -> Sequence[str]:
    if scene.actor is None:
        return _detail_lines(scene, band)
    body = body_of(scene.actor)
    if scene.site.place is not None and scene.site.place.tight:
        return _tight_lines(scene, body, band)
    if scene.purpose == "performance" and body in {"human", "group"}:
        sung = scene.slot.lyric.strip() and body == "human"
        return _table("performance" if sung else "performance_silent", body, band)
    lines = _table("narrative", body, band)
    if body in DOES_WHAT_PEOPLE_DO:
        lines += _table("narrative", "built", band) if _built(scene.site) else []
        lines += scene.site.place.acts if scene.site.place and band != "quick" else ()
    return lines


def _tight_lines(scene: Scene, body: str, band: str) -> Sequence[str]:
    """What can be done without room: people act and sit, others keep still."""
    acts = list(scene.site.place.acts) if scene.site.place and band != "quick" else []
    if body == "human":
        sung = scene.purpose == "performance" and scene.slot.lyric.strip()
        return _table("seated_sung" if sung else "seated", body, band) + ([] if sung else acts)
    calm = "quick" if band == "quick" else "low"
    return _table("narrative", body, calm) + (acts if body in DOES_WHAT_PEOPLE_DO else [])


def _built(site: Site) -> bool:
    return site.place is not None and bool(WALLED & set(site.place.tags))


def _table(purpose: str, body: str, band: str) -> list[str]:
    rows = library.actions()[purpose]
    return list(rows[body][band] if body else rows[band])
