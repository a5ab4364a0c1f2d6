"""One question to a model: booked, sent, heard piece by piece, and sent again where that is wise.

A request is repeated only when the vendor is busy or out of reach, a few times and with growing
waits. What cannot be told from an unpaid failure is booked as paid.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Protocol

from pipeline.errors import (
    CredentialsRefused,
    ProviderBusy,
    ProviderFailed,
    ProviderUnreachable,
    RequestRefused,
)
from pipeline.money.prices import TokenPrice
from pipeline.planning.briefing import tokens_in
from pipeline.planning.scanner import Piece, Scanner
from pipeline.providers.openai_errors import Declined, NeverSent
from pipeline.providers.openai_text import TextReply, TextRequest

MOST_TRIES = 4
FIRST_WAIT_S = 2.0
LONGEST_WAIT_S = 60.0
COST_NOTHING = (NeverSent, ProviderBusy, CredentialsRefused, RequestRefused)
CHARS_PER_TOKEN = 3


class Writer(Protocol):
    """Anything that answers a text request, such as ``OpenAIText``."""

    def write(self, request: TextRequest, hear: Callable[[str], None]) -> TextReply: ...


class TokenBook(Protocol):
    """Where attempts are booked; amounts are micro-dollars."""

    def reserve(self, worst_usd_micro: int) -> str:
        """Set an amount aside and return its key. Raises ``BudgetRefused``."""

    def settle(self, key: str, actual_usd_micro: int) -> None:
        """Book what the attempt cost."""

    def release(self, key: str) -> None:
        """Book that the attempt cost nothing."""


@dataclass
class Answer:
    """What came of a question, in the order of arrival."""

    pieces: list[Piece] = field(default_factory=list)
    truncated: bool = False


@dataclass
class Asker:
    """Asks one question at a time.

    Args:
        writer: The connection.
        book: Where attempts are booked.
        price: Of the model in use.
        wait: How to wait some seconds.
    """

    writer: Writer
    book: TokenBook
    price: TokenPrice
    wait: Callable[[float], None]

    def ask(
        self,
        request: TextRequest,
        heard: Callable[[Piece], None],
        rest: Callable[[], TextRequest | None],
    ) -> Answer:
        """Ask until an answer has come to its end.

        Args:
            request: The question.
            heard: Takes each finished piece as it arrives.
            rest: The question without what has come, for a connection that was lost; None
                when everything has.

        Raises:
            BudgetRefused: The limit would be passed.
            ProviderFailed: No answer, also after waiting.
        """
        answer = Answer()
        for attempt in range(MOST_TRIES):
            try:
                reply = self._once(request, answer, heard)
            except (ProviderBusy, ProviderUnreachable) as failure:
                if attempt >= _tries(failure) - 1:
                    raise
                self.wait(_pause(failure, attempt))
                continue
            if reply.ended != "dropped" or attempt == MOST_TRIES - 1:
                answer.truncated = reply.ended != "complete"
                return answer
            left = rest()
            if left is None:
                return answer
            self.wait(_pause(None, attempt))
            request = left
        return answer

    def _once(
        self, request: TextRequest, answer: Answer, heard: Callable[[Piece], None]
    ) -> TextReply:
        worst = self.price.usd_micro(tokens_in(request), request.max_output_tokens)
        key = self.book.reserve(worst)
        scanner = Scanner()
        before = len(answer.pieces)

        def hear(text: str) -> None:
            for piece in scanner.feed(text):
                _note(answer, piece, heard)

        # Until the answer or a known failure says otherwise: also what nobody expected is paid.
        charged: int | None = worst
        try:
            reply = self.writer.write(request, hear)
            charged = self._actual(request, reply, worst)
        except ProviderFailed as failure:
            charged = self._charged(failure, worst)
            raise
        finally:
            self._close(key, charged)
        if len(answer.pieces) == before:
            for piece in _other_forms(reply.text):
                _note(answer, piece, heard)
        return reply

    def _charged(self, failure: ProviderFailed, worst: int) -> int | None:
        """None for what was refused before any work; the worst where that is in doubt."""
        if isinstance(failure, Declined) and failure.tokens_in is not None:
            return self.price.usd_micro(failure.tokens_in, failure.tokens_out or 0)
        return None if isinstance(failure, COST_NOTHING) else worst

    def _close(self, key: str, charged: int | None) -> None:
        if charged is None:
            self.book.release(key)
        else:
            self.book.settle(key, charged)

    def _actual(self, request: TextRequest, reply: TextReply, worst: int) -> int:
        """The price by the server's own count; without one an estimate, in doubt the worst."""
        if reply.tokens_in is not None and reply.tokens_out is not None:
            return self.price.usd_micro(reply.tokens_in, reply.tokens_out, reply.cached_in)
        if reply.ended == "dropped":
            return worst
        guess_in = request.chars // CHARS_PER_TOKEN
        return self.price.usd_micro(guess_in, len(reply.text) // CHARS_PER_TOKEN)


def _note(answer: Answer, piece: Piece, heard: Callable[[Piece], None]) -> None:
    for one in _unwrapped(piece):
        answer.pieces.append(one)
        heard(one)


def _unwrapped(piece: Piece) -> list[Piece]:
    """The piece, or the members of a plan that was wrapped in another object."""
    value = piece[1]
    if not isinstance(value, dict) or not isinstance(value.get("shots"), list):
        return [piece]
    return [
        (name, one)
        for name, member in value.items()
        for one in (member if isinstance(member, list) else [member])
    ]


def _tries(failure: ProviderFailed) -> int:
    """Fewer where each try may have been charged."""
    return MOST_TRIES if isinstance(failure, ProviderBusy | NeverSent) else MOST_TRIES - 1


def _pause(failure: ProviderFailed | None, attempt: int) -> float:
    advised = failure.retry_after_s if isinstance(failure, ProviderBusy) else None
    own = FIRST_WAIT_S * 2**attempt
    return float(min(LONGEST_WAIT_S, own if advised is None else advised))


def _other_forms(text: str) -> list[Piece]:
    """Pieces of answers that wrap the plan in another object, or are a bare list of shots."""
    start = min((n for n in (text.find("{"), text.find("[")) if n >= 0), default=-1)
    if start < 0:
        return []
    try:
        value, _ = json.JSONDecoder(strict=False).raw_decode(text[start:])
    except (ValueError, RecursionError):
        return []
    if isinstance(value, list):
        return [("shots", row) for row in value if isinstance(row, dict)]
    return []
