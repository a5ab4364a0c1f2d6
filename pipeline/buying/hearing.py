"""Word times by a paid transcription: booked, asked once, kept for the song's bytes for good.

The vendor has no list to look an attempt up in. So an attempt is noted before it leaves; if the
process dies before the answer is stored, the attempt counts as paid and is never repeated by
itself: a person's next click is a new attempt.
"""

from __future__ import annotations

import os
import time
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING

from pydantic import ValidationError

from cache import Miss
from pipeline.bench import storage_errors
from pipeline.errors import (
    BadInput,
    Cancelled,
    CredentialsRefused,
    DiskFull,
    OutputUnusable,
    ProviderBusy,
    ProviderFailed,
    ProviderUnreachable,
    StudioError,
)
from pipeline.housekeeping import check_space
from pipeline.jobs.outages import OUTAGE_LIMIT_S
from pipeline.lyrics.transcriber import Transcript
from pipeline.lyrics.transcripts import transcript_key
from pipeline.money.books import Scope
from pipeline.money.prices import price_of_listening
from pipeline.project import Project

if TYPE_CHECKING:
    from pipeline.jobs.protocol import Reporter
    from pipeline.money.catalogue import Model
    from pipeline.workshop import Workshop

STAGE = "transcript"
OWN_MODEL = "OPENAI_TRANSCRIPTION_MODEL"
OWN_PRICE = "OPENAI_PRICE_USD_PER_MINUTE"
# The vendor may count a little more than was decoded, for padding and whole seconds.
SLACK_S = 2.0
ROOM_POLL_S = 1.0


def model_for(studio: Workshop, today: date | None = None) -> Model:
    """The transcription model that is asked: the person's own, or one on sale with word times.

    Raises:
        BadInput: No model on sale gives word times, or the person's own has no price.
    """
    own = os.environ.get(OWN_MODEL, "").strip()
    if own:
        return _own_model(studio, own)
    day = today or datetime.now(UTC).date()
    usual = studio.catalogue.get(studio.catalogue.defaults["transcription"])
    others = (one for one in studio.catalogue.of_kind("transcription") if one is not usual)
    for model in (usual, *others):
        if model.word_times and model.lifecycle_on(day).stage != "retired":
            return model
    raise BadInput(
        "No transcription model that is on sale gives times of words.",
        "Have the words found on this machine, paste lyrics with times (.lrc, .srt), or name a"
        f" model on a server of your own in {OWN_MODEL}.",
    )


def _own_model(studio: Workshop, name: str) -> Model:
    """A model by its vendor's name; one that the catalogue does not know is priced by its owner."""
    known = (one for one in studio.catalogue.of_kind("transcription") if one.slug == name)
    found = next(known, None)
    if found is not None and not found.word_times:
        raise BadInput(
            f"The transcription model {name[:80]} gives no times of words.",
            f"Name another one in {OWN_MODEL}, or paste lyrics with times.",
        )
    if found is not None:
        return found
    price = os.environ.get(OWN_PRICE, "").strip()
    usual = studio.catalogue.get(studio.catalogue.defaults["transcription"])
    try:
        return type(usual).model_validate(
            {
                **dict(usual),
                "key": "own-transcription",
                "name": name[:120],
                "slug": name[:120],
                "prices": [{"usd": price, "per": "minute"}],
                "retires_on": None,
                "successor": "",
            }
        )
    except ValidationError as error:
        raise BadInput(
            f"The price of the transcription model “{name[:80]}” is not known here.",
            f"Set {OWN_PRICE} to its dollars a minute, 0 on a server of your own.",
        ) from error


def finder_installed() -> bool:
    """Whether words can be found on this machine; see :mod:`pipeline.stages.locate`."""
    from pipeline.providers.align_pocketsphinx import installed

    return installed()


@dataclass(frozen=True)
class Offer:
    """What hearing the words would cost at most; None where it cannot be had, and then why."""

    model: str = ""
    usd_micro: int | None = None
    why_not: str = ""


def offer(studio: Workshop, project: Project) -> Offer:
    """What a page can put on the button."""
    try:
        model = model_for(studio)
    except BadInput as error:
        return Offer(why_not=f"{error.message} {error.way_out}")
    if not studio.keys.sources(project.id)["OPENAI_API_KEY"]:
        return Offer(
            why_not="With an OpenAI key, the words that are sung can be heard and timed for you."
        )
    return Offer(model.name, price_usd_micro(studio, project))


def price_usd_micro(studio: Workshop, project: Project) -> int:
    """What a project's transcript costs at most, in micro-dollars."""
    length_s = project.song.duration_s if project.song else 0.0
    return price_of_listening(model_for(studio), length_s + SLACK_S)


def heard(studio: Workshop, project: Project) -> bool:
    """Whether the transcript is there and its attempt is closed in the books."""
    return _is_there(studio, project) and _noted(studio, project) is None


def transcribe(studio: Workshop, project: Project, report: Reporter | None = None) -> None:
    """Buy the transcript of a project's song and keep it; one that is there is never bought again.

    Raises:
        StorageFailed: The disk is as good as full; nothing was asked.
        DiskFull: It filled up meanwhile and stayed full; what was paid stays booked.
        Cancelled: ``report`` said so while the answer waited for room; it is kept.
        BadInput: No model on sale gives word times.
        ProviderBusy: The same song is being heard for another project.
        CredentialsRefused: There is no key.
        BudgetRefused: The limit would be passed; nothing was asked.
        ProviderFailed: In one of its kinds; what is in doubt stays booked.
    """
    from pipeline.buying.clips import Quiet

    key = studio.keys.key(project.id, "OPENAI_API_KEY")
    if _is_there(studio, project):
        _close_books(studio, project)
        return
    if not key or project.song is None:
        raise CredentialsRefused(
            "Word times need an OpenAI key.", "Set OPENAI_API_KEY, or paste lyrics with times."
        )
    _refuse_doubt(studio, project)
    check_space(studio.settings.home)
    model = model_for(studio)
    attempt = _begin(studio, project, model)
    found = _ask(studio, project, key, (attempt, model))
    # First what was paid for, then the books: a crash between the two loses neither.
    price = price_of_listening(model, found.seconds)
    stopped = _keep(studio, project, found, price, report or Quiet())
    _settle(studio, project, attempt, price)
    if stopped is not None:
        raise stopped


def _ask(studio: Workshop, project: Project, key: str, booked: tuple[str, Model]) -> Transcript:
    from pipeline.providers.transcribe_openai import OpenAITranscriber

    attempt, model = booked
    base_url = os.environ.get("OPENAI_BASE_URL") or None
    try:
        if project.song is None:
            raise BadInput("There is no song to be heard.", "Bring one first.")
        song = studio.path(project.song.blob)
        return OpenAITranscriber(key, model.slug, base_url).transcribe(song)
    except StudioError as error:
        _end_badly(studio, project, attempt, error)
        raise


def _is_there(studio: Workshop, project: Project) -> bool:
    return studio.derivation(project).transcript is not None


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
    attempt = _noted(studio, project)
    if attempt is None:
        return
    owner = attempt.split(":")[1]
    run = studio.engine.current(owner) if owner != project.id else None
    if run is not None and run.active:
        raise ProviderBusy(
            "The same song is being heard for another project at this moment.",
            "Wait until that is done: its words serve this project, too, and cost nothing more.",
        )
    _settle(studio, project, attempt, price_usd_micro(studio, project))
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


def _keep(
    studio: Workshop, project: Project, found: Transcript, usd_micro: int, report: Reporter
) -> Cancelled | None:
    """Store the answer; on a full disk it waits here, as the vendor gives it only once.

    Returns:
        What stopped the run meanwhile; the answer is stored all the same.
    """
    digest = project.song.blob.digest if project.song else ""
    words = [word.model_dump(mode="json") for word in found.words]
    record = {"words": words, "model": found.model, "language": found.language}
    stopped, give_up = None, time.monotonic() + OUTAGE_LIMIT_S
    while True:
        try:
            with storage_errors():
                studio.store.record(transcript_key(digest), {**record, "usd_micro": usd_micro})
            return stopped
        except DiskFull:
            if time.monotonic() > give_up:
                raise
        try:
            report.progress(0.95, "the disk is full: the words wait for room")
        except Cancelled as asked:
            stopped = asked
        time.sleep(ROOM_POLL_S)


def _close_books(studio: Workshop, project: Project) -> None:
    """Book an attempt whose answer was kept by a process that died before it came to the books."""
    attempt = _noted(studio, project)
    if attempt is None or project.song is None:
        return
    record = studio.store.lookup(transcript_key(project.song.blob.digest))
    paid = record.get("usd_micro")
    _settle(studio, project, attempt, price_usd_micro(studio, project) if paid is None else paid)


def _settle(studio: Workshop, project: Project, attempt: str, usd_micro: int) -> None:
    studio.ledger.settle(attempt, usd_micro)
    studio.notes.drop(_note(project))


def _noted(studio: Workshop, project: Project) -> str | None:
    """The attempt that is under way or was cut off."""
    try:
        return str(studio.notes.get(_note(project))["attempt"])
    except Miss:
        return None


def _note(project: Project) -> str:
    digest = project.song.blob.digest if project.song else ""
    return f"{STAGE}-attempt/{digest}"
