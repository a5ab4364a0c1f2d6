"""The shot list: what each slot is for, who is in it, and then camera, action, light and cut."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from pipeline.knowledge import library
from pipeline.model import Character, Shot, Slot
from pipeline.planning.acting import (
    DOES_WHAT_PEOPLE_DO,
    Scene,
    Script,
    action_for,
    body_of,
    can_sing,
    filled,
    hook_for,
    performs,
)
from pipeline.planning.camera import (
    Reel,
    Setup,
    angle_for,
    lens_for,
    movement_for,
    size_for,
    transition_for,
)
from pipeline.planning.dice import Dice
from pipeline.planning.inputs import PlanInputs, kept_fields, with_locks
from pipeline.planning.parts import Stretch
from pipeline.planning.scouting import Site
from pipeline.planning.styling import Look

LEAD_SHARE = 0.7
SEED_EVERY = 4
CUE_LETTERS = 80
REPEATED = 0.3


@dataclass
class Stage:
    """What is known while the film is staged slot by slot."""

    inputs: PlanInputs
    look: Look
    dice: Dice
    cast: tuple[Character, ...]
    script: Script
    reel: Reel = field(default_factory=Reel)
    opened: set[str] = field(default_factory=set)
    seen_s: dict[str, float] = field(default_factory=dict)
    hooks: int = 0
    seeds: int = 0

    def kept(self, slot_id: str) -> Shot | None:
        return next((shot for shot in self.inputs.shots if shot.slot_id == slot_id), None)


@dataclass(frozen=True)
class Moment:
    """One slot in its part of the song, at its place."""

    slot: Slot
    stretch: Stretch
    site: Site
    position: int
    first: bool
    last: bool
    following: Slot | None

    @property
    def opens(self) -> bool:
        return self.position == 0


def staged(stage: Stage, moments: Sequence[Moment]) -> tuple[Shot, ...]:
    """One shot per moment, in order."""
    for moment in moments:
        kept = stage.kept(moment.slot.id)
        shot = with_locks(_shot(stage, moment), kept)
        stage.reel.add(shot)
        _remember(stage, moment, shot)
    return tuple(stage.reel.shots)


def moments_of(parts: Sequence[Stretch], sites: Sequence[Site]) -> tuple[Moment, ...]:
    """All slots with their surroundings."""
    flat = [
        (slot, stretch, site, position)
        for stretch, site in zip(parts, sites, strict=True)
        for position, slot in enumerate(stretch.slots)
    ]
    after: list[Slot | None] = [row[0] for row in flat]
    after = [*after[1:], None][: len(flat)]
    return tuple(
        Moment(*row, first=index == 0, last=index == len(flat) - 1, following=following)
        for index, (row, following) in enumerate(zip(flat, after, strict=True))
    )


def _remember(stage: Stage, moment: Moment, shot: Shot) -> None:
    stage.opened.add(shot.location_id)
    stage.hooks += shot.motif
    for character in shot.character_ids:
        stage.seen_s[character] = moment.slot.end_s


def _shot(stage: Stage, moment: Moment) -> Shot:
    motif = _motif_role(stage, moment)
    opening = moment.site.location.id not in stage.opened
    purpose = _purpose(stage, moment, motif, opening)
    actor = _actor(stage, moment, purpose, motif)
    if purpose == "performance" and actor is not None and not performs(actor):
        purpose = "narrative"
    scene = Scene(moment.slot, purpose, moment.site, stage.look.motif, actor)
    sings = purpose == "performance" and not motif and can_sing(actor) and _sung(moment.slot)
    action = _action(stage, scene, motif)
    fields: dict[str, Any] = {
        "purpose": purpose,
        "action": action,
        "motif": motif in {"hook", "last"},
        "character_ids": (actor.id,) if actor else (),
        "singer": actor.id if actor and sings else "",
        "location_id": moment.site.location.id,
        **_framing(stage, moment, (purpose, action), opening),
    }
    slot = moment.slot
    return Shot(
        slot_id=slot.id,
        light=_light(stage, moment, actor is not None),
        lyric_cue=_cue(slot.lyric),
        energy=slot.energy,
        planned_s=slot.duration_s,
        **fields,
    )


def _motif_role(stage: Stage, moment: Moment) -> str:
    """``hook`` for the whole image, ``seed`` for a part of it, ``last`` for the end, or nothing."""
    stretch, count = moment.stretch, len(moment.stretch.slots)
    if moment.last and stage.hooks:
        return "last"
    opening = moment.site.location.id not in stage.opened
    if stretch.part == "chorus" and moment.position == (1 if opening and count > 1 else 0):
        return "hook"
    if stretch.part == "chorus" and moment.position == 1 and not _hooked(stage, moment):
        return "hook"
    if stretch.part in {"verse", "intro", "prechorus"} and moment.position % SEED_EVERY == 2:
        return "seed" if stage.seeds < len(stage.look.motif.seeds) else ""
    return ""


def _hooked(stage: Stage, moment: Moment) -> bool:
    """Whether this chorus has shown the motif already."""
    own = {slot.id for slot in moment.stretch.slots}
    return any(shot.motif for shot in stage.reel.shots if shot.slot_id in own)


def _purpose(stage: Stage, moment: Moment, motif: str, opening: bool) -> str:
    if motif == "seed" and not opening:
        return "detail"
    if motif == "last":
        return "abstract"
    if opening:
        return "establishing"
    if motif == "hook":
        return "narrative" if stage.cast else "abstract"
    part = library.parts()[moment.stretch.part]
    weights = dict(part.mix if _sung(moment.slot) else part.quiet)
    weights.pop("establishing", None)
    weights["performance"] = weights.get("performance", 0.0) * stage.look.genre.performance
    if not stage.cast:
        weights.pop("performance"), weights.pop("narrative", None)
    for shot in stage.reel.last(2):
        if shot.purpose in weights:
            weights[shot.purpose] *= REPEATED if shot.purpose in {"detail", "abstract"} else 0.5
    return stage.dice.weighted(weights, "purpose", moment.slot.id)


def _actor(stage: Stage, moment: Moment, purpose: str, motif: str) -> Character | None:
    """Who is seen: whoever was away too long, else mostly the lead."""
    if not stage.cast or motif in {"seed", "last"}:
        return None
    missing = _missing_too_long(stage, moment)
    if missing is not None:
        return missing
    if motif == "hook":
        return stage.cast[0] if body_of(stage.cast[0]) in DOES_WHAT_PEOPLE_DO else None
    if purpose == "abstract" or (purpose == "establishing" and not moment.first):
        return None
    if purpose == "establishing" or (
        purpose == "detail" and stage.dice.roll("hands", moment.slot.id) < 0.5
    ):
        return None
    return _weighted_actor(stage, moment, purpose)


def _weighted_actor(stage: Stage, moment: Moment, purpose: str) -> Character:
    """The lead mostly; the others share the rest. Only a human face performs a sung line."""
    pool = stage.cast
    if purpose == "performance" and _sung(moment.slot):
        pool = tuple(one for one in stage.cast if can_sing(one)) or stage.cast
    others = (1 - LEAD_SHARE) / max(1, len(pool) - 1)
    weights = {one.id: (LEAD_SHARE if n == 0 else others) for n, one in enumerate(pool)}
    chosen = stage.dice.weighted(weights, "actor", moment.slot.id)
    return next(one for one in pool if one.id == chosen)


def _missing_too_long(stage: Stage, moment: Moment) -> Character | None:
    """A main character whose absence would pass the limit if this slot did not show them."""
    limit_s = library.limits().seen_every_s
    horizon_s = moment.following.end_s if moment.following else moment.slot.end_s
    for one in stage.cast[:2]:
        since_s = stage.seen_s.get(one.id)
        if since_s is not None and horizon_s - since_s > limit_s:
            return one
    return None


def _action(stage: Stage, scene: Scene, motif: str) -> str:
    if motif == "hook":
        return hook_for(scene, stage.hooks)
    if motif == "last":
        return filled(stage.look.motif.last, scene)
    if motif == "seed" and scene.purpose == "detail":
        stage.seeds += 1
        return stage.look.motif.seeds[stage.seeds - 1]
    return action_for(scene, stage.script)


def _framing(stage: Stage, moment: Moment, told: tuple[str, str], opening: bool) -> dict[str, Any]:
    """Size, angle, movement, lens and cut for a purpose and what is done."""
    purpose, action = told
    following = stage.kept(moment.following.id) if moment.following else None
    kept = kept_fields(following) if following else frozenset()
    setup = Setup(
        slot=moment.slot,
        part=moment.stretch.part,
        purpose=purpose,
        wide=opening,
        action=action,
        next_movement=following.movement if following and "movement" in kept else "",
        next_sizes=(following.size,) if following and "size" in kept else (),
    )
    size = size_for(setup, stage.reel, stage.dice)
    movement, speed = movement_for(setup, stage.reel, stage.dice)
    return {
        "size": size,
        "angle": angle_for(size, setup, stage.dice),
        "movement": movement,
        "speed": speed,
        "lens": lens_for(size, setup, stage.dice),
        "transition": transition_for(setup, (moment.first, moment.last, moment.opens), stage.dice),
    }


def _light(stage: Stage, moment: Moment, someone: bool) -> str:
    """One light a place and hour, bent by the part of the song; it fits who is in the frame."""
    lighting, site = library.lighting(), moment.site
    hours = lighting.hours[site.place.setting if site.place else "open"]
    base = stage.dice.one_of(hours.get(site.hour, hours["day"]), "light", site.location.id)
    bends = lighting.bends[moment.stretch.part]["someone" if someone else "nobody"]
    bend = stage.dice.one_of(bends, "bend", moment.stretch.part, moment.stretch.number)
    return f"{base}, {bend}"


def _sung(slot: Slot) -> bool:
    return bool(slot.lyric.strip())


def _cue(lyric: str) -> str:
    """The beginning of the sung words, cut between words."""
    line = " ".join(lyric.split())
    return line if len(line) <= CUE_LETTERS else line[:CUE_LETTERS].rsplit(" ", 1)[0] + " …"
