"""A studio made of counting: every unit appends lines to a log before and after its work.

Run as a program it is one process of that studio, to be killed by tests:
``python toy_studio.py HOME ROLE [ARGUMENT ...]`` with the roles ``serve``,
``work`` and ``start``.
"""

from __future__ import annotations

import json
import os
import sys
import time
from pathlib import Path

from pipeline.errors import ContentRefused
from pipeline.jobs.engine import Engine, EngineOptions
from pipeline.jobs.protocol import QueueName, Reporter, StageSpec, UnitResult
from pipeline.jobs.worker import run_worker

STEP_S = 0.05


class ToyWork:
    """Stages ``draw`` (may fail by unit name) and ``join``; goal ``film`` has both.

    The goal names how many units: ``film:12:0.5`` draws 12 units of half a second. Units whose
    name ends in ``!`` are refused; a goal that begins with ``strict`` cannot go on without them,
    one that begins with ``text`` draws on that queue.
    """

    def __init__(self, home: Path) -> None:
        self.log = home / "toy.log"
        self.done = home / "toy"
        self.done.mkdir(parents=True, exist_ok=True)

    def stages(self, goal: str) -> tuple[StageSpec, ...]:
        optional = not goal.startswith("strict")
        queue: QueueName = "text" if goal.startswith("text") else "clips"
        return (
            StageSpec(name=f"draw.{goal}", queue=queue, optional_units=optional),
            StageSpec(name=f"join.{goal}", queue="compute"),
        )

    def units(self, project_id: str, stage: str, selection: tuple[str, ...]) -> tuple[str, ...]:
        kind, goal = stage.split(".", 1)
        if selection and kind == "draw":
            return selection
        count = int(goal.split(":")[1]) if kind == "draw" else 1
        return tuple(f"{kind}{number}" for number in range(count))

    def run_unit(self, project_id: str, stage: str, unit: str, report: Reporter) -> UnitResult:
        self.write("begin", project_id, stage, unit)
        began = time.perf_counter()
        length_s = float(stage.split(":")[2])
        while (spent := time.perf_counter() - began) < length_s:
            report.progress(spent / length_s, "drawing")
            time.sleep(STEP_S)
        if unit.endswith("!"):
            raise ContentRefused("The picture was refused.", "Change the prompt.")
        self.write("end", project_id, stage, unit)
        if unit.endswith("??"):
            words = {"note": "In doubt.", "way_out": "Look.", "kind": "ProviderFailed"}
            return UnitResult(hit=False, seconds=length_s, state="held", **words)
        if unit.endswith("?"):
            return UnitResult(hit=False, seconds=length_s, state="held", note="Choose one.")
        return UnitResult(hit=False, seconds=length_s)

    def write(self, event: str, *parts: str) -> None:
        line = json.dumps([event, *parts, os.getpid(), time.time()]) + "\n"
        with self.log.open("a") as file:
            file.write(line)


def entries(home: Path, event: str) -> list[tuple[str, str, str]]:
    """Project, stage and unit of every ``begin`` or ``end`` line."""
    log = home / "toy.log"
    lines = log.read_text().splitlines() if log.exists() else []
    found = [json.loads(line) for line in lines]
    return [tuple(line[1:4]) for line in found if line[0] == event]


def options(sweep_s: float = 1.0) -> EngineOptions:
    width = {"compute": 2, "clips": 4, "text": 1, "images": 1}
    return EngineOptions(width=width, sweep_s=sweep_s, lease_s=3.0, silence_s=4.0)


def main() -> None:
    home, role, arguments = Path(sys.argv[1]), sys.argv[2], sys.argv[3:]
    engine = Engine(home, os.environ.get("STUDIO_DATABASE_URL"), ToyWork(home), options())
    if role == "start":
        sys.stdout.write(engine.start(arguments[0], arguments[1], tuple(arguments[2:])) + "\n")
        return
    if role == "work":
        run_worker(engine, tuple(arguments))
        return
    engine.launch(tuple(arguments) or None)
    sys.stdout.write("ready\n")
    sys.stdout.flush()
    while True:
        time.sleep(60)


if __name__ == "__main__":
    main()
