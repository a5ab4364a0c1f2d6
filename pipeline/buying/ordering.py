"""What one slot orders: model, words, length, pictures and price, or why it cannot be ordered.

It looks at decisions only. ``basis`` is the digest of those on which the picture depends: a take
whose basis is today's shows what the plan says, whatever the studio's own wording has become.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any

from pipeline.buying.frames import shown_of
from pipeline.buying.moderation import milder
from pipeline.cast.gate import verdict_of
from pipeline.cast.verdict import Reason
from pipeline.derivation import Derivation
from pipeline.errors import BadInput
from pipeline.model import Blob, Character, Frozen, Name, ScenePlan, Shot, Text
from pipeline.money.catalogue import Catalogue, Model
from pipeline.money.choices import waits_for_frame, wording
from pipeline.money.payloads import Request, payload
from pipeline.money.quotes import ClipQuote, quote_clip
from pipeline.money.words import successor
from pipeline.planning.prompts import prompt_for
from pipeline.planning.voices import VOICES
from pipeline.project import Project, frame_of
from pipeline.stage import canonical, digest_of

PLACEHOLDER_URL = "https://example.com/picture.jpg"


class Blocked(Exception):
    """The slot cannot be ordered as things stand; both sentences are for people."""

    def __init__(self, note: str, way_out: str) -> None:
        super().__init__(note)
        self.note = note
        self.way_out = way_out


class Waits(Blocked):
    """A person decided on something that is not there yet, so no take shows it."""


class Draft(Frozen):
    """One take as it would be ordered; written with the take, and never changed afterwards."""

    model: Name
    prompt: Text
    negative: Text = ""
    duration_s: float
    resolution: Name = ""
    aspect: Name = "16:9"
    start: Blob | None = None
    end: Blob | None = None
    references: tuple[Blob, ...] = ()
    basis: str
    price_usd_micro: int
    subject_ids: tuple[str, ...] = ()
    schema_version: str = ""

    def request(self, urls: Mapping[str, str], seed: int | None) -> Request:
        """The order in the catalogue's terms.

        Args:
            urls: Where each picture lies at the vendor, by digest.
            seed: Sent where the model takes one.
        """
        return Request(
            prompt=self.prompt,
            negative=self.negative,
            duration_s=self.duration_s,
            resolution=self.resolution,
            aspect=self.aspect,
            start_url=urls[self.start.digest] if self.start else "",
            end_url=urls[self.end.digest] if self.end else "",
            reference_urls=tuple(urls[one.digest] for one in self.references),
            seed=seed,
        )

    @property
    def pictures(self) -> tuple[Blob, ...]:
        return tuple(one for one in (self.start, self.end, *self.references) if one)


def draft_for(look: Derivation, slot_id: str, catalogue: Catalogue) -> Draft:
    """The order of one slot, checked against the model's schema.

    Raises:
        Blocked: It cannot be ordered; says why and what to do.
    """
    project, plan, shot = look.project, look.plan, look.shots.get(slot_id)
    if plan is None or shot is None:
        raise Blocked("This slot has no shot yet.", "Plan it first.")
    _check_cast(plan, shot)
    _check_frame(project, slot_id)
    quote = quote_clip(catalogue, project, look.slot(slot_id), datetime.now(UTC).date())
    if quote.problems:
        raise _unfit(catalogue, quote, project.allow_retired)
    model = catalogue.get(quote.model)
    end = _end_frame(look, slot_id)
    start, references = _pictures(look, shot, model, None if end else quote.bought_s)
    mode = wording(project, shot, start is not None)
    prompt = prompt_for(shot, plan, mode, VOICES, model.prompt_limit)
    draft = Draft(
        model=model.key,
        prompt=milder(prompt.text, project.milder_words.get(slot_id, ())),
        negative=prompt.negative if model.names.negative else "",
        duration_s=quote.bought_s,
        resolution=quote.resolution,
        aspect=project.format.aspect.value,
        start=start,
        end=end,
        references=references,
        basis="",
        price_usd_micro=quote.take_usd_micro,
        subject_ids=shot.character_ids,
        schema_version=model.schema_version,
    )
    _check_payload(model, draft)
    words = project.milder_words.get(slot_id, ())
    return draft.model_copy(update={"basis": _basis(draft, shot, plan, words)})


def changes_since(order: Mapping[str, Any], wanted: Draft) -> str:
    """What differs between a take's order and what would be ordered now, in words."""
    now = wanted.model_dump(mode="json")
    told = (
        ("the model", ("model", "resolution")),
        ("the film's ratio", ("aspect",)),
        ("its length", ("duration_s",)),
        ("the start frame", ("start",)),
        ("the end frame", ("end",)),
        ("the reference pictures", ("references",)),
        ("the words of the shot", ("prompt", "negative")),
    )
    found = [words for words, names in told if any(order.get(one) != now[one] for one in names)]
    return ", ".join(found) or "the shot"


def _check_cast(plan: ScenePlan, shot: Shot) -> None:
    for one in plan.characters:
        errors = _faults(one) if one.id in shot.character_ids else ()
        if errors:
            raise Blocked(
                f"A character of this shot is not described well enough: {errors[0].message}",
                errors[0].fix or "Mend the description on the Cast page.",
            )


@lru_cache(maxsize=512)
def _faults(character: Character) -> tuple[Reason, ...]:
    """What stops a character from being paid for; judged once, as it is asked for every slot."""
    return tuple(one for one in verdict_of(character).reasons if one.level == "error")


def _unfit(catalogue: Catalogue, quote: ClipQuote, allow_retired: bool) -> Blocked:
    known = catalogue.models.get(quote.model)
    name = known.name if known else quote.model
    gone = known.lifecycle_on(datetime.now(UTC).date()) if known else None
    if known and gone and gone.stage == "retired" and not allow_retired:
        instead = successor(catalogue, known) or "another model"
        return Blocked(
            f"{name} was retired on {gone.on}.", f"Choose {instead}, or allow retired models."
        )
    return Blocked(
        f"{name} cannot make this clip: it {'; '.join(quote.problems)}.",
        "Choose another model, move the cut, or approve a reference on the Cast page.",
    )


def _check_payload(model: Model, draft: Draft) -> None:
    urls = {one.digest: PLACEHOLDER_URL for one in draft.pictures}
    try:
        payload(model, draft.request(urls, 0))
    except BadInput as problem:
        raise Blocked(problem.message, problem.way_out) from problem


def _pictures(
    look: Derivation, shot: Shot, model: Model, bought_s: float | None
) -> tuple[Blob | None, tuple[Blob, ...]]:
    """Start frame and references: the shot's own frame, else approved pictures of who and where.

    ``bought_s`` None leaves references aside: beside an end frame the first picture is the start.
    """
    own = look.project.references.get(frame_of(shot.slot_id))
    if own is not None:
        return look.pictures.approved(frame_of(shot.slot_id)), ()
    found = tuple(look.pictures.of_cast(shot).values())
    if model.names.start or model.names.references:
        _check_waiting(look, shot)
    if not found:
        return None, ()
    if bought_s is not None and _takes_references(look, model, bought_s):
        return None, tuple(dict.fromkeys(found))[: model.references_max]
    return (found[0] if model.names.start else None), ()


def _check_frame(project: Project, slot_id: str) -> None:
    if waits_for_frame(project, slot_id):
        raise Waits(
            "The start frame of this clip is not approved yet.",
            "Draw and approve it on the clip's card, or let the clip start from its cast's"
            " pictures.",
        )


def _end_frame(look: Derivation, slot_id: str) -> Blob | None:
    """The picture that a clip is to end on, where the person wants one.

    Raises:
        Blocked: It is to be the next shot's, and that has none.
    """
    wanted = look.project.end_frames.get(slot_id)
    if wanted is None or wanted.source == "uploaded":
        return wanted.blob if wanted else None
    after = next((one for one in look.slots if one.index == look.slot(slot_id).index + 1), None)
    shot = look.shots.get(after.id) if after else None
    found = _first_picture(look, shot) if shot else None
    if found is None:
        raise Blocked(
            "The next shot has no approved picture that this clip could end on.",
            "Approve one on the Cast page, or choose another end frame.",
        )
    return found


def _first_picture(look: Derivation, shot: Shot) -> Blob | None:
    """What a shot starts from: its own frame, else the first picture of its cast and place."""
    own = frame_of(shot.slot_id)
    if own in look.project.references:
        return look.pictures.approved(own)
    return next(iter(look.pictures.of_cast(shot).values()), None)


def _takes_references(look: Derivation, model: Model, bought_s: float) -> bool:
    return (
        bool(model.names.references)
        and not model.needs_start_frame
        and model.references_need_s in (None, bought_s)
        and model.references_need_aspect in ("", look.project.format.aspect.value)
    )


def _check_waiting(look: Derivation, shot: Shot) -> None:
    """A picture that a person brought is meant to be used: its approval is waited for."""
    for one in (*shot.character_ids, shot.location_id):
        choice = look.project.references.get(one)
        if choice and choice.blob and choice.source == "uploaded" and not choice.approved:
            raise Blocked(
                "The picture that this clip would start from is not approved yet.",
                "Approve it on the Cast page.",
            )


def _basis(draft: Draft, shot: Shot, plan: ScenePlan, milder_words: tuple[str, ...]) -> str:
    document: dict[str, Any] = {
        **shown_of(shot, plan),
        "model": [draft.model, draft.resolution, draft.aspect],
        "pictures": [one.digest for one in draft.pictures],
    }
    if milder_words:
        document["milder"] = sorted(milder_words)
    return digest_of(canonical(document))
