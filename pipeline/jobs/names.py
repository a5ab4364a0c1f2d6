"""Names under which work is stored in the engine's database, shared by all its processes.

Raise :data:`PROTOCOL` by hand when workflows begun by the code before could not be ended by this
code: an active run then goes on under workflows of the new protocol, from the units in its rows.
"""

from __future__ import annotations

from pipeline.jobs.protocol import QUEUES

APPLICATION = "music-video-studio"
PROTOCOL = "1"
RUN_WORKFLOW = "run_goal"
UNIT_WORKFLOW = "run_unit"
RUN_QUEUE = "runs"
ALL_QUEUES = (RUN_QUEUE, *QUEUES)
GUARDED = ("clips", "images")
"""Queues of what is bought. Their units may run twice at once: the journal buys nothing twice."""
REPEATABLE = (None, RUN_QUEUE, "compute", *GUARDED)
"""Queues whose work may run twice at once and costs nothing more; None: on no queue, as a run."""


def run_workflow_id(run_id: str) -> str:
    """The same for every process of one protocol."""
    return f"{run_id}/{PROTOCOL}"


def unit_workflow_id(run_id: str, stage: str, unit: str) -> str:
    """The same for a double click, a rerun after a crash and a second process."""
    return f"{run_workflow_id(run_id)}/{stage}/{unit}"
