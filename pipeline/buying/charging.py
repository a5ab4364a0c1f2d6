"""Small rules of buying: what a delivery costs, seeds of attempts, what stands for a key. Pure."""

from __future__ import annotations

import hashlib
import hmac

from pipeline.buying.ordering import Draft
from pipeline.errors import BadInput
from pipeline.money.catalogue import Model
from pipeline.money.prices import price
from pipeline.providers.protocol import Done

SAME_LENGTH_S = 0.5
"""Vendors report the frames' own length, which is never exactly what was ordered."""


def fingerprint(key: str) -> str:
    """What stands for a key wherever something is written."""
    return hmac.new(key.encode(), b"music-video-studio/account", hashlib.sha256).hexdigest()[:32]


def seed_of(attempt_key: str) -> int:
    """A seed of its own for each attempt: it also tells equal orders apart in a list."""
    return int.from_bytes(hashlib.sha256(attempt_key.encode()).digest()[:4], "big") >> 1


def charge(model: Model, draft: Draft, done: Done) -> int:
    """Micro-dollars of what was delivered: reported units times our own price table."""
    reported = done.metrics.get("video_output_duration_seconds")
    count = max(1, int(done.metrics.get("video_output_count", 1)))
    one = draft.price_usd_micro
    if reported is not None and abs(reported - draft.duration_s) > SAME_LENGTH_S:
        try:
            one = price(model, round(reported, 3), draft.resolution)
        except BadInput:
            one = draft.price_usd_micro
    return one * count
