"""Text from OpenAI or any server that speaks its protocol, streamed, each request sent once.

The client never retries by itself: a repeated request may be charged twice, so whoever pays
decides. The Responses API is asked first; a server without it is asked through chat completions,
and one that knows no JSON schema is asked without. Vendor errors are translated here, once.

    200 ──stream──> complete │ truncated │ dropped (what came is kept)
    refusal, 4xx, 429, 5xx, time-out, no connection ──> one error of pipeline.errors
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import TYPE_CHECKING, Any, Literal

from pipeline.errors import ProviderFailed, RequestRefused
from pipeline.providers.quiet import quiet

if TYPE_CHECKING:
    from openai import OpenAI

CONNECT_S = 10.0
READ_S = 180.0
LARGEST_ANSWER_CHARS = 4_000_000
Api = Literal["responses", "chat"]
Hear = Callable[[str], None]


@dataclass(frozen=True)
class TextRequest:
    """One question. ``turns`` are (role, text), role ``user`` or ``assistant``, oldest first.

    ``schema`` is a plain JSON schema; ``max_output_tokens`` bounds answer and reasoning.
    """

    model: str
    instructions: str
    turns: tuple[tuple[str, str], ...]
    schema: dict[str, Any] | None = None
    max_output_tokens: int = 16_000

    @property
    def chars(self) -> int:
        return len(self.instructions) + sum(len(text) for _, text in self.turns)


@dataclass(frozen=True)
class TextReply:
    """An answer. Token counts are None where the server did not say."""

    text: str
    ended: Literal["complete", "truncated", "dropped"] = "complete"
    tokens_in: int | None = None
    tokens_out: int | None = None
    cached_in: int = 0


@dataclass
class _Draft:
    """An answer while it arrives."""

    hear: Hear
    pieces: list[str] = field(default_factory=list)
    size: int = 0
    events: int = 0
    ended: Literal["complete", "truncated", "dropped"] = "dropped"
    refusal: str = ""
    usage: dict[str, int] = field(default_factory=dict)

    def add(self, piece: str) -> None:
        self.size += len(piece)
        if self.size > LARGEST_ANSWER_CHARS:
            raise ProviderFailed(
                "The planning model's answer does not end.", "Try again, or choose another model."
            )
        self.pieces.append(piece)
        self.hear(piece)

    def reply(self) -> TextReply:
        return TextReply(
            text="".join(self.pieces),
            ended=self.ended,
            tokens_in=self.usage.get("in"),
            tokens_out=self.usage.get("out"),
            cached_in=self.usage.get("cached", 0),
        )


class OpenAIText:
    """A connection for one caller with one key, which is held in memory only.

    Args:
        api_key: The caller's key; a local server takes any text.
        base_url: Address of a compatible server; None reads ``OPENAI_BASE_URL``, else OpenAI.
        read_s: Seconds without a byte after which an answer is given up.
    """

    def __init__(self, api_key: str, base_url: str | None = None, read_s: float = READ_S) -> None:
        self._key = api_key
        self._base_url = base_url
        self._read_s = read_s
        self._api: Api = "responses"
        self._schema_known = True
        self._streams = True

    def write(self, request: TextRequest, hear: Hear = lambda piece: None) -> TextReply:
        """Ask once and return the answer; ``hear`` gets every piece as it arrives.

        Requests that a server refuses for their form (and so never bills) are put again in the
        form that it knows.

        Raises:
            ProviderFailed: In one of its kinds; see ``pipeline.errors``.
        """
        for _ in range(4):
            asked = request if self._schema_known else replace(request, schema=None)
            try:
                draft = self._heard(asked, hear)
            except RequestRefused as refused:
                if not self._adapts_to(refused, asked):
                    raise
                continue
            finally:
                self._hang_up()
            if draft.events or not self._streams:
                return draft.reply()
            self._streams = False
        raise RequestRefused(
            "This server understands none of the forms in which a plan can be asked for.",
            "Check the server's address, or plan offline.",
        )

    def model_names(self) -> tuple[str, ...]:
        """What the server offers, as it names it.

        Raises:
            ProviderFailed: The list could not be had.
        """
        from pipeline.providers.openai_errors import translated

        try:
            with translated(self._key):
                return tuple(sorted(model.id for model in self._client.models.list()))
        finally:
            self._hang_up()

    def _hang_up(self) -> None:
        """Close the connection: plans are minutes apart, and nobody else would."""
        client: OpenAI | None = self.__dict__.pop("_client", None)
        if client is not None:
            client.close()

    @cached_property
    def _client(self) -> OpenAI:
        import httpx2
        from openai import OpenAI

        quiet()
        return OpenAI(
            api_key=self._key,
            base_url=self._base_url,
            max_retries=0,
            timeout=httpx2.Timeout(self._read_s, connect=CONNECT_S),
        )

    def _heard(self, request: TextRequest, hear: Hear) -> _Draft:
        from pipeline.providers.openai_errors import declined, lost_on_the_way, translated

        draft = _Draft(hear)
        with translated(self._key):
            try:
                events = self._events(request)
                for event in events:
                    draft.events += 1
                    _take(draft, event)
            except lost_on_the_way():
                if not draft.pieces:
                    raise
                draft.ended = "dropped"
        if draft.refusal:
            raise declined(draft.refusal, draft.usage.get("in"), draft.usage.get("out"))
        return draft

    def _events(self, request: TextRequest) -> Iterator[dict[str, Any]]:
        if self._api == "responses":
            answer: Any = self._client.responses.create(**_responses_body(request, self._streams))
        else:
            answer = self._client.chat.completions.create(**_chat_body(request, self._streams))
        if not self._streams:
            if isinstance(answer, str):
                raise ValueError("not JSON")
            yield answer.model_dump()
            return
        with answer:
            for event in answer:
                yield event.model_dump()

    def _adapts_to(self, refused: RequestRefused, request: TextRequest) -> bool:
        """Whether another form of the same request is worth asking."""
        from pipeline.providers.openai_errors import complains_of_schema, knows_no_such_path

        if self._api == "responses" and knows_no_such_path(refused):
            self._api = "chat"
            return True
        if request.schema is not None and complains_of_schema(refused):
            self._schema_known = False
            return True
        return False


def _responses_body(request: TextRequest, stream: bool) -> dict[str, Any]:
    body: dict[str, Any] = {
        "model": request.model,
        "instructions": request.instructions,
        "input": [{"role": role, "content": text} for role, text in request.turns],
        "max_output_tokens": request.max_output_tokens,
        "store": False,
        "stream": stream,
    }
    if request.schema is not None:
        form = {"type": "json_schema", "name": "plan", "schema": request.schema, "strict": True}
        body["text"] = {"format": form}
    return body


def _chat_body(request: TextRequest, stream: bool) -> dict[str, Any]:
    turns = (("system", request.instructions), *request.turns)
    body: dict[str, Any] = {
        "model": request.model,
        "messages": [{"role": role, "content": text} for role, text in turns],
        "max_tokens": request.max_output_tokens,
        "stream": stream,
    }
    if stream:
        body["stream_options"] = {"include_usage": True}
    if request.schema is not None:
        form = {"name": "plan", "schema": request.schema, "strict": True}
        body["response_format"] = {"type": "json_schema", "json_schema": form}
    return body


def _take(draft: _Draft, event: dict[str, Any]) -> None:
    """Fold one event of either API, or a whole answer, into the draft."""
    if "choices" in event:
        _take_chat(draft, event)
    elif event.get("object") == "response":
        _take_whole(draft, event, with_text=True)
    else:
        _take_response_event(draft, event)


def _take_response_event(draft: _Draft, event: dict[str, Any]) -> None:
    kind = event.get("type")
    if kind == "response.output_text.delta":
        draft.add(event.get("delta") or "")
    elif kind == "response.refusal.delta":
        draft.refusal += event.get("delta") or ""
    elif kind in {"response.completed", "response.incomplete", "response.failed"}:
        _take_whole(draft, event.get("response") or {}, with_text=not draft.pieces)
    elif kind == "error":
        raise ProviderFailed("The planning model broke off with an error.", "Try again.")


def _take_whole(draft: _Draft, response: dict[str, Any], with_text: bool) -> None:
    from pipeline.providers.openai_errors import failed

    _count(draft, response.get("usage"), ("input_tokens", "output_tokens"))
    for item in response.get("output") or ():
        for content in item.get("content") or ():
            if content.get("type") == "refusal" and not draft.refusal:
                draft.refusal = content.get("refusal") or "refused"
            elif content.get("type") == "output_text" and with_text:
                draft.add(content.get("text") or "")
    status = response.get("status")
    if status == "failed":
        raise failed(response.get("error"))
    if status == "incomplete" and _filtered(response):
        draft.refusal = draft.refusal or "stopped by a content filter"
    draft.ended = "truncated" if status == "incomplete" else "complete"


def _filtered(response: dict[str, Any]) -> bool:
    return (response.get("incomplete_details") or {}).get("reason") == "content_filter"


def _take_chat(draft: _Draft, event: dict[str, Any]) -> None:
    _count(draft, event.get("usage"), ("prompt_tokens", "completion_tokens"))
    for choice in (event.get("choices") or ())[:1]:
        part = choice.get("delta") or choice.get("message") or {}
        draft.refusal += part.get("refusal") or ""
        if part.get("content"):
            draft.add(part["content"])
        reason = choice.get("finish_reason")
        if reason == "content_filter":
            draft.refusal = draft.refusal or "stopped by a content filter"
        elif reason:
            draft.ended = "truncated" if reason == "length" else "complete"


def _count(draft: _Draft, usage: Any, names: tuple[str, str]) -> None:
    if not isinstance(usage, dict):
        return
    details = usage.get(f"{names[0]}_details") or {}
    found = {"in": usage.get(names[0]), "out": usage.get(names[1])}
    found["cached"] = details.get("cached_tokens") if isinstance(details, dict) else 0
    draft.usage = {name: int(value) for name, value in found.items() if value is not None}
