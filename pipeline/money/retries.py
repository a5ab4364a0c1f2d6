"""What retries may add to a quote: learnt from the studio's own takes, or one more of each."""

from __future__ import annotations

from collections.abc import Mapping

from pipeline.model import Frozen
from pipeline.money.quotes import ClipQuote, Quote
from pipeline.money.usd import dollars, share

LEARNT_FROM = 5
"""Paid takes of a model from which on its own history says how often one is made again."""


class Tried(Frozen):
    """What became of a model's takes: ``paid`` cost money, ``kept`` of them were not rejected.

    ``free`` failed without a charge: they cost patience, so they add nothing to a price.
    """

    paid: int = 0
    kept: int = 0
    free: int = 0

    @property
    def learnt(self) -> bool:
        """Whether there are enough of them to tell."""
        return self.paid >= LEARNT_FROM and self.kept > 0

    @property
    def again(self) -> int:
        """Takes that were paid for and not kept."""
        return self.paid - self.kept


def with_history(quote: Quote, tried: Mapping[str, Tried]) -> Quote:
    """The quote with the range that retries may add, from own takes where there are enough."""
    learnt = [clip for clip in quote.buyable if tried.get(clip.model, Tried()).learnt]
    added = sum(_more(clip, tried.get(clip.model, Tried())) for clip in quote.buyable)
    return quote.model_copy(
        update={
            "retry_high_usd_micro": quote.total_usd_micro + added,
            "retry_learnt": len(learnt),
        }
    )


def in_words(quote: Quote) -> str:
    """The range and where it comes from; empty when retries would add nothing."""
    if quote.retry_high_usd_micro <= quote.total_usd_micro:
        return ""
    high, paid = dollars(quote.retry_high_usd_micro), [one for one in quote.buyable if one.costs]
    if quote.retry_learnt >= len(paid):
        return f"up to {high} if as many takes are made again as so far"
    if not quote.retry_learnt:
        return f"up to {high} with one more take of each"
    return f"up to {high}: from your own takes where there are {LEARNT_FROM}, else one more of each"


def _more(clip: ClipQuote, tried: Tried) -> int:
    if not tried.learnt:
        return clip.take_usd_micro
    return share(clip.price_usd_micro, tried.again, tried.kept)
