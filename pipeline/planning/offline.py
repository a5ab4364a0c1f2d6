"""The offline planner: a whole film on paper from knowledge, brief and song, without a network.

It is deterministic: the same inputs give the same plan; ``take + 1`` gives another one.
"""

from __future__ import annotations

from pipeline.knowledge import library
from pipeline.model import Character, ScenePlan
from pipeline.planning.acting import Script, body_of, place_within, within
from pipeline.planning.beats import tell_the_brief
from pipeline.planning.casting import wants_nobody
from pipeline.planning.completing import cast_of, said_of
from pipeline.planning.dice import Dice
from pipeline.planning.inputs import PlanInputs
from pipeline.planning.parts import stretches
from pipeline.planning.scouting import Site, site_per_stretch, sites_for
from pipeline.planning.staging import Stage, moments_of, staged
from pipeline.planning.styling import Look, look_of, style_of, treatment_of

OFFLINE = "offline"


def plan_offline(inputs: PlanInputs) -> ScenePlan:
    """A complete plan with exactly one shot per slot.

    Args:
        inputs: The song's facts, slots, brief and what is to be kept. No slots, no shots.
    """
    dice = Dice(
        "\x1f".join((inputs.brief, inputs.style.words, inputs.mood.label, str(inputs.take)))
    )
    look = look_of(inputs, dice)
    cast, remarks = _cast(inputs, look, dice)
    parts = stretches(inputs.slots)
    sites = sites_for(inputs, look, dice)
    per_part = site_per_stretch(parts, sites)
    stage = Stage(inputs, look, dice, cast, Script(dice))
    shots = tell_the_brief(staged(stage, moments_of(parts, per_part)), inputs, cast)
    used = {shot.location_id for shot in shots} | {place.id for place in inputs.locations}
    return ScenePlan(
        treatment=treatment_of(
            look,
            _marks(look, cast, sites),
            inputs.brief,
            cast[:1] != () and body_of(cast[0]) == "group",
        ),
        style=style_of(inputs, look),
        characters=cast,
        locations=tuple(site.location for site in sites if site.location.id in used),
        shots=shots,
        planner=OFFLINE,
        remarks=remarks,
    )


def _cast(
    inputs: PlanInputs, look: Look, dice: Dice
) -> tuple[tuple[Character, ...], tuple[str, ...]]:
    """Kept characters, then the brief's, then, when there is nobody, one suggestion."""
    kept = inputs.characters
    known = {one.description.strip().casefold() for one in kept} | {one.id for one in kept}
    named = tuple(
        one
        for one in cast_of(inputs.brief)
        if one.description.strip().casefold() not in known and one.id not in known
    )
    if kept:
        return kept, _left_out(named)
    if named:
        return named, said_of(named)
    if wants_nobody(inputs.brief):
        return (), ("The brief wants nobody in the picture: places and things carry the film.",)
    lead = _suggested(look, dice)
    return (lead,), (
        f"The brief names nobody, so the planner suggests {lead.name}. "
        "Change or remove this character on the Plan or Cast page.",
    )


def _left_out(named: tuple[Character, ...]) -> tuple[str, ...]:
    if not named:
        return ()
    names = ", ".join(one.name for one in named)
    return (f"The brief also speaks of {names}; the cast was left as it is.",)


def _suggested(look: Look, dice: Dice) -> Character:
    wanted = dice.one_of(look.genre.casts, "lead")
    lead = next(one for one in library.leads() if one.id == wanted)
    words = lead.description
    return Character(
        id=lead.id, name=lead.name, description=words, proposed=words, role="lead (suggested)"
    )


def _marks(look: Look, cast: tuple[Character, ...], sites: tuple[Site, ...]) -> dict[str, str]:
    names = [place_within(site.location.name) for site in sites]
    return {
        "who": within(cast[0].name) if cast else look.motif.thing,
        "first": names[0],
        "hook": names[1 % len(names)],
        "turn": names[2 % len(names)],
        "motif": look.motif.thing,
    }
