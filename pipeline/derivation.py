"""What the store knows of a project's present decisions. It looks; it never computes.

One property a stage, in the order of the flow. Each builds the stage's complete inputs from
decisions and earlier results, and finds the output under their key. ``NotYet`` names what has to
be made first. Pages and workers use the same code, so they cannot disagree about what is stale.
"""

from __future__ import annotations

from functools import cached_property, partial
from typing import TypeVar

from pipeline import stage
from pipeline.cuts.identity import SAME_CUT_S, born_at_s, carry_ids
from pipeline.cuts.limits import SlotLimits
from pipeline.cuts.slots import Hearing, slots_of
from pipeline.lyrics.align import ALIGN, AlignInputs, untimed_lines
from pipeline.lyrics.transcripts import transcript_key, words_of
from pipeline.model import (
    AudioAnalysis,
    Blob,
    Clip,
    Cut,
    Film,
    Frozen,
    Lyrics,
    ScenePlan,
    Shot,
    Slot,
    Transition,
    Word,
)
from pipeline.picturing import Gallery, Pictures
from pipeline.planning.inputs import PlanInputs
from pipeline.project import Project
from pipeline.stage import NotYet, Stage, StageStore
from pipeline.stages.analyze import ANALYZE, LISTEN, AnalyzeInputs, Heard, ListenInputs
from pipeline.stages.compose import (
    COMPOSE,
    PIECE,
    SOUND,
    ComposeInputs,
    Extent,
    FilmInputs,
    FilmSlot,
    Piece,
    Sound,
    assemble,
    extents,
    pieces_of,
    plan,
)
from pipeline.stages.generate import PREVIEW, PreviewInputs, Window
from pipeline.stages.generate import inputs_of as inputs_of_preview
from pipeline.stages.locate import LOCATE, Located, LocateInputs
from pipeline.stages.reference import REFERENCE
from pipeline.stages.slots import SLOTS, SlotInputs, SlotPlan, score_of

In = TypeVar("In", bound=Frozen)
Out = TypeVar("Out", bound=Frozen)
Some = TypeVar("Some")
EXCERPT_FADE_S = 0.4


class Derivation:
    """Lazily looks along the flow; every property is looked up at most once.

    Args:
        project: The decisions.
        store: Where results lie.
        limits: How long slots may be, by the models in use.
        takes: Clips of the picked takes by slot id; slots without one show their preview.
        gallery: Bought pictures.
    """

    def __init__(
        self,
        project: Project,
        store: StageStore,
        limits: SlotLimits,
        takes: dict[str, Clip] | None = None,
        gallery: Gallery | None = None,
    ) -> None:
        self.project = project
        self.limits = limits
        self.takes = takes or {}
        self._gallery = gallery or Gallery()
        self._store = store

    def find(self, made_by: Stage[In, Out], inputs: In) -> Out | None:
        """The stored output of a stage, or None."""
        return stage.find(made_by, inputs, self._store)

    @cached_property
    def song(self) -> Blob:
        if self.project.song is None:
            raise NotYet("song")
        return self.project.song.blob

    @property
    def listen_inputs(self) -> ListenInputs:
        return ListenInputs(song=self.song)

    @cached_property
    def heard(self) -> Heard | None:
        return self.find(LISTEN, self.listen_inputs)

    @property
    def analyze_inputs(self) -> AnalyzeInputs:
        return AnalyzeInputs(heard=_made(self.heard, "listen"), grid=self.project.grid)

    @cached_property
    def analysis(self) -> AudioAnalysis | None:
        return self.find(ANALYZE, self.analyze_inputs) if self.heard else None

    @property
    def align_inputs(self) -> AlignInputs:
        analysis = _made(self.analysis, "analyze")
        brief = self.project.brief
        return AlignInputs(
            text=brief.lyrics,
            format=brief.lyrics_format,
            duration_s=analysis.duration_s,
            sections=analysis.sections,
            heard=self.transcript or (),
            located=self.located.words if self.located else (),
            notes=self.located.notes if self.located else (),
            starts_s=brief.line_starts_s,
        )

    @property
    def locate_inputs(self) -> LocateInputs:
        brief = self.project.brief
        return LocateInputs(song=self.song, lines=untimed_lines(brief.lyrics, brief.lyrics_format))

    @cached_property
    def located(self) -> Located | None:
        """Where pasted words were found in the song on this machine, if they were looked for."""
        inputs = self.locate_inputs
        return self.find(LOCATE, inputs) if inputs.lines else None

    @cached_property
    def transcript(self) -> tuple[Word, ...] | None:
        """Words of the song with their times, where a transcription was bought."""
        try:
            return words_of(self._store.lookup(transcript_key(self.song.digest)))
        except LookupError:
            return None

    @cached_property
    def lyrics(self) -> Lyrics | None:
        if not self.project.brief.lyrics.strip() and self.transcript is None:
            return Lyrics()
        return self.find(ALIGN, self.align_inputs) if self.analysis else None

    @cached_property
    def span(self) -> tuple[float, float]:
        """Start and end of the film in seconds of song time."""
        excerpt, song = self.project.excerpt, self.project.song
        length_s = song.duration_s if song else 0.0
        return excerpt.start_s, min(excerpt.end_s or length_s, length_s)

    @property
    def slot_inputs(self) -> SlotInputs:
        score = score_of(_made(self.analysis, "analyze"), _made(self.lyrics, "lyrics"), self.span)
        locked = tuple(cut for cut in self.project.cuts or () if cut.locked)
        return SlotInputs(**dict(score), pace=self.project.pace, locked=locked, limits=self.limits)

    @cached_property
    def slot_plan(self) -> SlotPlan | None:
        if self.project.cuts is not None:
            return SlotPlan(cuts=self.project.cuts)
        if self.analysis is None or self.lyrics is None:
            return None
        found = self.find(SLOTS, self.slot_inputs)
        return found and found.model_copy(update={"cuts": self._renamed(found.cuts)})

    def _renamed(self, cuts: tuple[Cut, ...]) -> tuple[Cut, ...]:
        """Cuts found anew under the names of the planned shots that they nearly coincide with.

        A nudged grid moves every cut a little; the shots and their takes are to stay with them.
        """
        names = [shot.slot_id for shot in self.plan.shots] if self.plan else []
        born = {name: at_s for name in names if (at_s := born_at_s(name)) is not None}
        planned = [Cut(id=name, time_s=at_s) for name, at_s in sorted(born.items(), key=_time)]
        return carry_ids(planned, cuts, SAME_CUT_S) if planned else cuts

    @property
    def cuts(self) -> tuple[Cut, ...]:
        return self.slot_plan.cuts if self.slot_plan else ()

    @cached_property
    def slots(self) -> tuple[Slot, ...]:
        if not self.cuts or self.analysis is None:
            return ()
        hearing = Hearing(
            sections=self.analysis.sections,
            energy=self.analysis.energy,
            energy_step_s=self.analysis.energy_step_s,
            words=(self.lyrics or Lyrics()).words,
        )
        return slots_of(self.cuts, self.span[1], hearing)

    def slot(self, slot_id: str) -> Slot:
        """Raises ``NotYet`` when there is no such slot (any more)."""
        return _made(next((slot for slot in self.slots if slot.id == slot_id), None), "slots")

    @property
    def plan_inputs(self) -> PlanInputs:
        analysis = _made(self.analysis, "analyze")
        present, brief = self.project.plan, self.project.brief
        return PlanInputs(
            duration_s=analysis.duration_s,
            tempo_bpm=analysis.tempo_bpm,
            metre=analysis.metre,
            sections=analysis.sections,
            mood=analysis.mood,
            slots=_made(self.slots or None, "slots"),
            brief=brief.text,
            style=brief.style,
            lyrics_lines=(self.lyrics or Lyrics()).lines,
            characters=present.characters if present else (),
            locations=present.locations if present else (),
            shots=tuple(one for one in present.shots if one.locked) if present else (),
            planner=self.project.planner,
        )

    @property
    def plan(self) -> ScenePlan | None:
        return self.project.plan

    @cached_property
    def shots(self) -> dict[str, Shot]:
        """Shots by slot id in the film's order, those of slots that exist."""
        planned = {shot.slot_id: shot for shot in self.plan.shots} if self.plan else {}
        return {slot.id: planned[slot.id] for slot in self.slots if slot.id in planned}

    @cached_property
    def pictures(self) -> Pictures:
        """Pictures of cast and places, and start frames."""
        drawn = partial(self.find, REFERENCE)
        return Pictures(self.project, lambda: self.shots, self._gallery, drawn)

    @cached_property
    def extents(self) -> dict[str, Extent]:
        """Frames that each slot's clip must show, by slot id."""
        times_s = [*(slot.start_s for slot in self.slots), self.span[1]]
        spread = extents(
            times_s,
            [self.transition(slot.id) for slot in self.slots],
            self.project.format.fps,
            Transition.FADE,
        )
        return {slot.id: extent for slot, extent in zip(self.slots, spread, strict=True)}

    def transition(self, slot_id: str) -> Transition:
        shot = self.shots.get(slot_id)
        return shot.transition if shot else Transition.CUT

    def preview_inputs(self, slot_id: str) -> PreviewInputs:
        shot = _made(self.shots.get(slot_id), "plan")
        slot, extent = self.slot(slot_id), self.extents[slot_id]
        window = Window(
            start_s=slot.start_s,
            frames=extent.frames,
            head=extent.head,
            tail=extent.tail,
            marks=tuple(mark for mark in extent.body if 0 < mark < extent.needed),
            format=self.project.format,
        )
        inputs = inputs_of_preview(
            _made(self.plan, "plan"), shot, _made(self.analysis, "analyze"), window
        )
        caption = (slot.lyric or shot.action) if self.project.captions else ""
        take = self.project.preview_takes.get(slot_id, 1)
        return inputs.model_copy(update={"caption": caption, "take": take})

    def preview(self, slot_id: str) -> Clip | None:
        return self.find(PREVIEW, self.preview_inputs(slot_id))

    def clip(self, slot_id: str) -> Clip | None:
        """What the film shows in a slot: the picked take, else the preview."""
        return self.takes.get(slot_id) or self.preview(slot_id)

    @cached_property
    def compose_inputs(self) -> ComposeInputs:
        whole = self.project.excerpt.start_s == 0 and self.project.excerpt.end_s is None
        fade_s = 0.0 if whole else EXCERPT_FADE_S
        return ComposeInputs(
            song=self.song,
            slots=tuple(
                FilmSlot(
                    slot_id=slot.id,
                    start_s=slot.start_s,
                    clip=_made(self.clip(slot.id), "clips"),
                    transition=self.transition(slot.id),
                )
                for slot in _made(self.slots or None, "slots")
            ),
            end_s=self.span[1],
            format=self.project.format,
            closing=Transition.FADE,
            sound_fade_in_s=fade_s if self.project.excerpt.start_s else 0.0,
            sound_fade_out_s=fade_s if self.project.excerpt.end_s else 0.0,
        )

    @property
    def sound(self) -> Sound | None:
        return self.find(SOUND, plan(self.compose_inputs).sound)

    @property
    def film_inputs(self) -> FilmInputs:
        pieces: dict[str, Piece] = {}
        for piece in pieces_of(self.compose_inputs):
            pieces[stage.key_of(PIECE, piece)] = _made(self.find(PIECE, piece), "pieces")
        return assemble(self.compose_inputs, pieces, _made(self.sound, "sound"))

    @cached_property
    def film(self) -> Film | None:
        """The film of exactly these decisions; None when anything on its way is missing."""
        try:
            return self.find(COMPOSE, self.film_inputs)
        except NotYet:
            return None


def _time(entry: tuple[str, float]) -> float:
    return entry[1]


def _made(value: Some | None, what: str) -> Some:
    if value is None:
        raise NotYet(what)
    return value
