"""Plans by a language model as the studio runs them: one attempt at a time, never on a guess.

A plan is text that cannot be looked up at the vendor again. When the process dies while one is
written, what it used stays booked, and only a person's next click asks anew.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from cache import Miss
from pipeline.errors import ProviderUnreachable, StudioError
from pipeline.jobs.protocol import Reporter
from pipeline.model import ScenePlan
from pipeline.notes import Notes
from pipeline.planning.directing import Links, quote_usd_micro, write_plan
from pipeline.planning.inputs import PlanInputs
from pipeline.planning.proposing import beside, inputs_for
from pipeline.project import Project
from pipeline.stage import digest_of

if TYPE_CHECKING:
    from pipeline.derivation import Derivation
    from pipeline.workshop import Workshop


def unplanned(look: Derivation) -> tuple[str, ...]:
    """Ids of the slots without a shot."""
    return tuple(slot.id for slot in look.slots if slot.id not in look.shots)


def price_of_plan(look: Derivation) -> int:
    """The most that planning what is missing costs, in micro-dollars; offline it is free.

    Raises:
        BadInput: The model's price is not known.
        NotYet: The song was not heard yet.
    """
    if look.project.planner != "openai":
        return 0
    inputs, missing = look.plan_inputs, unplanned(look)
    if not missing and look.plan is not None:
        return 0
    return quote_usd_micro(look.project, inputs_for(inputs, look.plan, missing, take=1))


def written(studio: Workshop, project: Project, inputs: PlanInputs, report: Reporter) -> ScenePlan:
    """A plan by the project's language model; see :func:`pipeline.planning.directing.write_plan`.

    Raises:
        ProviderUnreachable: An earlier attempt was cut off; it is told once.
    """
    links = Links(
        key=studio.keys.key(project.id, "OPENAI_API_KEY"),
        ledger=studio.ledger,
        index=studio.notes,
        report=report.progress,
    )
    with _one_attempt(studio.notes, project.id):
        return write_plan(project, inputs, links)


def proposal(
    studio: Workshop,
    project: Project,
    inputs: PlanInputs,
    chosen: tuple[str, ...],
    report: Reporter,
) -> ScenePlan:
    """A new plan for some slots, or for all that is not locked, beside the present one."""
    wanted = inputs_for(inputs, project.plan, chosen, take=project.revision + 2)
    return beside(project.plan, written(studio, project, wanted, report), chosen)


@contextmanager
def _one_attempt(notes: Notes, project_id: str) -> Iterator[None]:
    key = f"plan-attempt/{project_id}"
    if _exists(notes, key):
        notes.drop(key)
        raise ProviderUnreachable(
            "The last plan was cut off while it was written; what it used stays booked.",
            "Plan again if you want to pay for another one.",
        )
    notes.put(key, {"begun": True})
    try:
        yield
    except StudioError:
        notes.drop(key)
        raise
    notes.drop(key)


def _exists(notes: Notes, key: str) -> bool:
    try:
        notes.get(key)
    except Miss:
        return False
    return True


def remember_choice(notes: Notes, slot_ids: tuple[str, ...]) -> str:
    """A short name for a choice of slots, to be a unit of work."""
    name = digest_of(list(slot_ids))[:32]
    notes.put(f"choice/{name}", {"slots": list(slot_ids)})
    return name


def chosen_slots(notes: Notes, name: str) -> tuple[str, ...]:
    """The choice of slots behind a name."""
    return tuple(notes.get(f"choice/{name}")["slots"])
