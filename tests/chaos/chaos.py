"""Kill the studio at random instants while it buys, and count what was paid twice, lost or over.

Real processes, a real database, a fake vendor that accepts and hangs up and whose list lags. The
vendor keeps its clips back until enough was killed, so every kill meets work.

    python tests/chaos/chaos.py                   every mode: 200 kills, 5 songs of 40 clips
    python tests/chaos/chaos.py --kills 5 --clips 10 --songs 1 --mode two
    python tests/chaos/chaos.py --mode postgres --database postgresql://...

Modes: ``one`` process on SQLite; ``two`` on one home; ``postgres``, a client and two workers;
``stuck``, the same, where every other blow stops a worker without ending it, and some come back
minutes later. A killed process never returns: the next one is another to the engine, and takes
its clips over.
"""

# ruff: noqa: E402  (the checkout is not installed, so its folders are named first)

from __future__ import annotations

import argparse
import json
import os
import random
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2]
sys.path[:0] = [str(ROOT), str(ROOT / "tests" / "fakes")]

from replicate_server import FakeReplicate, Manners

from pipeline import database
from pipeline.buying.shop import Shop
from pipeline.jobs.engine import Engine, EngineOptions
from pipeline.jobs.reconcile import Patience
from pipeline.model import Cut, FilmFormat, Location, ScenePlan, Shot, Style, Treatment
from pipeline.project import Excerpt, ModelChoice, changed
from pipeline.settings import Settings
from pipeline.studio import Studio

MODEL = "kling-2.5-turbo-pro"
PRICE_USD_MICRO = 350_000
LAG_S = 2.0
LONGEST_SLOT_S = 2.0
KEPT_BACK_S = 3600.0
PACE = 0.95
MOST_STOPPED = 3
WIDTH = {"compute": 2, "clips": 8, "text": 2, "images": 2}
MODES = ("one", "two", "postgres", "stuck")
QUICK = Patience(
    post_s=3.0, lag_s=4.0, apart_s=1.0, look_s=0.5, poll_s=0.5, tick_s=0.2, backoff_s=0.5
)


@dataclass(frozen=True)
class Toll:
    """What a run of blows did. All from ``paid_twice`` to ``incomplete_films`` has to be zero.

    ``stops`` are those blows, among the kills, that left a process standing without a sign of
    life; ``adopted`` counts orders whose answer was lost and that were found in the list.
    """

    mode: str
    kills: int
    stops: int
    clips: int
    creations: int
    adopted: int
    paid_twice: int
    orphans: int
    lost: int
    over_budget: int
    open_books: int
    incomplete_films: int
    seconds: float

    @property
    def clean(self) -> bool:
        return (
            not (self.paid_twice + self.orphans + self.lost + self.over_budget + self.open_books)
            and not self.incomplete_films
        )


def open_for(home: Path, database_url: str | None, work_here: bool) -> Studio:
    """A studio that loses patience sooner than a real one."""
    database.IDLE_IN_TRANSACTION_MS = 4000
    settings = Settings(home=home, workers=2, database_url=database_url)
    studio = Studio(settings, work_here=False)
    studio.__dict__["shop"] = Shop(studio, patience=QUICK)
    options = EngineOptions(width=WIDTH, database=studio.database, sweep_s=2.0, lease_s=10.0)
    studio.engine = Engine(home, database_url, studio.work, options)
    if work_here:
        studio.engine.launch()
    return studio


def serve(home: Path, database_url: str | None) -> None:
    """One process of the studio, until it is killed."""
    open_for(home, database_url, work_here=True)
    while True:
        time.sleep(60)


class Chaos:
    """One experiment.

    Args:
        home: An empty folder.
        chosen: The command line's options.
        fake: The vendor.
    """

    def __init__(self, home: Path, chosen: argparse.Namespace, fake: FakeReplicate) -> None:
        self.home, self.chosen, self.fake = home, chosen, fake
        self.studio = open_for(home, chosen.database, work_here=False)
        self.projects = [self._project(number) for number in range(chosen.songs)]
        self.workers: list[subprocess.Popen[bytes]] = []
        self.random = random.Random(chosen.seed)
        self.stopped: list[subprocess.Popen[bytes]] = []
        self.kills = self.stops = 0

    def run(self) -> Toll:
        """Start, kill until enough, let it finish, count."""
        began = time.monotonic()
        runs = [self.studio.start(project, "clips") for project in self.projects]
        self._tend()
        while self.kills < self.chosen.kills and self._active(runs):
            self._pace()
            time.sleep(self.random.uniform(*self.chosen.every))
            self._strike()
            self._tend()
        self._let_go()
        self._finish(runs)
        films = [self.studio.start(project, "film") for project in self.projects]
        self._finish(films)
        toll = self._count(time.monotonic() - began)
        for worker in (*self.workers, *self.stopped):
            self._kill(worker)
        self.studio.close()
        return toll

    def _pace(self) -> None:
        """Keep clips back while more of them than of the kills are behind us."""
        wanted = self.chosen.clips * self.chosen.songs
        ahead = self.fake.delivered / wanted > PACE * self.kills / self.chosen.kills
        self.fake.manners.seconds = KEPT_BACK_S if ahead else self.chosen.seconds
        if not ahead:
            self.fake.hasten(self.chosen.seconds)

    def _let_go(self) -> None:
        self.fake.manners.seconds = self.chosen.seconds
        self.fake.hasten(self.chosen.seconds)

    def _project(self, number: int) -> str:
        """The demo song cut into so many slots, each with a shot of its own."""
        project = self.studio.create_demo()
        song, count = project.song, self.chosen.clips
        assert song is not None
        step_s = min(LONGEST_SLOT_S, song.duration_s / count)
        cuts = tuple(
            Cut(id=f"slot{index:03d}", time_s=round(index * step_s, 3)) for index in range(count)
        )
        shots = tuple(_shot(number, cut.id) for cut in cuts)
        plan = ScenePlan(
            treatment=Treatment(),
            style=Style(),
            shots=shots,
            locations=(Location(id="sea", name="Sea", description="a grey sea under low cloud"),),
        )

        def settle(one: Any) -> Any:
            return changed(
                one,
                cuts=cuts,
                plan=plan,
                format=FilmFormat(height=144),
                excerpt=Excerpt(end_s=round(step_s * count, 3)),
                captions=False,
                model=ModelChoice(model=MODEL),
            )

        self.studio.change(project.id, project.revision, "Chaos", settle)
        self.studio.spending.set_limit(project.id, PRICE_USD_MICRO * count)
        return project.id

    def _tend(self) -> None:
        """Keep as many processes alive as the mode has."""
        self.workers = [one for one in self.workers if one.poll() is None]
        wanted = 1 if self.chosen.mode == "one" else 2
        while len(self.workers) < wanted:
            self.workers.append(self._spawn())

    def _spawn(self) -> subprocess.Popen[bytes]:
        environment = {
            **os.environ,
            "REPLICATE_BASE_URL": self.fake.url,
            "REPLICATE_API_TOKEN": "r8_chaos",
            "STUDIO_DOWNLOAD_HOSTS": self.fake.host,
        }
        command = [sys.executable, __file__, "--serve", str(self.home)]
        if self.chosen.database:
            command += ["--database", self.chosen.database]
        return subprocess.Popen(command, env=environment)

    def _strike(self) -> None:
        """Kill a worker or, every other time where the mode says so, stop it in its tracks."""
        if not self.workers:
            return
        worker = self.random.choice(self.workers)
        self.kills += 1
        if self.chosen.mode != "stuck" or self.kills % 2:
            self._kill(worker)
            return
        worker.send_signal(signal.SIGSTOP)
        self.stops += 1
        self.workers.remove(worker)
        self.stopped.append(worker)
        if len(self.stopped) > MOST_STOPPED:
            self._end_one_stopped()

    def _end_one_stopped(self) -> None:
        """Let the one that stood longest come back, and live on or die a moment later."""
        oldest = self.stopped.pop(0)
        oldest.send_signal(signal.SIGCONT)
        time.sleep(self.random.uniform(0.2, 2.0))
        self._kill(oldest)

    @staticmethod
    def _kill(worker: subprocess.Popen[bytes]) -> None:
        worker.send_signal(signal.SIGKILL)
        worker.wait()

    def _active(self, runs: Sequence[str]) -> bool:
        return any(self.studio.run_state(run).active for run in runs)

    def _finish(self, runs: Sequence[str]) -> None:
        give_up = time.monotonic() + self.chosen.patience
        while self._active(runs) and time.monotonic() < give_up:
            self._tend()
            time.sleep(0.5)
        for run in runs:
            for failure in self.studio.run_state(run).failures[:3]:
                sys.stderr.write(f"{failure.unit}: {failure.message}\n")

    def _count(self, seconds: float) -> Toll:
        paid = Counter(one.inputs["negative_prompt"] for one in self.fake.charged)
        takes = [
            take
            for project in self.projects
            for many in self.studio.takes.of_project(project).values()
            for take in many
        ]
        limit = PRICE_USD_MICRO * self.chosen.clips
        totals = [self.studio.totals(project) for project in self.projects]
        films = [self.studio.view(project).film for project in self.projects]
        wanted = self.chosen.clips * self.chosen.songs
        spent = sum(one.spent_usd_micro for one in totals)
        faults = [self.studio.ledger.faults(project) for project in self.projects]
        return Toll(
            mode=self.chosen.mode,
            kills=self.kills,
            stops=self.stops,
            clips=wanted,
            creations=self.fake.creations,
            adopted=len(self.fake.dropped),
            paid_twice=sum(count - 1 for count in paid.values()),
            orphans=len(self.fake.orphans),
            lost=wanted - sum(take.clip is not None for take in takes),
            over_budget=sum(one.spent_usd_micro > limit for one in totals),
            open_books=sum(map(len, faults))
            + (spent != PRICE_USD_MICRO * len(self.fake.charged))
            + sum(one.held_usd_micro > 0 for one in totals),
            incomplete_films=sum(film is None or bool(film.previews) for film in films),
            seconds=round(seconds, 1),
        )


def _shot(number: int, slot_id: str) -> Shot:
    """A shot that only its negative words tell from the others, so that previews are shared."""
    return Shot(
        slot_id=slot_id,
        purpose="establishing",
        size="LS",
        angle="eye",
        movement="pan",
        action="Waves break on a pier.",
        location_id="sea",
        negative=f"song {number} {slot_id}",
    )


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the experiments, print each toll as JSON and at last a table; 1 unless all are clean."""
    chosen = _options().parse_args(arguments)
    if chosen.serve:
        serve(chosen.serve, chosen.database)
    tolls = []
    for mode in MODES if chosen.mode == "all" else (chosen.mode,):
        toll = experiment(argparse.Namespace(**{**vars(chosen), "mode": mode}))
        tolls.append(toll)
        if chosen.mode == "all":
            sys.stderr.write(json.dumps(asdict(toll)) + "\n")
    sys.stdout.write(table(tolls) if chosen.mode == "all" else json.dumps(asdict(tolls[0])) + "\n")
    return 0 if all(toll.clean for toll in tolls) else 1


def experiment(chosen: argparse.Namespace) -> Toll:
    """One mode from an empty folder to its toll."""
    manners = Manners(
        seconds=chosen.seconds, drop_share=chosen.drop, listing_lag_s=LAG_S, answer_s=0.4
    )
    with (
        _database(chosen) as address,
        tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder,
        FakeReplicate(manners) as fake,
    ):
        chosen.database = address
        return Chaos(Path(folder), chosen, fake).run()


@contextmanager
def _database(chosen: argparse.Namespace) -> Iterator[str | None]:
    """The address of the mode's database: a server of its own where none is named."""
    if chosen.database or chosen.mode in ("one", "two"):
        yield chosen.database
        return
    from tests.postgres_server import running_server

    with running_server() as address:
        yield address


def table(tolls: Sequence[Toll]) -> str:
    """The tolls as lines of equal columns."""
    names = [field.name for field in fields(Toll)]
    rows = [[name.replace("_", " ") for name in names]]
    rows += [[str(getattr(toll, name)) for name in names] for toll in tolls]
    widths = [max(len(row[column]) for row in rows) for column in range(len(names))]
    lines = [
        "  ".join(cell.rjust(width) for cell, width in zip(row, widths, strict=True))
        for row in rows
    ]
    return "\n".join(lines) + "\n"


def _options() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--kills", type=int, default=200)
    parser.add_argument("--clips", type=int, default=40)
    parser.add_argument("--songs", type=int, default=5)
    parser.add_argument("--mode", choices=("all", *MODES), default="all")
    parser.add_argument("--every", type=float, nargs=2, default=(2.0, 6.0), help="seconds")
    parser.add_argument("--seconds", type=float, default=2.0, help="that a clip takes")
    parser.add_argument("--drop", type=float, default=0.15)
    parser.add_argument("--patience", type=float, default=900.0)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--database")
    parser.add_argument("--serve", type=Path, metavar="HOME")
    return parser


if __name__ == "__main__":
    sys.exit(main())
