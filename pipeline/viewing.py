"""Builds what pages show from a derivation: steps with their state, clips, stills, the film."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from pipeline.buying.quoting import Quoting
from pipeline.buying.takes import PREVIEW_PICK, Take, in_use
from pipeline.cast.gate import gate
from pipeline.derivation import Derivation
from pipeline.linting import findings_of
from pipeline.model import Blob, Clip, Film, Lyrics
from pipeline.money.choices import effective_choice
from pipeline.project import PREVIEW_MODEL, Project, frame_of
from pipeline.stage import NotYet, canonical
from pipeline.stages.poster import POSTER, poster_of, poster_of_film
from pipeline.stages.viewing_copy import VIEWING_COPY, copy_of
from pipeline.staleness import Latest, clip_changes, film_changes
from pipeline.views import ClipView, ProjectCard, ProjectView, StepState

if TYPE_CHECKING:
    from pipeline.workshop import Workshop

UNDER_WAY = {"ordered": "running", "running": "running", "held": "held", "failed": "failed"}
"""States of the newest take that show while the slot has no take in use."""
UNFINISHED = {
    "held": "{count} of {of} wait for your decision: {first}",
    "failed": "{count} of {of} could not be made: {first}",
    "stale": "{count} of {of}: {first} changed",
}
"""States of single clips that are the state of the step, the most pressing first."""


class Viewer:
    """Looks, and computes nothing. One a studio."""

    def __init__(self, studio: Workshop) -> None:
        self._studio = studio
        self._latest = Latest(studio.notes)
        self._quoting = Quoting(studio)
        self._cards: dict[str, tuple[tuple[int, str, str], ProjectCard]] = {}

    def forget(self) -> None:
        """Look everything up anew, as after freeing space."""
        self._cards.clear()

    def view(self, project_id: str) -> ProjectView:
        """Everything a page shows of a project."""
        project = self._studio.library.load(project_id)
        look = self._studio.derivation(project)
        takes = self._studio.buying.takes(project_id)
        clips = {slot.id: self._slot(look, slot.id, takes.get(slot.id, ())) for slot in look.slots}
        shown = (*look.pictures.subjects, *look.pictures.frames)
        stills = {one: still for one in shown if (still := look.pictures.still(one))}
        drawn = len(stills.keys() & set(look.pictures.subjects))
        song = Steps(look, clips, drawn)
        film = look.film or self._latest.film(project_id)
        film_state = self._film_state(look, film is not None)
        return ProjectView(
            project=project,
            history=self._studio.library.history(project_id),
            limits=look.limits,
            totals=self._studio.totals(project_id),
            steps=(song.song(), song.plan(), song.cast(), song.clips(), film_state),
            analysis=look.analysis,
            lyrics=look.lyrics or Lyrics(),
            cuts=look.cuts,
            slots=look.slots,
            slot_warnings=look.slot_plan.warnings if look.slot_plan else (),
            plan=look.plan,
            findings=findings_of(look, self._studio.catalogue),
            verdicts=gate(look.plan) if look.plan else {},
            stills=stills,
            clips=clips,
            film=film,
            film_poster=self._film_poster(look, film),
            film_copy=self._film_copy(look, film),
            film_state=film_state,
            song_path=self._path(project.song.blob if project.song else None),
            peaks_path=self._path(look.analysis.peaks if look.analysis else None),
        )

    def card(self, project: Project) -> ProjectCard:
        """A project's card; looked up anew only after a change or a run."""
        run = self._studio.engine.current(project.id)
        stamp = (project.revision, run.run_id if run else "", run.state if run else "")
        kept = self._cards.get(project.id)
        if kept is None or kept[0] != stamp:
            kept = self._cards[project.id] = (stamp, self._drawn(project))
        return kept[1]

    def _drawn(self, project: Project) -> ProjectCard:
        view = self.view(project.id)
        posters = list(view.posters.values())
        return ProjectCard(
            id=project.id,
            title=project.title,
            duration_s=project.song.duration_s if project.song else 0.0,
            steps=view.steps,
            spent_usd_micro=view.totals.spent_usd_micro,
            opened_at=self._studio.library.changed_at(project.id),
            poster=posters[len(posters) // 3] if posters else None,
        )

    def _slot(self, look: Derivation, slot_id: str, takes: tuple[Take, ...]) -> ClipView:
        """Until its clip was bought, a shot is shown by the picture that it is to start from."""
        clip = self._with_takes(look, self._clip(look, slot_id), takes)
        if slot_id not in look.shots or (clip.clip is not None and not clip.clip.preview):
            return clip
        own = frame_of(slot_id)
        choice, still = look.project.references.get(own), look.pictures.still(own)
        blob = (choice.blob if choice else None) or (still.blob if still else None)
        return replace(clip, poster=self._path(blob) or clip.poster)

    def _clip(self, look: Derivation, slot_id: str) -> ClipView:
        try:
            clip = look.clip(slot_id)
        except NotYet as missing:
            return ClipView(None, state="empty", why=f"needs the {missing} first")
        if clip is not None:
            state = "preview" if clip.preview else "done"
            return ClipView(clip, state=state, poster=self._poster(look, clip))
        before = self._latest.inputs(look.project.id, "previews", slot_id)
        if before is None:
            return ClipView(None, state="ready")
        if wants_bought(look, slot_id):
            # Its preview is out of date, but it is not what was chosen for this slot.
            return ClipView(None, state="ready", poster=self._last_poster(look, slot_id))
        now = canonical(look.preview_inputs(slot_id))
        why, poster = clip_changes(before, now), self._last_poster(look, slot_id)
        return ClipView(None, state="stale", why=why, poster=poster)

    def _last_poster(self, look: Derivation, slot_id: str) -> Path | None:
        last = self._latest.clip(look.project.id, slot_id)
        return self._poster(look, last) if last else None

    def _with_takes(self, look: Derivation, view: ClipView, takes: tuple[Take, ...]) -> ClipView:
        """The view with what was ordered for it: the take in use, or how the newest one stands."""
        if not takes:
            return view
        slot_id, newest = takes[0].slot_id, takes[-1]
        used = in_use(look.project, {slot_id: takes}).get(slot_id)
        shown = used is not None and view.clip == used.clip
        state, why = view.state, view.why
        if used and shown and self._studio.buying.serving(look, slot_id, takes) is None:
            state, why = "stale", self._studio.buying.outdated(look, used)
        stopped = newest.state == "cancelled" and wants_bought(look, slot_id)
        if not shown and (stopped or newest.state in UNDER_WAY):
            state, why = UNDER_WAY.get(newest.state, "cancelled"), newest.message
        picked = used.id if used is not None and shown else ""
        return replace(view, takes=takes, picked=picked, state=state, why=why)

    def _poster(self, look: Derivation, clip: Clip) -> Path | None:
        poster = look.find(POSTER, poster_of(clip))
        return self._path(poster.blob) if poster else None

    def _film_poster(self, look: Derivation, film: Film | None) -> Path | None:
        made = look.find(POSTER, poster_of_film(film)) if film else None
        return self._path(made.blob) if made else None

    def _film_copy(self, look: Derivation, film: Film | None) -> Path | None:
        made = look.find(VIEWING_COPY, copy_of(film)) if film else None
        return self._path(made.blob) if made else None

    def _film_state(self, look: Derivation, made_once: bool) -> StepState:
        price = self._quoting.of(look, "film")
        return replace(self._film_step(look, made_once), renew_usd_micro=price or 0)

    def _film_step(self, look: Derivation, made_once: bool) -> StepState:
        if look.film is not None:
            return StepState("film", "Film", "done", 1, 1)
        if not made_once:
            ready = bool(look.slots and look.plan)
            return StepState("film", "Film", "ready" if ready else "empty", 0, 1)
        before = self._latest.inputs(look.project.id, "film", "film")
        try:
            why = film_changes(before, canonical(look.compose_inputs)) if before else ""
        except NotYet as missing:
            why = f"the {missing} changed"
        return StepState("film", "Film", "stale", 0, 1, why)

    def _path(self, blob: Blob | None) -> Path | None:
        if blob is None:
            return None
        try:
            return self._studio.path(blob)
        except LookupError:
            return None


class Steps:
    """States of the steps before the film."""

    def __init__(self, look: Derivation, clips: dict[str, ClipView], stills: int) -> None:
        self._look, self._clips, self._stills = look, clips, stills

    def song(self) -> StepState:
        if self._look.slots:
            return StepState("song", "Song", "done", 1, 1)
        return StepState("song", "Song", "ready" if self._look.project.song else "empty", 0, 1)

    def plan(self) -> StepState:
        slots, shots = len(self._look.slots), len(self._look.shots)
        if self._look.plan is None:
            return StepState("plan", "Plan", "ready" if slots else "empty", 0, slots)
        if shots < slots:
            why = f"{slots - shots} slots have no shot"
            return StepState("plan", "Plan", "stale", shots, slots, why)
        return StepState("plan", "Plan", "done", shots, slots)

    def cast(self) -> StepState:
        wanted = len(self._look.pictures.subjects)
        if not wanted:
            return StepState("cast", "Cast", "empty")
        state = "done" if self._stills == wanted else "ready"
        return StepState("cast", "Cast", state, self._stills, wanted)

    def clips(self) -> StepState:
        count, made = len(self._clips), sum(self._made(slot_id) for slot_id in self._clips)
        if not self._clips or not self._look.plan:
            return StepState("clips", "Clips", "empty", 0, count)
        for state, words in UNFINISHED.items():
            whys = [view.why for view in self._clips.values() if view.state == state]
            if whys:
                why = words.format(count=len(whys), of=count, first=whys[0])
                return StepState("clips", "Clips", state, made, count, why)
        state = "done" if made == count else "ready"
        return StepState("clips", "Clips", state, made, count)

    def _made(self, slot_id: str) -> bool:
        """Whether a slot has the clip that was chosen: a preview stands for no bought clip."""
        state = self._clips[slot_id].state
        return state == "done" or (state == "preview" and not wants_bought(self._look, slot_id))


def wants_bought(look: Derivation, slot_id: str) -> bool:
    """Whether a slot is to show a bought clip, not a preview."""
    model = effective_choice(look.project, look.slot(slot_id))[0].model
    return model != PREVIEW_MODEL and look.project.picks.get(slot_id) != PREVIEW_PICK
