"""Where things are bought: provider, journal and account, put together once for a studio."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from threading import Lock
from typing import TYPE_CHECKING, Any, Final, Literal, TypeVar

from cache.blobs import writing
from pipeline.bench import StoreBench, as_blob, storage_errors
from pipeline.buying.charging import charge, fingerprint, seed_of
from pipeline.buying.ordering import Draft
from pipeline.buying.takes import Take
from pipeline.errors import (
    BadInput,
    CredentialsRefused,
    OutputUnusable,
    ProviderBusy,
    ProviderUnreachable,
)
from pipeline.jobs.asking import Gate
from pipeline.jobs.journal import Journal
from pipeline.jobs.orders import Account, Bought, Order
from pipeline.jobs.protocol import Reporter
from pipeline.jobs.purchase import Buyer
from pipeline.jobs.reconcile import Patience
from pipeline.jobs.uploads import Uploads
from pipeline.model import Blob, Clip
from pipeline.money.catalogue import Model
from pipeline.money.ledger import Scope
from pipeline.money.payloads import Request, payload
from pipeline.money.prices import price
from pipeline.projects.pictures import take_in_picture
from pipeline.stages.inspect import INSPECT, InspectInputs
from pipeline.stages.poster import POSTER, poster_of

if TYPE_CHECKING:
    from pipeline.providers.protocol import Provider
    from pipeline.workshop import Workshop

TOKEN: Final = "REPLICATE_API_TOKEN"
FETCHES = 5
FETCH_BACKOFF_S = 1.0
LEAST_DEADLINE_S = 300.0
LONGEST_DEADLINE_S = 1800.0
LEARNT_FROM = 3
UPLOAD_STAYS_S = 1800.0
REDRAW = "Draw it again, or choose another model."

Value = TypeVar("Value")


@dataclass(frozen=True)
class Commission:
    """A picture to be bought; ``pictures`` are sent along for the model to look at."""

    model: Model
    request: Request
    pictures: tuple[Blob, ...] = ()


class Shop:
    """Orders for takes and stills, and what they deliver.

    Args:
        studio: Whose keys, database, store and catalogue.
        provider: Who makes things; Replicate when None.
        patience: How long to wait for what.
    """

    def __init__(
        self, studio: Workshop, provider: Provider | None = None, patience: Patience | None = None
    ) -> None:
        self._studio = studio
        self._given = provider
        self._patience = patience or Patience()
        self._gate = Gate()
        self._lock = Lock()
        self._uploading = Lock()
        self.journal = Journal(studio.database, studio.ledger)
        self._uploads = Uploads(studio.database)

    @property
    def provider(self) -> Provider:
        """Who makes things; connected at the first use."""
        with self._lock:
            if self._given is None:
                from pipeline.providers.replicate import Replicate

                self._given = Replicate(os.environ.get("REPLICATE_BASE_URL", ""))
            return self._given

    def account(self, project_id: str) -> Account:
        """Whose money is spent for a project.

        Raises:
            CredentialsRefused: There is no token.
        """
        key = self._studio.keys.key(project_id, TOKEN)
        if not key:
            raise CredentialsRefused(
                "There is no Replicate token, so nothing can be bought.",
                f"Set {TOKEN}, or choose the free preview model.",
            )
        return Account(key, fingerprint(key))

    def order(self, take: Take, draft: Draft) -> tuple[Buyer, Order]:
        """A buyer and what it is to buy for a take."""
        account = self.account(take.project_id)
        model = self._studio.catalogue.get(draft.model)
        scope = Scope(
            project_id=take.project_id,
            stage="clips",
            unit=take.slot_id,
            model=model.key,
            subject_ids=draft.subject_ids,
        )
        return self._buyer(account), Order(
            key=take.id,
            model=model.key,
            slug=model.slug,
            scope=scope,
            worst_usd_micro=draft.price_usd_micro,
            inputs=lambda n: self._inputs(model, draft, account, f"{take.id}#{n}"),
            charge=lambda done: charge(model, draft, done),
            deadline_s=self._deadline_s(model),
            usual_s=self.usual_s(model),
        )

    def order_still(
        self, project_id: str, key: str, subject_id: str, wanted: Commission
    ) -> tuple[Buyer, Order]:
        """A buyer and what it is to buy for a picture of a subject, or for a start frame."""
        account, model = self.account(project_id), wanted.model
        each = price(model, 0.0, wanted.request.resolution)
        scope = Scope(
            project_id=project_id,
            stage="references",
            unit=subject_id,
            model=model.key,
            subject_ids=(subject_id,),
        )

        def inputs(n: int) -> Mapping[str, Any]:
            urls = tuple(self._uploaded(blob, account) for blob in wanted.pictures)
            sent = {"seed": seed_of(f"{key}#{n}"), "reference_urls": urls}
            return payload(model, wanted.request.model_copy(update=sent))

        return self._buyer(account), Order(
            key=key,
            model=model.key,
            slug=model.slug,
            scope=scope,
            worst_usd_micro=each,
            inputs=inputs,
            charge=lambda done: each * max(1, int(done.metrics.get("image_output_count", 1))),
            deadline_s=self._deadline_s(model),
            usual_s=self.usual_s(model),
        )

    def deliver(self, bought: Bought, made_by: str, report: Reporter) -> Clip:
        """The clip of a finished purchase, fetched, checked to the last frame and stored.

        Raises:
            OutputUnusable: The file is bad, also when fetched once more, or gone.
            ProviderUnreachable: It could not be fetched now; the next call may succeed.
            StorageFailed: The disk is full.
        """
        url = _output(bought)
        try:
            return self._checked(self._fetched(url, "video", report), made_by, report)
        except OutputUnusable:
            report.progress(0.95, "fetching the clip once more")
            return self._checked(self._fetched(url, "video", report), made_by, report)

    def deliver_still(self, bought: Bought, report: Reporter) -> tuple[Blob, tuple[int, int]]:
        """A bought picture, decoded, bounded and stored, with its size in pixels.

        Raises:
            OutputUnusable: It is no picture that can be used.
            ProviderUnreachable: It could not be fetched now; the next call may succeed.
        """
        from PIL import Image

        raw = self._fetched(_output(bought), "image", report)
        try:
            with self._studio.path(raw).open("rb") as file:
                blob = take_in_picture(file, StoreBench(self._studio.store))
        except BadInput as error:
            raise OutputUnusable(
                error.message, "Draw it again, or choose another model."
            ) from error
        with Image.open(self._studio.path(blob)) as picture:
            return blob, picture.size

    def usual_s(self, model: Model) -> tuple[float, float]:
        """Seconds that half and nine of ten clips of a model take, learnt or as published."""
        learnt = self.journal.latencies_s(model.key)
        if len(learnt) < LEARNT_FROM:
            return model.latency_s
        return learnt[len(learnt) // 2], learnt[min(len(learnt) - 1, int(len(learnt) * 0.9))]

    def close(self) -> None:
        """Close the connections."""
        close = getattr(self._given, "close", None)
        if close is not None:
            close()

    def _deadline_s(self, model: Model) -> float:
        usual = 3.0 * max(self.usual_s(model)[1], model.latency_s[1])
        return min(LONGEST_DEADLINE_S, max(LEAST_DEADLINE_S, usual))

    def _inputs(
        self, model: Model, draft: Draft, account: Account, attempt_key: str
    ) -> Mapping[str, Any]:
        urls = {blob.digest: self._uploaded(blob, account) for blob in draft.pictures}
        return payload(model, draft.request(urls, seed_of(attempt_key)))

    def _uploaded(self, blob: Blob, account: Account) -> str:
        """Where a picture lies at the vendor; sent only if it is not there."""
        with self._uploading:
            until = time.time() + UPLOAD_STAYS_S
            found = self._uploads.find(account.fingerprint, blob.digest, until)
            if found is not None:
                return found
            try:
                path = self._studio.path(blob)
            except LookupError as error:
                raise BadInput(
                    "The approved picture is gone from the store.", "Approve another one."
                ) from error
            sent = _again(lambda: self.provider.upload(account.key, path), lambda _wait: None)
            self._uploads.remember(account.fingerprint, blob.digest, sent.url, sent.expires_at)
            return sent.url

    def _buyer(self, account: Account) -> Buyer:
        return Buyer(self.journal, self.provider, account, self._patience, self._gate)

    def _fetched(self, url: str, kind: Literal["video", "image"], report: Reporter) -> Blob:
        from pipeline.providers.download import allowed_by, fetch

        blobs = self._studio.store.blobs
        path = blobs.scratch(".part")

        def tell(share: float) -> None:
            report.progress(0.95, f"fetching the clip: {share:.0%}")

        def once() -> Blob:
            with storage_errors(), writing(path):
                suffix = fetch(url, path, kind, allowed_by(os.environ), tell)
                return as_blob(blobs.put_file(path, suffix))

        try:
            return _again(once, lambda _seconds: report.progress(0.95, "fetching the clip again"))
        finally:
            path.unlink(missing_ok=True)

    def _checked(self, blob: Blob, made_by: str, report: Reporter) -> Clip:
        inputs = InspectInputs(blob=blob, made_by=made_by)
        found = self._studio.pool.run_stage(INSPECT.name, inputs, report)
        clip = Clip.model_validate(found)
        self._studio.pool.run_stage(POSTER.name, poster_of(clip), report)
        return clip


def _output(bought: Bought) -> str:
    if bought.outputs:
        return bought.outputs[0]
    if bought.removed:
        raise OutputUnusable(
            "The vendor has deleted the finished clip; it keeps outputs for an hour.",
            "It was charged and cannot be had any more: make another take.",
        )
    raise OutputUnusable(
        "The vendor reports a finished clip and delivers none.",
        "It may have been charged: ask Replicate about it, or make another take.",
    )


def _again(action: Callable[[], Value], waiting: Callable[[float], None]) -> Value:
    """Repeat what costs nothing while the network is at fault."""
    for number in range(FETCHES):
        try:
            return action()
        except (ProviderUnreachable, ProviderBusy):
            if number == FETCHES - 1:
                raise
        pause_s = FETCH_BACKOFF_S * 2**number
        waiting(pause_s)
        time.sleep(pause_s)
    raise AssertionError
