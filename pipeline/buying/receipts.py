"""What takes and stills tell their receipts: what was sent to whom, and which file came of it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from pydantic import ValidationError

from pipeline.buying.charging import seed_of
from pipeline.buying.ordering import Draft
from pipeline.buying.takes import Take
from pipeline.model import Still
from pipeline.money.accounts import Receipt, TakeFacts
from pipeline.money.catalogue import Catalogue


def facts_of_takes(takes: Iterable[Take]) -> dict[str, TakeFacts]:
    """What is known of each take, by its order's key; orders of another time tell less."""
    return {take.id: _facts(take) for take in takes}


def facts_of_stills(stills: Mapping[str, Still]) -> dict[str, TakeFacts]:
    """What is known of bought reference pictures, by their orders' keys."""
    return {
        key: TakeFacts(prompt=still.prompt, output_digest=still.blob.digest)
        for key, still in stills.items()
    }


def with_seeds(found: Iterable[Receipt], catalogue: Catalogue) -> tuple[Receipt, ...]:
    """Receipts with the seed that was sent, where the model takes one: each attempt has its own."""
    return tuple(_seeded(receipt, catalogue) for receipt in found)


def _seeded(receipt: Receipt, catalogue: Catalogue) -> Receipt:
    model = catalogue.models.get(receipt.model)
    if model is None or not model.names.seed or not receipt.prompt:
        return receipt
    return receipt.model_copy(update={"seed": seed_of(receipt.key)})


def _facts(take: Take) -> TakeFacts:
    output = take.clip.blob.digest if take.clip else None
    try:
        draft = Draft.model_validate(take.order)
    except ValidationError:
        return TakeFacts(output_digest=output)
    return TakeFacts(
        schema_version=draft.schema_version,
        duration_s=draft.duration_s,
        resolution=draft.resolution,
        start_digest=draft.start.digest if draft.start else None,
        end_digest=draft.end.digest if draft.end else None,
        reference_digests=tuple(one.digest for one in draft.references),
        prompt=draft.prompt,
        output_digest=output,
    )
