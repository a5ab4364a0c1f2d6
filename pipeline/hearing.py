"""Word times by a paid transcription: booked, asked once, kept for the song for good.

The vendor has no list to look an attempt up in. So an attempt is noted before it leaves; if the
process dies before the answer is stored, the attempt counts as paid and is never repeated by
itself: a person's next click is a new attempt.
"""

from __future__ import annotations

import os
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from cache import Miss
from pipeline.bench import storage_errors
from pipeline.errors import (
    CredentialsRefused,
    OutputUnusable,
    ProviderFailed,
    ProviderUnreachable,
    StudioError,
)
from pipeline.lyrics.transcriber import Transcript
from pipeline.model import Word
from pipeline.money.books import Scope
from pipeline.money.prices import price_of_listening
from pipeline.project import Project

if TYPE_CHECKING:
    from pipeline.money.catalogue import Model
    from pipeline.workshop import Workshop

STAGE = "transcript"
# The vendor may count a little more than was decoded, for padding and whole seconds.
SLACK_S = 2.0


def transcript_key(song_digest: str) -> str:
    """Where the transcript of a song lies in the store."""
    return f"{STAGE}/{song_digest}"


def words_of(record: dict[str, Any]) -> tuple[Word, ...]:
    """The words of a stored transcript."""
    return tuple(Word.model_validate(word) for word in record["words"])


def model_for(studio: Workshop) -> Model:
    """The transcription model on sale today."""
    return studio.catalogue.default("transcription", datetime.now(UTC).date())


def price_usd_micro(studio: Workshop, project: Project) -> int:
    """What a project's transcript costs at most, in micro-dollars."""
    length_s = project.song.duration_s if project.song else 0.0
    return price_of_listening(model_for(studio), length_s + SLACK_S)


def transcribe(studio: Workshop, project: Project) -> None:
    """Buy the transcript of a project's song and keep it.

    Raises:
        CredentialsRefused: There is no key.
        BudgetRefused: The limit would be passed; nothing was asked.
        ProviderFailed: In one of its kinds; what is in doubt stays booked.
    """
    from pipeline.providers.transcribe_openai import OpenAITranscriber

    key = studio.keys.key(project.id, "OPENAI_API_KEY")
    if not key or project.song is None:
        raise CredentialsRefused(
            "Word times need an OpenAI key.", "Set OPENAI_API_KEY, or paste lyrics with times."
        )
    _refuse_doubt(studio, project)
    model = model_for(studio)
    attempt = _begin(studio, project, model)
    base_url = os.environ.get("OPENAI_BASE_URL") or None
    try:
        found = OpenAITranscriber(key, model.slug, base_url).transcribe(
            studio.path(project.song.blob)
        )
    except StudioError as error:
        _end_badly(studio, project, attempt, error)
        raise
    # First what was paid for, then the books: a crash between the two loses neither.
    _keep(studio, project, found)
    studio.ledger.settle(attempt, price_of_listening(model, found.seconds))
    studio.notes.drop(_note(project))


def _begin(studio: Workshop, project: Project, model: Model) -> str:
    """Book the worst case and note the attempt, both before anything leaves."""
    number = len(studio.ledger.entries(project.id)) + 1
    attempt = f"{STAGE}:{project.id}:{number}"
    scope = Scope(project_id=project.id, stage=STAGE, model=model.key)
    studio.ledger.reserve(attempt, scope, price_usd_micro(studio, project))
    studio.notes.put(_note(project), {"attempt": attempt})
    return attempt


def _refuse_doubt(studio: Workshop, project: Project) -> None:
    """An attempt that was cut off counts as paid; it is told once, then a click may try anew."""
    try:
        attempt = studio.notes.get(_note(project))["attempt"]
    except Miss:
        return
    studio.ledger.settle(attempt, price_usd_micro(studio, project))
    studio.notes.drop(_note(project))
    raise ProviderUnreachable(
        "The last transcription was cut off before its answer came, and may have been charged.",
        "It is booked as paid. Ask again if you want to pay for another one.",
    )


def _end_badly(studio: Workshop, project: Project, attempt: str, error: StudioError) -> None:
    """Book what was charged, give back what was not, keep it held where nobody knows."""
    in_doubt = isinstance(error, ProviderUnreachable) or type(error) is ProviderFailed
    if in_doubt:
        return
    if isinstance(error, OutputUnusable):
        # An answer came, so the vendor charges for it, whatever it holds.
        studio.ledger.settle(attempt, price_usd_micro(studio, project))
    else:
        studio.ledger.release(attempt, "the vendor refused")
    studio.notes.drop(_note(project))


def _keep(studio: Workshop, project: Project, found: Transcript) -> None:
    digest = project.song.blob.digest if project.song else ""
    words = [word.model_dump(mode="json") for word in found.words]
    with storage_errors():
        studio.store.record(
            transcript_key(digest),
            {"words": words, "model": found.model, "language": found.language},
        )


def _note(project: Project) -> str:
    digest = project.song.blob.digest if project.song else ""
    return f"{STAGE}-attempt/{digest}"
