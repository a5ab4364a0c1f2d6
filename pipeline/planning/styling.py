"""What the film looks like and what it tells: genre, palette, motif, story, treatment."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol, TypeVar

from pipeline.knowledge import library
from pipeline.knowledge.library import Genre, Motif, Palette, Story
from pipeline.model import Style, Swatch, Treatment
from pipeline.planning.dice import Dice
from pipeline.planning.inputs import PlanInputs
from pipeline.planning.reading import base_form, count_of, first_place

WORD_WORTH = 2.0
STYLE_WORTH = 4.0
HOUR_WORTH = 1.5
CHANCE = 0.5
MOST_NAMED_COLOURS = 2
_VERB = re.compile(r"\[who\] (is|has|\w+s)\b")
_MARK = re.compile(r"\[(\w+)\]")


class Felt(Protocol):
    """Anything of the knowledge that lies on the plane of valence and arousal."""

    @property
    def id(self) -> str: ...
    @property
    def valence(self) -> float: ...
    @property
    def arousal(self) -> float: ...


F = TypeVar("F", bound=Felt)


@dataclass(frozen=True)
class Look:
    """The choices that hold for the whole film."""

    genre: Genre
    palette: Palette
    motif: Motif
    story: Story


def look_of(inputs: PlanInputs, dice: Dice) -> Look:
    """Choose by the person's words first, by the song's mood second, by chance last."""
    genre = _best(library.genres(), _genre_scores(inputs), inputs, dice)
    palette = _best(library.palettes(), _word_scores(inputs, library.palettes()), inputs, dice)
    motif = _best(library.motifs(), _word_scores(inputs, library.motifs()), inputs, dice)
    story = _best(library.stories(), {}, inputs, dice)
    return Look(genre, palette, motif, story)


def style_of(inputs: PlanInputs, look: Look) -> Style:
    """The person's words and palette as they are; what they left open comes from the look."""
    given = inputs.style
    swatches = given.palette or (*_swatches(look.palette), *_named_swatches(inputs))
    return Style(
        words=given.words,
        look=given.look or look.palette.look,
        light=given.light or look.palette.light,
        palette=swatches,
    )


def treatment_of(
    look: Look, marks: Mapping[str, str], brief: str, plural: bool = False
) -> Treatment:
    """The film in a few sentences; a brief is quoted, never rewritten."""
    first = " ".join(brief.split())
    quoted = first if len(first) <= 200 else f"{first[:200].rsplit(' ', 1)[0]} …"
    story = look.story

    def told(line: str) -> str:
        return fill(agreeing(line) if plural else line, marks)

    concept, habits = told(story.concept), f"In the manner of the music: {look.genre.habits}."
    asked = f"The brief asks: “{quoted}”" if quoted else ""
    return Treatment(
        logline=_sentence(told(story.logline)),
        concept=" ".join(part for part in (concept, habits, asked) if part),
        motif=f"{look.motif.thing}: parts of it in the verses, whole in the first chorus, "
        "larger each time it returns",
        ending=_sentence(told(story.ending)),
    )


def fill(template: str, marks: Mapping[str, str]) -> str:
    """Replace ``[mark]`` in one pass, so that nothing inside a value is read as a mark."""
    return _MARK.sub(lambda found: marks.get(found.group(1), found.group()), template)


def agreeing(line: str) -> str:
    """The line with plural verbs right after ``[who]``."""
    return _VERB.sub(lambda found: f"[who] {base_form(found.group(1))}", line)


def _sentence(text: str) -> str:
    return text[:1].upper() + text[1:]


def _swatches(palette: Palette) -> tuple[Swatch, ...]:
    return tuple(Swatch(hex=tone, role=role) for tone, role in palette.colors)


def _named_swatches(inputs: PlanInputs) -> tuple[Swatch, ...]:
    """Colours that the person named, in the order of naming."""
    text = f"{inputs.style.words}\n{inputs.brief}"
    colours = library.named_colours()
    placed = {word: first_place(text, (word,)) for word in colours}
    order = sorted((place, word) for word, place in placed.items() if place is not None)
    return tuple(
        Swatch(hex=colours[word], role=f"named in the brief: {word}")
        for _, word in order[:MOST_NAMED_COLOURS]
    )


def _word_scores(inputs: PlanInputs, rows: Sequence[Palette | Motif]) -> dict[str, float]:
    said = hour_in(inputs.brief)
    return {
        row.id: (HOUR_WORTH if isinstance(row, Palette) and said in row.hours else 0.0)
        + STYLE_WORTH * count_of(inputs.style.words, row.words)
        + WORD_WORTH * min(3, count_of(inputs.brief, row.words))
        for row in rows
    }


def hour_in(text: str) -> str:
    """The hour of the day that a text names first, or nothing."""
    table = library.lighting().hour_words
    placed = {name: first_place(text, words) for name, words in table.items()}
    found = [(place, name) for name, place in placed.items() if place is not None]
    return min(found)[1] if found else ""


def _genre_scores(inputs: PlanInputs) -> dict[str, float]:
    text = f"{inputs.style.words}\n{inputs.brief}"
    return {
        genre.id: STYLE_WORTH * count_of(text, genre.words) + _tempo_fit(genre, inputs.tempo_bpm)
        for genre in library.genres()
    }


def _tempo_fit(genre: Genre, tempo_bpm: float | None) -> float:
    if tempo_bpm is None:
        return 0.0
    low, high = genre.bpm
    return 0.5 if low <= tempo_bpm <= high else -0.5


def _best(rows: Sequence[F], scores: Mapping[str, float], inputs: PlanInputs, dice: Dice) -> F:
    valence, arousal = inputs.mood.valence, (inputs.mood.arousal + 1) / 2

    def worth(row: F) -> float:
        distance = abs(row.valence - valence) / 2 + abs(row.arousal - arousal)
        return scores.get(row.id, 0.0) - distance + CHANCE * dice.roll("look", row.id)

    return max(rows, key=worth)
