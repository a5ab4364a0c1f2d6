"""Replicate's answers in the studio's words: translated once, keys left behind."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import httpx

from pipeline.errors import (
    ContentRefused,
    CredentialsRefused,
    ProviderBusy,
    ProviderFailed,
    ProviderUnreachable,
    RequestRefused,
)
from pipeline.providers.protocol import Failed, LowCredit, NeverSent, Throttled

QUOTED_LETTERS = 300
LONGEST_ADVICE_S = 300.0
NEVER_SENT = (
    httpx.ConnectError,
    httpx.ConnectTimeout,
    httpx.PoolTimeout,
    httpx.UnsupportedProtocol,
    httpx.InvalidURL,
)
_SECRET = re.compile(r"(r8_|sk-|Bearer\s+|Token\s+)\S+", re.IGNORECASE)
_ADVICE = re.compile(r"(?:resets?|retry|again|wait)\D{0,30}?(\d+(?:\.\d+)?)\s*(ms|s|m|h)?", re.I)
_LOWER_RATE = re.compile(r"(\d+) requests? per minute(?:\D{0,30}burst of (\d+))?", re.IGNORECASE)
_MODERATED = re.compile(
    r"E005|flagged|sensitive|moderat|nsfw|safety|content.{0,12}(policy|filter)|prohibited"
    r"|inappropriate|copyright",
    re.IGNORECASE,
)
_REFUSED = re.compile(r"E006|invalid input|must be (one of|less|greater)|unsupported", re.I)


@contextmanager
def translated() -> Iterator[None]:
    """Turn every transport error inside into one of ``pipeline.errors``."""
    try:
        yield
    except NEVER_SENT as error:
        raise NeverSent(
            "Replicate cannot be reached.", "Check the network; nothing was bought."
        ) from error
    except httpx.TimeoutException as error:
        raise ProviderUnreachable(
            "Replicate did not answer in time.", "The studio looks whether it was accepted."
        ) from error
    except httpx.HTTPError as error:
        raise ProviderUnreachable(
            "The connection to Replicate broke off.", "The studio looks whether it was accepted."
        ) from error


def of_status(response: httpx.Response, what: str, key: str) -> ProviderFailed:
    """The error of an answer that is no success; its body must have been read.

    Args:
        response: The answer.
        what: What was asked for, such as a model's address.
        key: The key in use; it is cut out of whatever the vendor says.
    """
    status, said = response.status_code, said_in(response, key)
    if status in (401, 403):
        return CredentialsRefused(
            "Replicate does not accept the token.",
            "Check REPLICATE_API_TOKEN: it may be wrong, expired or without access.",
        )
    if status == 402:
        return LowCredit(
            "The Replicate account has no credit left.",
            "Add credit at replicate.com/account/billing; then start again.",
        )
    if status == 429:
        return _busy(response, said)
    if status == 404:
        return RequestRefused(
            f"Replicate knows no {what} (404).",
            "The model may be retired there; choose its successor on the Clips page.",
        )
    if 400 <= status < 500 and status != 408:
        return RequestRefused(
            f"Replicate refused the request for {what} ({status}): {said}",
            "Nothing was bought; choose other settings or another model.",
        )
    return ProviderUnreachable(
        f"Replicate failed ({status}).", "The studio looks whether it was accepted."
    )


def _busy(response: httpx.Response, said: str) -> ProviderBusy:
    """A rate limit; with its own words where the account has a lower one than others."""
    seconds, lower = advice_s(response, said), _LOWER_RATE.search(said)
    if lower is None:
        return ProviderBusy("Replicate asks to wait.", "The studio waits and asks again.", seconds)
    why = "Replicate takes few orders at a time from this account; its credit may be low."
    busy = ProviderBusy(why, "The studio waits its turn; add credit to go faster.", seconds)
    return Throttled(busy, float(lower[1]), int(lower[2] or 1))


def of_failure(error_text: Any, key: str) -> Failed:
    """What a prediction that failed died of."""
    said = clean(str(error_text or "no reason given"), key)
    if _MODERATED.search(said):
        refused = ContentRefused(
            f"The model refused the content: “{said}”",
            "Reword the shot; the same words would be refused again. Nothing was charged.",
        )
        return Failed(refused, "content")
    if _REFUSED.search(said):
        words = RequestRefused(
            f"The model cannot use these inputs: “{said}”",
            "Choose other settings or another model. Nothing was charged.",
        )
        return Failed(words, "refused")
    broken = ProviderFailed(
        f"The model failed: “{said}”", "Nothing was charged; start it again, or choose another."
    )
    return Failed(broken, "transient")


def said_in(response: httpx.Response, key: str) -> str:
    """The vendor's sentence, bounded, without anything that looks like a secret."""
    from replicate.exceptions import ReplicateError

    try:
        problem = ReplicateError.from_response(response)
        said = problem.detail or problem.title or ""
    except (ValueError, TypeError, AttributeError):
        said = ""
    return clean(str(said or response.text[:QUOTED_LETTERS] or "no reason given"), key)


def clean(text: str, key: str) -> str:
    without = text.replace(key, "…") if key else text
    return " ".join(_SECRET.sub("…", without).split())[:QUOTED_LETTERS]


def advice_s(response: httpx.Response, said: str) -> float | None:
    """Seconds that the vendor asks to wait, from the header or, as usual, from the sentence."""
    header = response.headers.get("retry-after", "")
    found = re.fullmatch(r"(\d+(?:\.\d+)?)()", header.strip()) or _ADVICE.search(said)
    if found is None:
        return None
    scale = {"ms": 0.001, "m": 60.0, "h": 3600.0}.get(found[2] or "s", 1.0)
    return min(float(found[1]) * scale, LONGEST_ADVICE_S)
