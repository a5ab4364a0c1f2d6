"""What the command line says of money: quotes, the ledger with its receipts, and the catalogue."""

from __future__ import annotations

import os
from contextlib import closing
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, Any

from pipeline.errors import CredentialsRefused, RequestRefused
from pipeline.money import words
from pipeline.money.accounts import Receipt
from pipeline.money.catalogue import Catalogue, Model, load
from pipeline.money.retries import in_words
from pipeline.money.usd import dollars, exact, micro, number

if TYPE_CHECKING:
    from pipeline.money.quotes import ClipQuote
    from pipeline.providers.replicate import Replicate
    from pipeline.studio import Studio

SUMS = ("spent", "held", "limit")


def ledger(studio: Studio, project_id: str) -> dict[str, Any]:
    """Every entry of a project, a receipt for each purchase, and the sums in dollars."""
    studio.project(project_id)
    totals = studio.totals(project_id)
    return {
        "entries": [one.model_dump(mode="json") for one in studio.spending.entries(project_id)],
        "receipts": [_receipt(one) for one in studio.spending.receipts(project_id)],
        "spent_usd": number(totals.spent_usd_micro),
        "held_usd": number(totals.held_usd_micro),
        "limit_usd": number(totals.limit_usd_micro),
    }


def _receipt(receipt: Receipt) -> dict[str, Any]:
    spent = number(receipt.spent_usd_micro)
    return {**receipt.model_dump(mode="json"), "spent_usd": spent}


def booked(document: dict[str, Any]) -> str:
    """The ledger for people: the sums, then a line for each purchase."""
    sums = {name: exact(micro(repr(document[f"{name}_usd"]))) for name in SUMS}
    head = (
        f"{len(document['entries'])} entries: {sums['spent']} spent, {sums['held']} held,"
        f" limit {sums['limit']}"
    )
    return "\n".join([head, *(_bought(one) for one in document["receipts"])])


def _bought(receipt: dict[str, Any]) -> str:
    waited = "" if receipt["latency_s"] is None else f"{receipt['latency_s']:.0f} s"
    output = (receipt["output_digest"] or "no file")[:12]
    amount = receipt["reserved_usd_micro" if receipt["outcome"] == "held" else "spent_usd_micro"]
    return (
        f"{receipt['reserved_at'][:19]}  {receipt['unit']:<12} {receipt['model']:<22}"
        f" {receipt['outcome']:<9} {exact(amount):>8} {waited:>6}  {output}"
    )


def quote(studio: Studio, project_id: str) -> dict[str, Any]:
    """What is left to buy: clips without a bought take, why some cannot be had, and the sum."""
    quoted = studio.spending.quote(project_id)
    return {
        "clips": [
            {**one.model_dump(mode="json"), "buyable": one.buyable, "price_usd": _price(one)}
            for one in quoted.clips
        ],
        "not_buyable": len(quoted.stuck),
        "total_usd": number(quoted.total_usd_micro),
        "with_retries_usd": number(quoted.retry_high_usd_micro),
        "retries": in_words(quoted),
        "wasted_s": quoted.wasted_s,
    }


def _price(clip: ClipQuote) -> float | None:
    return number(clip.price_usd_micro) if clip.buyable else None


def quoted(document: dict[str, Any]) -> str:
    """The quote for people: the sum, then each clip that cannot be bought with its reason."""
    clips = document["clips"]
    stuck = [one for one in clips if not one["buyable"]]
    count = len(clips) - len(stuck)
    total = dollars(sum(one["price_usd_micro"] for one in clips))
    lines = [
        f"{count} {'clip' if count == 1 else 'clips'} for {total},"
        f" {document['wasted_s']:.1f} s of it bought and not used",
        document["retries"],
        f"Not buyable as chosen, and not counted: {len(stuck)}" if stuck else "",
        *(f"  {one['slot_id']}: {one['model']} {'; '.join(one['problems'])}" for one in stuck),
    ]
    return "\n".join(line for line in lines if line)


def catalogue() -> dict[str, Any]:
    """Every model with prices, dates and what is not settled about it."""
    today, known = datetime.now(UTC).date(), load()
    return {"models": [_model(known, model, today) for model in known.models.values()]}


def _model(known: Catalogue, model: Model, today: date) -> dict[str, Any]:
    return {
        "key": model.key,
        "name": model.name,
        "slug": model.slug,
        "kind": model.kind,
        "durations_s": model.durations_s or model.duration_range_s or (),
        "lifecycle": model.lifecycle_on(today).model_dump(mode="json"),
        "life": words.lifecycle(known, model, today),
        "prices": [line.model_dump(mode="json") for line in model.prices],
        "unit_price": words.unit_price(model),
        "price_note": model.price_note,
        "schema_version": model.schema_version,
        "evidence": model.evidence,
        "source": model.source,
        "verified": model.verified.isoformat(),
    }


def catalogue_check() -> dict[str, Any]:
    """Every difference between the catalogue and the live schemas on Replicate.

    Raises:
        CredentialsRefused: There is no key to look them up with.
    """
    from pipeline.keys import KeyRing
    from pipeline.providers.replicate import Replicate

    key = KeyRing().key("", "REPLICATE_API_TOKEN")
    if not key:
        raise CredentialsRefused(
            "Live schemas can only be read with a Replicate key.", "Set REPLICATE_API_TOKEN."
        )
    known, vendor = load(), Replicate(os.environ.get("REPLICATE_BASE_URL", ""))
    slugs = [model.slug for model in known.models.values() if model.provider == "replicate"]
    with closing(vendor):
        live = {slug: schema for slug in slugs if (schema := _live(vendor, key, slug))}
    found = [one.model_dump(mode="json") for one in known.check(live)]
    return {"checked": len(live), "differences": found}


def _live(vendor: Replicate, key: str, slug: str) -> dict[str, Any] | None:
    """A model's live schema; None for one that the vendor does not know."""
    try:
        return vendor.schema(key, slug)
    except RequestRefused:
        return None


def listed(document: dict[str, Any]) -> str:
    """The catalogue, or its differences from the live schemas, a line each."""
    if "differences" in document:
        found = document["differences"]
        lines = (f"{one['key']}: {one['field']}: {one['message']}" for one in found)
        return "\n".join(lines) or "The catalogue is as it is live."
    return "\n".join(
        f"{one['key']:<28} {one['kind']:<13} {one['unit_price']:<28} verified {one['verified']}"
        f"{'  prices not settled' if one['price_note'] else ''}"
        f"{'  ' + one['life'] if one['life'] else ''}"
        for one in document["models"]
    )
