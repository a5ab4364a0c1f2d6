"""How a project is made: goals, their stages, the units of each, and how one unit is done.

The engine asks in this order and knows nothing of music. Every answer comes from a fresh look at
the project and the store, so a unit that runs again after a crash finds what it had stored.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from time import perf_counter
from typing import TYPE_CHECKING, Any

from pipeline import stage
from pipeline.buying.direction import (
    chosen_slots,
    proposal,
    remember_choice,
    unplanned,
    written,
)
from pipeline.buying.hearing import heard, transcribe
from pipeline.derivation import Derivation
from pipeline.errors import BadInput, StaleEdit
from pipeline.goals import (
    FILM,
    GOALS,
    SONG,
    SOUND_UNIT,
    SPECS,
    ask_for_plan,
    is_analysed,
    is_planned,
    one_unit,
    pictures_wanted,
    piece_keys,
    piece_ready,
    plan_units,
    slot_ids,
    subjects,
)
from pipeline.housekeeping import check_space
from pipeline.jobs.protocol import Reporter, StageSpec, UnitResult
from pipeline.lyrics.align import ALIGN
from pipeline.model import Frozen, ScenePlan
from pipeline.planning.filling import filled
from pipeline.planning.proposing import inputs_for, proposed
from pipeline.project import Project, changed
from pipeline.stage import NotYet, Stage
from pipeline.stages.analyze import ANALYZE, LISTEN
from pipeline.stages.compose import COMPOSE, PIECE, SOUND, pieces_of, plan
from pipeline.stages.generate import PREVIEW
from pipeline.stages.locate import LOCATE
from pipeline.stages.plan import PLAN
from pipeline.stages.poster import POSTER, poster_of, poster_of_film
from pipeline.stages.reference import REFERENCE
from pipeline.stages.slots import SLOTS
from pipeline.stages.viewing_copy import LARGE_BYTES, VIEWING_COPY, copy_of
from pipeline.staleness import Latest

if TYPE_CHECKING:
    from pipeline.workshop import Workshop


@dataclass(frozen=True)
class Task:
    """One unit at work: the derivation that it belongs to and its line to the people."""

    derivation: Derivation
    unit: str
    report: Reporter

    @property
    def project(self) -> Project:
        return self.derivation.project


@dataclass(frozen=True)
class Maker:
    """A stage as the studio makes it; ``make`` says whether it found its result after all.

    Where a unit may have to wait for a person, ``make`` answers with that instead.
    """

    units: Callable[[Derivation, tuple[str, ...]], tuple[str, ...]]
    ready: Callable[[Derivation, str], bool]
    make: Callable[[Task], bool | UnitResult]


class StudioWork:
    """Implements :class:`pipeline.jobs.protocol.Work` over the open studio."""

    def __init__(self, studio: Workshop) -> None:
        self._studio = studio
        self._latest = Latest(studio.notes)
        self._makers = {
            "analysis": Maker(one_unit(SONG), is_analysed, self._analyse),
            "transcript": Maker(
                one_unit(SONG), lambda d, _: heard(studio, d.project), self._transcribe
            ),
            "located": Maker(one_unit(SONG), lambda d, _: d.located is not None, self._locate),
            "words": Maker(one_unit(SONG), lambda d, _: d.lyrics is not None, self._align),
            "slots": Maker(one_unit(SONG), lambda d, _: bool(d.slots), self._cut),
            "plan": Maker(plan_units, is_planned, self._plan),
            "writing": Maker(one_unit(FILM), is_planned, self._write),
            "proposal": Maker(
                lambda _d, chosen: (remember_choice(studio.notes, chosen),),
                lambda _d, _u: False,
                self._propose,
            ),
            "references": Maker(subjects, lambda d, u: bool(d.pictures.still(u)), self._draw),
            "pictures": Maker(pictures_wanted, self._picture_ready, self._picture),
            "previews": Maker(slot_ids, lambda d, u: bool(d.preview(u)), self._preview),
            "clips": Maker(
                lambda d, chosen: studio.buying.units(d, chosen),
                lambda d, u: studio.buying.ready(d, u),
                lambda task: studio.buying.make(task),
            ),
            "pieces": Maker(piece_keys, piece_ready, self._piece),
            "film": Maker(one_unit(FILM), lambda d, _: bool(d.film), self._compose),
        }

    def stages(self, goal: str) -> tuple[StageSpec, ...]:
        if goal not in GOALS:
            raise BadInput(f"{goal!r} is no goal.", f"Choose one of {', '.join(GOALS)}.")
        return tuple(SPECS[name] for name in GOALS[goal])

    def units(self, project_id: str, stage: str, selection: tuple[str, ...]) -> tuple[str, ...]:
        with _changes_in_words():
            return self._makers[stage].units(self._look(project_id), selection)

    def ready(self, project_id: str, stage: str, units: tuple[str, ...]) -> tuple[str, ...]:
        look, maker = self._look(project_id), self._makers[stage]
        with _changes_in_words():
            return tuple(unit for unit in units if maker.ready(look, unit))

    def run_unit(self, project_id: str, stage: str, unit: str, report: Reporter) -> UnitResult:
        began = perf_counter()
        task = Task(self._look(project_id), unit, report)
        maker = self._makers[stage]
        with _changes_in_words():
            made = maker.ready(task.derivation, unit) or maker.make(task)
        if isinstance(made, UnitResult):
            return made
        return UnitResult(hit=made, seconds=perf_counter() - began)

    def _look(self, project_id: str) -> Derivation:
        return self._studio.derivation(self._studio.library.load(project_id))

    def _compute(self, made_by: Stage[Any, Any], inputs: Frozen, report: Reporter) -> Any:
        """Have a stage computed by another process; the result lies in the store afterwards."""
        check_space(self._studio.settings.home)
        output = self._studio.pool.run_stage(made_by.name, inputs, report)
        return made_by.output.model_validate(output)

    def _analyse(self, task: Task) -> bool:
        look = task.derivation
        if look.heard is None:
            self._compute(LISTEN, look.listen_inputs, task.report)
        look = self._look(task.project.id)
        if look.analysis is None:
            self._compute(ANALYZE, look.analyze_inputs, task.report)
        return False

    def _transcribe(self, task: Task) -> bool:
        transcribe(self._studio, task.project, task.report)
        return False

    def _locate(self, task: Task) -> bool:
        inputs = task.derivation.locate_inputs
        if not inputs.lines:
            raise BadInput(
                "There are no words to be found: paste the lyrics first.",
                "This part times words that it is given; it hears none by itself.",
            )
        self._compute(LOCATE, inputs, task.report)
        return False

    def _align(self, task: Task) -> bool:
        self._compute(ALIGN, task.derivation.align_inputs, task.report)
        return False

    def _cut(self, task: Task) -> bool:
        self._compute(SLOTS, task.derivation.slot_inputs, task.report)
        return False

    def _plan(self, task: Task) -> bool:
        """Plan for nothing, on the way to something else: a plan is bought only when asked for."""
        look = task.derivation
        self._refuse_silence(look)
        if task.project.planner == "openai":
            raise ask_for_plan(look)
        found = look.find(PLAN, look.plan_inputs)
        self._accept(task, found or self._compute(PLAN, look.plan_inputs, task.report))
        return found is not None

    def _write(self, task: Task) -> bool:
        """Plan as the person asked: by the language model, where one was chosen."""
        if task.project.planner != "openai":
            return self._plan(task)
        look = task.derivation
        self._refuse_silence(look)
        wanted = inputs_for(look.plan_inputs, look.plan, unplanned(look), take=1)
        self._accept(task, written(self._studio, task.project, wanted, task.report))
        return False

    def _accept(self, task: Task, made: ScenePlan) -> None:
        slots = task.derivation.slots

        def accept(project: Project) -> Project:
            return changed(project, plan=filled(project.plan, made, slots))

        self._studio.library.change(task.project.id, None, "Plan the shots", accept)

    def _refuse_silence(self, look: Derivation) -> None:
        """Silence is heard as it is, but there is no film to be made of it."""
        peaks = look.analysis.peaks if look.analysis else None
        if peaks is not None and not any(self._studio.path(peaks).read_bytes()):
            raise BadInput("The song is silent from end to end.", "Choose a file with sound.")

    def _propose(self, task: Task) -> bool:
        chosen = chosen_slots(self._studio.notes, task.unit)
        inputs = task.derivation.plan_inputs
        new = proposal(self._studio, task.project, inputs, chosen, task.report)
        self._studio.library.change(
            task.project.id, None, "A new plan was proposed", lambda one: proposed(one, new)
        )
        return False

    def _draw(self, task: Task) -> bool:
        self._compute(REFERENCE, task.derivation.pictures.reference_inputs(task.unit), task.report)
        return False

    def _picture_ready(self, look: Derivation, unit: str) -> bool:
        if look.project.image_model:
            return self._studio.illustrating.ready(look, unit)
        return bool(look.pictures.still(unit))

    def _picture(self, task: Task) -> bool | UnitResult:
        if task.project.image_model:
            return self._studio.illustrating.make(task)
        if task.unit in task.derivation.pictures.frames:
            raise BadInput(
                "Start frames are drawn by an image model, and none is chosen.",
                "Choose who draws the pictures, or bring a picture of your own.",
            )
        return self._draw(task)

    def _preview(self, task: Task) -> bool:
        inputs = task.derivation.preview_inputs(task.unit)
        clip = self._compute(PREVIEW, inputs, task.report)
        self._compute(POSTER, poster_of(clip), task.report)
        self._latest.remember(task.project.id, "previews", task.unit, inputs, clip)
        return False

    def _piece(self, task: Task) -> bool:
        compose = task.derivation.compose_inputs
        if task.unit == SOUND_UNIT:
            self._compute(SOUND, plan(compose).sound, task.report)
            return False
        wanted = {stage.key_of(PIECE, piece): piece for piece in pieces_of(compose)}
        if task.unit in wanted:
            self._compute(PIECE, wanted[task.unit], task.report)
        return False

    def _compose(self, task: Task) -> bool:
        look = task.derivation
        film = self._compute(COMPOSE, look.film_inputs, task.report)
        self._compute(POSTER, poster_of_film(film), task.report)
        if self._studio.settings.hosted and film.blob.bytes > LARGE_BYTES:
            self._compute(VIEWING_COPY, copy_of(film), task.report)
        self._latest.remember(task.project.id, FILM, FILM, look.compose_inputs, film)
        return False


@contextmanager
def _changes_in_words() -> Iterator[None]:
    """An edit may take away, in mid-run, what an earlier stage of the run had made."""
    try:
        yield
    except NotYet as missing:
        raise StaleEdit(
            f"The project was changed while it was being made, and the {missing} came to be"
            " missing.",
            "Start it again: what is finished is kept.",
        ) from missing
