"""What the job engine costs and how soon it works: ``python tests/bench/engine.py [IDLE_S]``.

Prints one figure a line: CPU of an idle engine, a start to its first unit, a restart after a kill
to its first unit, the engine's own time per unit, and memory with 40 units in flight.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import psutil

sys.path.insert(0, str(Path(__file__).parents[2]))

from pipeline.jobs.engine import Engine, EngineOptions
from pipeline.jobs.protocol import Reporter, StageSpec, UnitResult

PROJECT = "project-of-the-bench"
SETTLE_S = 4.0
IN_FLIGHT = 40
MANY = 200


class Waiting:
    """One stage on the clips queue; the goal says how many units of how many seconds."""

    def __init__(self, home: Path) -> None:
        self.log = home / "bench.log"

    def stages(self, goal: str) -> tuple[StageSpec, ...]:
        return (StageSpec(name=goal, queue="clips"),)

    def units(self, project_id: str, stage: str, selection: tuple[str, ...]) -> tuple[str, ...]:
        return tuple(f"unit{number}" for number in range(int(stage.split(":")[0])))

    def run_unit(self, project_id: str, stage: str, unit: str, report: Reporter) -> UnitResult:
        with self.log.open("a") as file:
            file.write(json.dumps([stage, unit, time.time()]) + "\n")
        length_s, began = float(stage.split(":")[1]), time.monotonic()
        while (spent := time.monotonic() - began) < length_s:
            report.progress(spent / length_s)
            time.sleep(0.2)
        return UnitResult(hit=False, seconds=length_s)

    def began(self) -> list[float]:
        """Moments at which units began, oldest first."""
        if not self.log.exists():
            return []
        return [json.loads(line)[2] for line in self.log.read_text().splitlines()]


def first_after(work: Waiting, moment: float) -> float:
    """Seconds from a moment until a unit began."""
    give_up = time.monotonic() + 60
    while time.monotonic() < give_up:
        after = [at - moment for at in work.began() if at > moment]
        if after:
            return after[0]
        time.sleep(0.02)
    raise SystemExit("no unit began within a minute")


def idle_percent(seconds: float) -> float:
    """CPU of this process in per cent of one core."""
    wall, cpu = time.monotonic(), time.process_time()
    time.sleep(seconds)
    return 100 * (time.process_time() - cpu) / (time.monotonic() - wall)


def serve(home: Path) -> None:
    """A process that only works, to be killed."""
    Engine(home, None, Waiting(home)).launch()
    signal.pause()


def restart_s(home: Path, work: Waiting, engine: Engine) -> float:
    """Seconds from starting a process anew, after ``kill -9``, to its first unit."""
    command = [sys.executable, __file__, "serve", str(home)]
    run_id = engine.start(PROJECT, "4:60")
    process = subprocess.Popen(command)
    first_after(work, time.time())
    process.kill()
    process.wait()
    moment = time.time()
    process = subprocess.Popen(command)
    seconds = first_after(work, moment)
    process.kill()
    process.wait()
    engine.cancel(run_id)
    return seconds


def measure(home: Path, idle_s: float) -> dict[str, float]:
    """All figures, by name."""
    work = Waiting(home)
    client = Engine(home, None, work)
    figures = {"restart to first unit, s": restart_s(home, work, client)}
    client.close()
    engine = Engine(home, None, work, EngineOptions())
    engine.launch()
    time.sleep(SETTLE_S)
    figures["idle CPU, % of a core (at most 2)"] = idle_percent(idle_s)
    moment = time.time()
    run_id = engine.start(PROJECT, f"{IN_FLIGHT}:6")
    figures["start to first unit, s"] = first_after(work, moment)
    time.sleep(3)
    memory = psutil.Process().memory_info().rss / 1e6
    figures[f"memory with {IN_FLIGHT} units in flight, MB (at most 400)"] = memory
    engine.wait(run_id, 60)
    cpu = time.process_time()
    engine.wait(engine.start(PROJECT, f"{MANY}:0"), 120)
    figures["engine's own CPU per unit, ms"] = 1000 * (time.process_time() - cpu) / MANY
    engine.close()
    return figures


def main() -> None:
    if sys.argv[1:2] == ["serve"]:
        serve(Path(sys.argv[2]))
        return
    idle_s = float(sys.argv[1]) if len(sys.argv) > 1 else 20.0
    with tempfile.TemporaryDirectory() as folder:
        for name, value in measure(Path(folder), idle_s).items():
            print(f"{name:52s} {value:8.2f}")
    print(f"{'cores':52s} {os.cpu_count():8d}")


if __name__ == "__main__":
    main()
