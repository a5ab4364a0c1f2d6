"""A small server that speaks OpenAI's protocol and writes plans, well or badly on request.

It answers ``/v1/responses`` and ``/v1/chat/completions``, streamed or whole, with shots for the
slots that the request asks for. Faults are queued: each request takes one from the queue.

    python tests/fakes/openai_server.py --port 8089 --fault truncated --fault busy
    OPENAI_BASE_URL=http://127.0.0.1:8089/v1 OPENAI_API_KEY=any ...
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Event, Lock, Thread
from typing import Any

SIZES = ("LS", "MS", "CU", "MLS", "MCU", "ELS")
MOVES = ("static", "push", "truck", "pan", "orbit")
USAGE = (1_000, 2_000)
STATUS = {
    "busy": 429,
    "busy_after": 429,
    "quota": 429,
    "server_error": 500,
    "bad_gateway": 502,
    "unauthorized": 401,
    "bad_model": 400,
}
CODES = {"quota": "insufficient_quota", "unauthorized": "invalid_api_key"}


@dataclass
class Manners:
    """How the server behaves.

    ``faults`` are taken one a request; ``always`` is the fault of every further request.
    ``chat_only`` knows no Responses API, ``no_schema`` refuses JSON schemas, ``no_stream``
    answers whole. ``gate``, if set, holds back everything after the first shot until it is set.
    """

    faults: list[str] = field(default_factory=list)
    always: str = ""
    chat_only: bool = False
    no_schema: bool = False
    no_stream: bool = False
    no_usage: bool = False
    retry_after: str = "0"
    stall_s: float = 3.0
    gate: Event | None = None


class FakeOpenAI(ThreadingHTTPServer):
    """The server; ``requests`` holds (path, body) of everything that was asked."""

    daemon_threads = True

    def __init__(self, manners: Manners | None = None, port: int = 0) -> None:
        super().__init__(("127.0.0.1", port), _Handler)
        self.manners = manners or Manners()
        self.requests: list[tuple[str, dict[str, Any]]] = []
        self.lock = Lock()
        self.stopping = Event()

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that hangs up is part of the game."""

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}/v1"

    @property
    def plans_asked(self) -> int:
        """How many requests were answered with a plan or a fault of one."""
        return len(self.requests)

    def next_fault(self) -> str:
        with self.lock:
            return self.manners.faults.pop(0) if self.manners.faults else self.manners.always

    def __enter__(self) -> FakeOpenAI:
        Thread(target=self.serve_forever, args=(0.02,), daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stopping.set()
        self.shutdown()
        self.server_close()


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: FakeOpenAI

    def log_message(self, format: str, *args: object) -> None:
        """Stay silent; requests hold texts of people."""

    def do_GET(self) -> None:
        if self.path.endswith("/models"):
            rows = [{"id": "fake-planner", "object": "model", "created": 0, "owned_by": "fake"}]
            self._json(200, {"object": "list", "data": rows})
        else:
            self._error(404, "no such path")

    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers.get("content-length", 0))) or b"{}")
        manners, chat = self.server.manners, self.path.endswith("/chat/completions")
        if not chat and (manners.chat_only or not self.path.endswith("/responses")):
            self._error(404, "unknown path")
            return
        if manners.no_schema and ("response_format" in body or "text" in body):
            self._error(400, "response_format json_schema is not supported")
            return
        with self.server.lock:
            self.server.requests.append((self.path, body))
        self._answer(body, chat, self.server.next_fault())

    def _answer(self, body: dict[str, Any], chat: bool, fault: str) -> None:
        if fault in STATUS:
            self._refuse(fault)
        elif fault == "stall":
            self.server.stopping.wait(self.server.manners.stall_s)
        elif fault == "hang_up":
            self.connection.close()
        elif fault == "html":
            self._send(200, b"<html><body>Welcome</body></html>", "text/html")
        else:
            self._plan(body, chat, fault)

    def _refuse(self, fault: str) -> None:
        headers = {"Retry-After": self.server.manners.retry_after} if fault == "busy_after" else {}
        self._error(STATUS[fault], f"{fault} at the fake", CODES.get(fault, fault), headers)

    def _plan(self, body: dict[str, Any], chat: bool, fault: str) -> None:
        text = "" if fault == "refusal" else written(asked(body, chat), fault)
        ended = "truncated" if fault == "truncated" else "complete"
        if fault in {"truncated", "dropped"}:
            text = text[: int(len(text) * 0.6)]
        usage = None if self.server.manners.no_usage else USAGE
        voice = _Chat(text, fault, ended, usage) if chat else _Responses(text, fault, ended, usage)
        if body.get("stream") and not self.server.manners.no_stream:
            self._stream(voice.events(), drop=fault == "dropped")
        else:
            self._json(200, voice.whole())

    def _stream(self, events: Iterator[bytes], drop: bool) -> None:
        self.send_response(200)
        self.send_header("content-type", "text/event-stream")
        self.send_header("transfer-encoding", "chunked")
        self.end_headers()
        gate = self.server.manners.gate
        for number, event in enumerate(events):
            if drop and event.startswith(b"event: response.completed"):
                break
            if gate is not None and number == 6:
                gate.wait(10)
            self.wfile.write(f"{len(event):x}\r\n".encode() + event + b"\r\n")
            self.wfile.flush()
        if drop:
            self.close_connection = True
            self.connection.close()
            return
        self.wfile.write(b"0\r\n\r\n")

    def _error(
        self, status: int, message: str, code: str = "", headers: dict[str, str] | None = None
    ) -> None:
        error = {"message": message, "type": "error", "code": code or None, "param": None}
        self._json(status, {"error": error}, headers)

    def _json(self, status: int, value: Any, headers: dict[str, str] | None = None) -> None:
        self._send(status, json.dumps(value).encode(), "application/json", headers)

    def _send(
        self, status: int, data: bytes, kind: str, headers: dict[str, str] | None = None
    ) -> None:
        self.send_response(status)
        self.send_header("content-type", kind)
        self.send_header("content-length", str(len(data)))
        for name, value in (headers or {}).items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(data)


@dataclass(frozen=True)
class Asked:
    """What a request asks for."""

    slots: tuple[dict[str, Any], ...]
    people: tuple[str, ...]
    whole: bool


def asked(body: dict[str, Any], chat: bool) -> Asked:
    """Read the material of a request, which is one JSON document in its last turn."""
    turns = body["messages"] if chat else body["input"]
    text = turns[-1]["content"]
    facts, _ = json.JSONDecoder().raw_decode(text[text.index('{"song"') :])
    form = body.get("response_format", {}).get("json_schema") or body.get("text", {}).get("format")
    members = form["schema"]["required"] if form else ["treatment"]
    cast = facts.get("fixed_characters") or facts.get("decided", {}).get("characters", [])
    return Asked(tuple(facts["slots"]), tuple(one["id"] for one in cast), "treatment" in members)


def written(wanted: Asked, fault: str = "") -> str:
    """A plan as text, with a fault worked in."""
    own = not wanted.people
    people = wanted.people or ("ana",)
    shots = [_shot(n, slot, people, fault) for n, slot in enumerate(wanted.slots)]
    if fault == "wrong_count":
        shots = shots[:-2]
    if fault == "extra":
        shots.append({**shots[-1], "slot_id": "nowhere"})
    plan: dict[str, Any] = {"shots": shots}
    if wanted.whole:
        plan = {**_frame(own), "shots": shots}
    if fault == "shots_first":
        plan = dict(sorted(plan.items(), reverse=True))
    text = json.dumps({"plan": plan} if fault == "wrapped" else plan)
    return _dressed(text, fault)


def _dressed(text: str, fault: str) -> str:
    if fault == "fenced":
        return f"Here is your plan:\n```json\n{text}\n```\nEnjoy!"
    if fault == "broken_json":
        middle = len(text) // 2
        return text[:middle] + '"}}]' + text[middle:]
    return "I would love to plan this video with you." if fault == "prose" else text


def _frame(own_cast: bool) -> dict[str, Any]:
    ana = {
        "id": "ana",
        "name": "Ana",
        "kind": "human",
        "description": "An adult woman in her thirties, slim build, olive skin, a round face, "
        "brown eyes and short black hair, a scar on her chin, wearing a long red wool coat, "
        "black trousers and brown boots.",
        "role": "lead",
    }
    tones = ("#10131a", "#c8322b", "#e8dcc8", "#3f6f7f")
    return {
        "treatment": {"logline": "Ana walks home.", "concept": "c", "motif": "m", "ending": "e"},
        "style": {
            "look": "soft grain",
            "light": "low sun",
            "palette": [{"hex": tone, "role": "ground"} for tone in tones],
        },
        "characters": [ana] if own_cast else [],
        "locations": [
            {
                "id": f"place-{n}",
                "name": f"Place {n}",
                "description": "a wide quiet place",
                "time_of_day": "dusk",
                "weather": "",
            }
            for n in range(3)
        ],
    }


def _shot(number: int, slot: dict[str, Any], people: tuple[str, ...], fault: str) -> dict[str, Any]:
    who = "zed" if fault == "unknown_people" and number < 2 else people[0]
    action = f"{who} walks past the lens and looks at lamp {number}"
    if fault == "other_language":
        action = f"{who} geht mit der Lampe {number} auf die Straße und sieht in den Regen"
    return {
        "slot_id": f"x{number}" if fault == "unknown_ids" and number % 2 else slot["slot_id"],
        "purpose": "narrative",
        "size": SIZES[number % len(SIZES)],
        "angle": "eye",
        "movement": MOVES[number % len(MOVES)],
        "speed": "slow",
        "lens": "normal",
        "light": "low sun",
        "action": action,
        "lyric_cue": slot["lyric"][:20],
        "location_id": f"place-{number // 8 % 3}",
        "character_ids": [who],
        "singer": people[0] if slot["sung"] and number % 3 == 0 else "",
        "transition": "cut",
        "motif": number % 9 == 0,
        "notes": "",
    }


@dataclass(frozen=True)
class _Responses:
    text: str
    fault: str
    ended: str
    usage: tuple[int, int] | None

    def whole(self) -> dict[str, Any]:
        refused = self.fault == "refusal"
        content = (
            {"type": "refusal", "refusal": "I cannot help with that."}
            if refused
            else {"type": "output_text", "text": self.text, "annotations": []}
        )
        cut = self.ended == "truncated"
        return {
            "id": "resp_1",
            "object": "response",
            "created_at": 0,
            "model": "fake-planner",
            "status": "incomplete" if cut else "completed",
            "incomplete_details": {"reason": "max_output_tokens"} if cut else None,
            "output": [
                {
                    "type": "message",
                    "id": "msg_1",
                    "role": "assistant",
                    "status": "completed",
                    "content": [content],
                }
            ],
            "parallel_tool_calls": False,
            "tool_choice": "none",
            "tools": [],
            "usage": self.usage
            and {
                "input_tokens": self.usage[0],
                "output_tokens": self.usage[1],
                "total_tokens": sum(self.usage),
                "input_tokens_details": {"cached_tokens": 0},
                "output_tokens_details": {"reasoning_tokens": 0},
            },
        }

    def events(self) -> Iterator[bytes]:
        yield self._event("response.created", response={**self.whole(), "status": "in_progress"})
        for piece in _pieces(self.text):
            yield self._event("response.output_text.delta", delta=piece, item_id="msg_1")
        if self.fault == "refusal":
            yield self._event("response.refusal.delta", delta="I cannot help with that.")
        kind = "incomplete" if self.ended == "truncated" else "completed"
        yield self._event(f"response.{kind}", response=self.whole())

    def _event(self, kind: str, **fields: Any) -> bytes:
        data = {"type": kind, "sequence_number": 0, "output_index": 0, "content_index": 0, **fields}
        return f"event: {kind}\ndata: {json.dumps(data)}\n\n".encode()


@dataclass(frozen=True)
class _Chat:
    text: str
    fault: str
    ended: str
    usage: tuple[int, int] | None

    def whole(self) -> dict[str, Any]:
        message = {"role": "assistant", **self._said(self.text)}
        choice = {"index": 0, "message": message, "finish_reason": self._reason()}
        return {**self._head("chat.completion"), "choices": [choice], "usage": self._counts()}

    def events(self) -> Iterator[bytes]:
        for piece in _pieces(self.text) or [""]:
            yield self._chunk(self._said(piece), None)
        if self.fault == "dropped":
            return
        yield self._chunk({}, self._reason())
        if self.usage:
            data = {**self._head("chat.completion.chunk"), "choices": [], "usage": self._counts()}
            yield f"data: {json.dumps(data)}\n\n".encode()
        yield b"data: [DONE]\n\n"

    def _said(self, text: str) -> dict[str, Any]:
        if self.fault == "refusal":
            return {"content": None, "refusal": "I cannot help with that."}
        return {"content": text, "refusal": None}

    def _reason(self) -> str:
        return "length" if self.ended == "truncated" else "stop"

    def _head(self, kind: str) -> dict[str, Any]:
        return {"id": "chat_1", "object": kind, "created": 0, "model": "fake-planner"}

    def _counts(self) -> dict[str, int] | None:
        if not self.usage:
            return None
        names = ("prompt_tokens", "completion_tokens", "total_tokens")
        return dict(zip(names, (*self.usage, sum(self.usage)), strict=True))

    def _chunk(self, delta: dict[str, Any], reason: str | None) -> bytes:
        choice = {"index": 0, "delta": delta, "finish_reason": reason}
        data = {**self._head("chat.completion.chunk"), "choices": [choice]}
        return f"data: {json.dumps(data)}\n\n".encode()


def _pieces(text: str, size: int = 400) -> list[str]:
    return [text[n : n + size] for n in range(0, len(text), size)]


def main() -> None:
    """Serve until interrupted."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--port", type=int, default=8089)
    parser.add_argument("--fault", action="append", default=[], help="repeatable, in order")
    parser.add_argument("--always", default="", help="the fault of every further request")
    parser.add_argument("--chat-only", action="store_true", help="no Responses API")
    chosen = parser.parse_args()
    manners = Manners(chosen.fault, chosen.always, chosen.chat_only)
    with FakeOpenAI(manners, chosen.port) as server:
        sys.stdout.write(f"Serving a fake planner at {server.url}\n")
        sys.stdout.flush()
        while True:
            time.sleep(3600)


if __name__ == "__main__":
    main()
