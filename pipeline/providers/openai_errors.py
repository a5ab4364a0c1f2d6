"""OpenAI's errors in the studio's words: translated once, keys and prompts left behind."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from math import isnan
from typing import Any

from pipeline.errors import (
    ContentRefused,
    CredentialsRefused,
    OutputUnusable,
    ProviderBusy,
    ProviderFailed,
    ProviderUnreachable,
    RequestRefused,
)

LONGEST_ADVICE_S = 120.0
QUOTED_LETTERS = 160
_SECRET = re.compile(r"(sk-|r8_|Bearer\s+)\S+", re.IGNORECASE)
_SCHEMA = re.compile(r"schema|response_format|text\.format|json_object|strict", re.IGNORECASE)


class NeverSent(ProviderUnreachable):
    """No connection was made, so nothing can have been charged."""


class Declined(ContentRefused):
    """The model declined in an answer that was charged; the token counts say how much."""

    def __init__(
        self,
        message: str,
        way_out: str = "",
        tokens_in: int | None = None,
        tokens_out: int | None = None,
    ) -> None:
        super().__init__(message, way_out)
        self.tokens_in = tokens_in
        self.tokens_out = tokens_out

    def __reduce__(self) -> tuple[object, ...]:
        return (type(self), (self.message, self.way_out, self.tokens_in, self.tokens_out))


class FormRefused(RequestRefused):
    """The request's form or address is wrong; ``status`` is the HTTP status."""

    def __init__(self, message: str, way_out: str = "", status: int = 400) -> None:
        super().__init__(message, way_out)
        self.status = status

    def __reduce__(self) -> tuple[object, ...]:
        return (type(self), (self.message, self.way_out, self.status))


@contextmanager
def translated(key: str) -> Iterator[None]:
    """Turn every error of the client inside into one of ``pipeline.errors``.

    Args:
        key: The key in use; it is cut out of whatever the server says.
    """
    import openai

    try:
        yield
    except openai.APIStatusError as error:
        raise _of_status(error, key) from error
    except openai.APIConnectionError as error:
        raise _of_connection(error) from error
    except (openai.OpenAIError, ValueError) as error:
        raise OutputUnusable(
            "The planning model's server answered with something that is no answer.",
            "Check the server's address, try again, or plan offline.",
        ) from error


def lost_on_the_way() -> tuple[type[Exception], ...]:
    """Errors after which the pieces that did arrive are still good."""
    import openai

    return (openai.APIConnectionError, ValueError)


def declined(reason: str, tokens_in: int | None = None, tokens_out: int | None = None) -> Declined:
    """The model declined, in its own words."""
    said = " ".join(reason.split())[:QUOTED_LETTERS]
    return Declined(
        f"The planning model declined to write this plan: “{said}”",
        "Reword the brief or the lyrics, choose another model, or plan offline.",
        tokens_in,
        tokens_out,
    )


def failed(error: Any) -> ProviderFailed:
    """A response that its server marked as failed."""
    code = error.get("code") if isinstance(error, dict) else ""
    if code == "rate_limit_exceeded":
        return ProviderBusy("The planning model is busy.", "It is asked again shortly.")
    return ProviderUnreachable("The planning model failed while writing.", "Try again.")


def knows_no_such_path(error: RequestRefused) -> bool:
    return isinstance(error, FormRefused) and error.status in {404, 405, 501}


def complains_of_schema(error: RequestRefused) -> bool:
    return isinstance(error, FormRefused) and bool(_SCHEMA.search(error.message))


def _of_status(error: Any, key: str) -> ProviderFailed:
    status = int(error.status_code)
    if status in {401, 403}:
        return CredentialsRefused(
            "The planning model's server does not accept the key.",
            "Check the key in the settings, and that it may use this model.",
        )
    if status == 429:
        return _busy(error)
    if status in {408, 409} or (status >= 500 and status != 501):
        return ProviderUnreachable(
            f"The planning model's server failed ({status}).", "Try again later, or plan offline."
        )
    if _code(error) in {"content_policy_violation", "content_filter"}:
        return declined(_said(error, key), 0, 0)
    return FormRefused(
        f"The planning model's server refused the request ({status}): {_said(error, key)}",
        "Check the model's name and the server's address in the settings, or plan offline.",
        status,
    )


def _busy(error: Any) -> ProviderFailed:
    if _code(error) == "insufficient_quota":
        return RequestRefused(
            "The account has no credit left.",
            "Add credit to the account, use another key, or plan offline.",
        )
    return ProviderBusy(
        "The planning model's server asks to wait.",
        "The studio waits and asks again; if this lasts, try later or plan offline.",
        _retry_after(error),
    )


def _retry_after(error: Any) -> float | None:
    """The server's own advice in seconds, within bounds; dates and nonsense give None."""
    said = error.response.headers.get("retry-after", "")
    try:
        seconds = float(said)
    except ValueError:
        return None
    return None if isnan(seconds) else min(max(0.0, seconds), LONGEST_ADVICE_S)


def _of_connection(error: Exception) -> ProviderUnreachable:
    import httpx2
    import openai

    cause = error.__cause__
    if isinstance(cause, httpx2.ConnectError | httpx2.ConnectTimeout | httpx2.UnsupportedProtocol):
        return NeverSent(
            "The planning model's server cannot be reached.",
            "Check the network and the server's address in the settings, or plan offline.",
        )
    slow = isinstance(error, openai.APITimeoutError)
    return ProviderUnreachable(
        "The planning model did not answer in time."
        if slow
        else "The connection to the planning model was lost.",
        "Try again later, or plan offline.",
    )


def _code(error: Any) -> str:
    body = error.body if isinstance(error.body, dict) else {}
    return str(body.get("code") or "")


def _said(error: Any, key: str) -> str:
    """The server's sentence, bounded, without anything that looks like a secret."""
    body = error.body if isinstance(error.body, dict) else {}
    said = str(body.get("message") or body.get("error") or "no reason given")
    clean = _SECRET.sub("…", said.replace(key, "…") if key else said)
    return " ".join(clean.split())[:QUOTED_LETTERS]
