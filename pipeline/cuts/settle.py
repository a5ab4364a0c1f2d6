"""Cuts found anew at once, for decisions that a person waits for.

The partition takes milliseconds, so a change of pace does not have to wait for a worker once the
song was heard. Its result goes to the store under the same key that a worker would use.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from pipeline import stage
from pipeline.bench import StoreBench
from pipeline.project import Project, changed
from pipeline.stages.slots import SLOTS, SlotPlan

if TYPE_CHECKING:
    from pipeline.workshop import Workshop


def found_cuts(studio: Workshop, project: Project) -> SlotPlan | None:
    """The analysis's own cuts for these decisions; None while the song was not heard.

    Locked cuts among the project's stay.
    """
    look = studio.derivation(project)
    if look.analysis is None or look.lyrics is None:
        return None
    bench = StoreBench(studio.store)
    try:
        return stage.run(SLOTS, look.slot_inputs, studio.store, bench).value
    finally:
        bench.close()


def recut(studio: Workshop, project: Project, **fields: object) -> Project:
    """A copy with some fields replaced and its cuts found anew around the locked ones.

    Without locked cuts the decision is left to the analysis, and follows it from now on.
    """
    fresh = changed(project, **fields)
    kept = tuple(cut for cut in project.cuts or () if cut.locked)
    plan = found_cuts(studio, changed(fresh, cuts=kept or None))
    return changed(fresh, cuts=plan.cuts if plan and kept else None)
