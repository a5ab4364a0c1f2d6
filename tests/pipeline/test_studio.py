"""One small film, made once, then changed in every way that should and should not cost work."""

from collections.abc import Iterator
from pathlib import Path

import av
import pytest

from pipeline.cuts.edits import CutContext
from pipeline.cuts.edits import apply as apply_edit
from pipeline.cuts.operations import Move
from pipeline.errors import BadInput, StaleEdit
from pipeline.model import Aspect, FilmFormat, Transition
from pipeline.project import Brief, Excerpt, Project, changed
from pipeline.settings import Settings
from pipeline.studio import Studio, open_studio

pytestmark = pytest.mark.slow
SMALL = FilmFormat(height=144)


@pytest.fixture(scope="module")
def studio(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Studio]:
    studio = open_studio(Settings(home=tmp_path_factory.mktemp("home"), workers=2))
    yield studio
    studio.close()


@pytest.fixture(scope="module")
def made(studio: Studio) -> Project:
    """A project whose film of fourteen seconds was made."""
    project = studio.create_demo()
    studio.change(
        project.id,
        0,
        "Small",
        lambda one: changed(one, excerpt=Excerpt(start_s=8.0, end_s=24.0), format=SMALL),
    )
    studio.make(project.id, "film")
    return project


def misses(studio: Studio, project_id: str) -> dict[str, int]:
    state = studio.make(project_id, "film")
    return {stage.name: stage.misses for stage in state.stages if stage.misses}


@pytest.fixture
def fresh(studio: Studio, made: Project) -> Iterator[Project]:
    """The project as it was made; what a test changes is undone after it."""
    settled = len(studio.library.history(made.id).undo)
    yield studio.project(made.id)
    while studio.library.history(made.id).undo[settled:]:
        studio.undo(made.id)


def test_the_film_shows_every_slot_for_exactly_its_frames(studio: Studio, made: Project) -> None:
    view = studio.view(made.id)

    assert view.film is not None
    with av.open(str(studio.path(view.film.blob))) as film:
        assert sum(1 for _ in film.decode(video=0)) == 16 * 24
    starts = [slot.start_s for slot in view.slots]
    assert [round((start - 8) * 24) for start in starts] == list(view.film.cut_frames)
    beats = set(view.analysis.beats_s if view.analysis else ())
    assert set(starts[1:]) <= beats


def test_an_unchanged_project_does_no_work_again(studio: Studio, made: Project) -> None:
    assert misses(studio, made.id) == {}
    assert {step.state for step in studio.view(made.id).steps} == {"done"}


def test_moving_one_cut_renews_its_two_neighbours_only(studio: Studio, fresh: Project) -> None:
    view = studio.view(fresh.id)
    assert view.analysis
    beats = view.analysis.beats_s
    cut = view.cuts[2]
    target = beats[beats.index(cut.time_s) + 1]
    context = CutContext(start_s=8.0, end_s=24.0, limits=view.limits, fps=24, beats_s=beats)
    moved = apply_edit(Move(id=cut.id, time_s=target), view.cuts, context)

    studio.change(fresh.id, fresh.revision, "Move", lambda one: changed(one, cuts=moved))
    stale = [slot for slot, clip in studio.view(fresh.id).clips.items() if clip.clip is None]
    film = studio.view(fresh.id).film_state

    assert stale == [view.cuts[1].id, cut.id]
    assert film.state == "stale"
    work = misses(studio, fresh.id)
    assert work["previews"] == 2
    assert work["pieces"] <= 6


def test_undo_brings_the_old_film_back_without_work(studio: Studio, fresh: Project) -> None:
    before = studio.view(fresh.id).film
    tall = FilmFormat(aspect=Aspect.TALL, height=256)
    studio.change(fresh.id, fresh.revision, "Tall", lambda one: changed(one, format=tall))
    assert studio.view(fresh.id).film_state.state == "stale"

    studio.undo(fresh.id)

    assert studio.view(fresh.id).film == before
    assert studio.view(fresh.id).film_state.state == "done"
    assert misses(studio, fresh.id) == {}


def test_an_edited_shot_renews_its_own_clip_and_says_why(studio: Studio, fresh: Project) -> None:
    plan = fresh.plan
    assert plan is not None
    shot = plan.shots[-1].model_copy(update={"movement": "orbit", "angle": "low"})
    shots = (*plan.shots[:-1], shot)
    edited = plan.model_copy(update={"shots": shots})

    studio.change(fresh.id, fresh.revision, "Edit", lambda one: changed(one, plan=edited))
    clips = studio.view(fresh.id).clips

    stale = {slot: clip.why for slot, clip in clips.items() if clip.state == "stale"}
    assert list(stale) == [shot.slot_id]
    assert stale[shot.slot_id] == "the camera angle, the camera movement"
    assert clips[shot.slot_id].poster is not None


def test_a_changed_transition_is_really_rendered_and_keeps_the_length(
    studio: Studio, fresh: Project
) -> None:
    plan = fresh.plan
    assert plan is not None
    before = studio.view(fresh.id).film
    kinds = {Transition.CROSSFADE, Transition.CUT} - {plan.shots[2].transition}
    shot = plan.shots[2].model_copy(update={"transition": kinds.pop()})
    edited = plan.model_copy(update={"shots": (*plan.shots[:2], shot, *plan.shots[3:])})

    studio.change(fresh.id, fresh.revision, "Blend", lambda one: changed(one, plan=edited))
    assert "transition" in studio.view(fresh.id).film_state.why or (
        studio.view(fresh.id).film_state.state == "stale"
    )
    studio.make(fresh.id, "film")
    after = studio.view(fresh.id).film

    assert before is not None
    assert after is not None
    assert after.frames == before.frames
    assert after.cut_frames == before.cut_frames
    assert after.blob != before.blob


def test_another_brief_is_another_plan_only_when_the_plan_is_asked_for_anew(
    studio: Studio, fresh: Project
) -> None:
    studio.change(
        fresh.id,
        fresh.revision,
        "Brief",
        lambda one: changed(one, brief=Brief(text="A red fox crosses a frozen lake"), plan=None),
    )
    studio.make(fresh.id, "plan")
    plan = studio.view(fresh.id).plan

    assert plan is not None
    assert any("fox" in one.description.lower() for one in plan.characters)
    assert len(plan.shots) == len(studio.view(fresh.id).slots)


def test_an_edit_from_an_old_tab_is_refused(studio: Studio, made: Project) -> None:
    with pytest.raises(StaleEdit):
        studio.change(made.id, 0, "Old", lambda one: changed(one, title="Old"))


def test_two_clicks_on_one_button_are_one_run(studio: Studio, made: Project) -> None:
    assert studio.start(made.id, "film") == studio.start(made.id, "film")
    run = studio.run(made.id)
    assert run is not None
    studio.engine.wait(run.run_id, 60)


def test_an_unknown_goal_or_project_is_said_in_words(studio: Studio, made: Project) -> None:
    with pytest.raises(BadInput):
        studio.start(made.id, "world peace")
    with pytest.raises(BadInput):
        studio.start("x" * 22, "film")


def test_a_project_travels_as_a_zip_and_makes_the_same_film(
    studio: Studio, made: Project, tmp_path: Path
) -> None:
    archive = studio.files.export_zip(made.id)
    other = Studio(Settings(home=tmp_path / "elsewhere"), work_here=False)
    with archive.open("rb") as file:
        arrived = other.files.import_zip(file)
    theirs = other.derivation(arrived)
    ours = studio.derivation(studio.project(made.id))
    other.close()

    assert arrived.id != made.id
    assert arrived.plan == studio.project(made.id).plan
    assert theirs.listen_inputs == ours.listen_inputs


@pytest.mark.parametrize("name", ["otio", "edl", "fcpxml", "zip"])
def test_a_finished_film_can_be_taken_to_other_programs(
    studio: Studio, made: Project, name: str
) -> None:
    assert studio.files.export(made.id, name).stat().st_size > 200
