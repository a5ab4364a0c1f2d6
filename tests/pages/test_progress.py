"""What the header says of a run that ended: causes together, clips by the names of their shots."""

from __future__ import annotations

from pages.parts import progress
from pipeline.jobs.state import RunningUnit, RunState, StageState, UnitFailure

NAMES = {f"slot{number}": f"Shot {number}" for number in range(1, 13)}


def run_with(failures: list[UnitFailure]) -> RunState:
    stage = StageState(
        name="clips",
        done=0,
        total=12,
        running=(),
        hits=0,
        misses=0,
        seconds=0.0,
        failures=tuple(failures),
    )
    return RunState(
        run_id="r",
        project_id="p",
        goal="clips",
        state="failed",
        created_at=0.0,
        started_at=0.0,
        finished_at=1.0,
        stages=(stage,),
        percent=100.0,
        eta_s=None,
    )


def refusal(number: int, message: str = "The model is <gone>.") -> UnitFailure:
    return UnitFailure(
        unit=f"slot{number}/1", message=message, way_out="Choose another.", kind="RequestRefused"
    )


def test_many_clips_stopped_by_one_cause_are_one_line() -> None:
    html = progress.outcome(run_with([refusal(number) for number in range(1, 13)]), NAMES)
    assert html.count("<p>") == 1
    assert "<b>12 clips:</b>The model is &lt;gone&gt;. Choose another." in html
    assert "slot1" not in html


def test_a_few_are_named_by_their_shots() -> None:
    html = progress.outcome(run_with([refusal(2), refusal(5), refusal(7, "Refused.")]), NAMES)
    assert "<b>Shots 2, 5:</b>" in html
    assert "<b>Shot 7</b>Refused." in html


def test_work_that_an_edit_overtook_is_not_called_failed() -> None:
    changed = UnitFailure(unit="film", message="Changed.", way_out="Again.", kind="StaleEdit")
    run = run_with([changed])

    assert "Decisions changed" in progress.outcome(run, NAMES)
    assert "failed" not in progress.outcome(run, NAMES)
    assert progress.step_states(run) == {}


def test_an_edit_does_not_hide_what_failed_besides() -> None:
    changed = UnitFailure(unit="film", message="Changed.", way_out="Again.", kind="StaleEdit")
    run = run_with([changed, refusal(1)])

    assert "Choose another." in progress.outcome(run, NAMES)
    assert "failed" in progress.step_states(run).values()


def making(*units: RunningUnit, percent: float, eta_s: float | None = None) -> RunState:
    run = run_with([])
    stage = run.stages[0].model_copy(update={"running": units})
    state = {"state": "running", "stages": (stage,), "percent": percent, "eta_s": eta_s}
    return run.model_copy(update=state)


def running(number: int, fraction: float, note: str) -> RunningUnit:
    return RunningUnit(unit=f"slot{number}/1", fraction=fraction, note=note, started_at=0.0)


def test_a_clip_that_takes_longer_than_usual_promises_neither_a_share_nor_a_second() -> None:
    late = running(1, 0.95, "longer than usual (usually 40 to 90 s)")

    html = progress.under_way(making(late, percent=99.7), NAMES)

    assert "Shot 1 longer than usual (usually 40 to 90 s)" in html
    assert "<span>longer than usual</span>" in html
    assert " left" not in html
    assert " %<" not in html
    assert "100" not in html.replace('aria-valuemax="100"', "")


def test_nothing_is_whole_before_it_has_landed() -> None:
    nearly = running(1, 1.0, "fetching")

    html = progress.under_way(making(nearly, percent=99.99, eta_s=1.0), NAMES)

    assert "99 %" in html
    assert "100 %" not in html
    assert " left" not in html


def test_what_has_not_begun_shows_no_share() -> None:
    waits = running(2, 0.0, "waiting for Replicate: 12 s")

    assert "<em>Shot 2 waiting for Replicate: 12 s </em>" in progress.under_way(
        making(waits, percent=40.0, eta_s=60.0), NAMES
    )
