"""Plan: the song's facts and a brief become a scene plan.

In: :class:`PlanInputs` (facts, slots, brief, what is locked). Out: a ScenePlan with exactly one
shot per slot. The unit of work is the whole plan: variety and continuity bind all its shots.
It cannot fail on any text; without slots it has no shots.

Plans by a language model are not derived but written: they are decisions, stored in the project
(see ``pipeline.planning.llm``).
"""

from __future__ import annotations

from pipeline.model import ScenePlan
from pipeline.planning.inputs import PlanInputs
from pipeline.planning.offline import plan_offline
from pipeline.stage import Stage, Workbench

__all__ = ["PLAN", "PlanInputs"]

VERSION = 3


def _run(inputs: PlanInputs, bench: Workbench) -> ScenePlan:
    bench.progress(0.0, "planning")
    return plan_offline(inputs)


PLAN: Stage[PlanInputs, ScenePlan] = Stage("plan", VERSION, PlanInputs, ScenePlan, _run)
