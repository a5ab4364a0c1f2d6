"""A small server that speaks Replicate's protocol, makes real little clips, and counts money.

It creates, lists, cancels and delivers predictions, stores files, and misbehaves on request.
What it was asked is kept: creations, charges and orphans can be counted after a kill.

    python tests/fakes/serve.py
"""

from __future__ import annotations

import io
import json
import re
import threading
import time
from collections import deque
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import lru_cache
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

PAGE = 100
TERMINAL = ("succeeded", "failed", "canceled", "aborted")


@dataclass
class Manners:
    """How the server behaves.

    ``create`` holds faults taken one a creation: drop (accepted, then the connection ends),
    refuse_drop (ends, nothing accepted), error500 (accepted), error500_nothing, late, busy,
    busy_after, credit, unauthorized, forbidden, missing, invalid, nonsense.
    ``outcome`` holds faults taken one a prediction: failed, moderated, aborted, endless, null,
    removed. ``delivery`` holds faults taken one a download: truncated, short, html, empty,
    link_local, huge, flood (without a length and without an end), gone, error, playlist, packed.
    ``drop_share`` is the share of creations that are accepted and then dropped. With
    ``per_minute`` above 0 creations that come faster are refused, in the vendor's words for an
    account with little credit. ``ballast`` is how many bytes longer each clip is than it must be.
    ``trims`` cuts blanks off the texts of inputs. While it is ``deaf``, a cancellation gets 503.
    """

    create: deque[str] = field(default_factory=deque)
    outcome: deque[str] = field(default_factory=deque)
    delivery: deque[str] = field(default_factory=deque)
    drop_share: float = 0.0
    seconds: float = 0.2
    answer_s: float = 0.0
    late_s: float = 3.0
    listing_lag_s: float = 0.0
    listing_broken: bool = False
    token: str = ""
    billing: bool = True
    tiny: bool = True
    unknown_models: tuple[str, ...] = ()
    per_minute: float = 0.0
    ballast: int = 0
    trims: bool = False
    deaf: bool = False


@dataclass
class Prediction:
    """One creation; times are seconds since the epoch."""

    id: str
    model: str
    inputs: dict[str, Any]
    token: str
    created: float
    fault: str
    ends: float
    canceled: float | None = None
    delivered: int = 0

    def status(self, now: float) -> str:
        if self.canceled is not None:
            return "canceled"
        if self.fault == "endless" or now < self.ends:
            return "starting" if now < self.created + 0.05 else "processing"
        return {"failed": "failed", "moderated": "failed", "aborted": "aborted"}.get(
            self.fault, "succeeded"
        )


class FakeReplicate(ThreadingHTTPServer):
    """The server. ``requests`` counts (method, kind) of everything that was asked."""

    daemon_threads = True
    request_queue_size = 128

    def __init__(self, manners: Manners | None = None, port: int = 0) -> None:
        super().__init__(("127.0.0.1", port), _Handler)
        self.manners = manners or Manners()
        self.predictions: dict[str, Prediction] = {}
        self.files: dict[str, bytes] = {}
        self.requests: list[tuple[str, str]] = []
        self.authorised_downloads = 0
        self.dropped: list[str] = []
        self.cancel_after: list[str] = []
        self.bodies: list[dict[str, Any]] = []
        self.throttled = 0
        self._next_at = 0.0
        self.lock = threading.RLock()
        self._random = __import__("random").Random(7)

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that hangs up is part of the game."""

    def __enter__(self) -> FakeReplicate:
        threading.Thread(target=self.serve_forever, args=(0.02,), daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self.shutdown()
        self.server_close()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}"

    @property
    def host(self) -> str:
        return f"127.0.0.1:{self.server_address[1]}"

    @property
    def creations(self) -> int:
        return len(self.predictions)

    @property
    def charged(self) -> list[Prediction]:
        """Predictions that ended well and so cost money."""
        now = time.time()
        with self.lock:
            found = list(self.predictions.values())
        return [one for one in found if one.status(now) == "succeeded"]

    @property
    def orphans(self) -> list[Prediction]:
        """Charged predictions whose output nobody fetched."""
        return [one for one in self.charged if not one.delivered]

    @property
    def delivered(self) -> int:
        """How many predictions had their output fetched."""
        with self.lock:
            return sum(1 for one in self.predictions.values() if one.delivered)

    def hasten(self, seconds: float) -> None:
        """Let every unfinished prediction end within so many seconds."""
        soon = time.time() + seconds
        with self.lock:
            for one in self.predictions.values():
                one.ends = min(one.ends, soon)

    def asked(self, kind: str) -> int:
        with self.lock:
            return sum(1 for _method, found in self.requests if found == kind)

    def next_fault(self, queue: deque[str]) -> str:
        with self.lock:
            return queue.popleft() if queue else ""

    def create_fault(self) -> str:
        fault = self.next_fault(self.manners.create)
        with self.lock:
            dropped = self._random.random() < self.manners.drop_share
        return fault or ("drop" if dropped else "")

    def throttle_s(self) -> float:
        """Seconds until another creation is let in; 0 lets this one in."""
        now, rate = time.time(), self.manners.per_minute
        with self.lock:
            if not rate or now >= self._next_at:
                self._next_at = now + (60.0 / rate if rate else 0.0)
                return 0.0
            self.throttled += 1
            return self._next_at - now

    def accept(self, model: str, inputs: dict[str, Any], token: str) -> Prediction:
        """Create a prediction: from here on it costs money when it succeeds."""
        with self.lock:
            if self.manners.trims:
                inputs = {
                    name: value.strip() if isinstance(value, str) else value
                    for name, value in inputs.items()
                }
            number = len(self.predictions) + 1
            now = time.time()
            made = Prediction(
                id=f"p{number:06d}{int(now * 1000) % 1_000_000:06d}",
                model=model,
                inputs=inputs,
                token=token,
                created=now,
                fault=self.next_fault(self.manners.outcome),
                ends=now + self.manners.seconds * self._random.uniform(0.6, 1.4),
            )
            self.predictions[made.id] = made
            return made

    def document(self, made: Prediction) -> dict[str, Any]:
        """A prediction as the API shows it."""
        now = time.time()
        status = made.status(now)
        removed = made.fault == "removed" and status == "succeeded"
        error = {
            "failed": "CUDA error: device-side assert (E002)",
            "moderated": "The input or output was flagged as sensitive. (E005)",
        }.get(made.fault)
        return {
            "id": made.id,
            "model": made.model,
            "version": "hidden",
            "input": {} if removed else made.inputs,
            "logs": "",
            "output": self._output(made, status),
            "data_removed": removed,
            "error": error if status == "failed" else None,
            "status": status,
            "source": "api",
            "created_at": _iso(made.created),
            "metrics": self._metrics(made) if status == "succeeded" else {},
            "urls": {
                "get": f"{self.url}/v1/predictions/{made.id}",
                "cancel": f"{self.url}/v1/predictions/{made.id}/cancel",
            },
        }

    def _output(self, made: Prediction, status: str) -> Any:
        if status != "succeeded" or made.fault in ("null", "removed"):
            return None
        if "duration" in made.inputs or "seconds" in made.inputs:
            return f"{self.url}/delivery/{made.id}/output.mp4"
        return [f"{self.url}/delivery/{made.id}/output.png"]

    def _metrics(self, made: Prediction) -> dict[str, Any]:
        metrics: dict[str, Any] = {"predict_time": self.manners.seconds}
        if self.manners.billing and made.fault != "null":
            metrics["video_output_duration_seconds"] = float(made.inputs.get("duration", 5))
        return metrics


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: FakeReplicate

    def log_message(self, format: str, *args: object) -> None:
        """Stay silent; requests hold texts of people and keys."""

    # --- the API ----------------------------------------------------------------------------

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers.get("content-length", 0)))
        path = urlsplit(self.path).path
        if created := re.fullmatch(r"/v1/models/([^/]+/[^/]+)/predictions", path):
            self._note("create")
            self._create(created[1], body)
        elif cancelled := re.fullmatch(r"/v1/predictions/([^/]+)/cancel", path):
            self._note("cancel")
            self._cancel(cancelled[1])
        elif path == "/v1/files":
            self._note("upload")
            self._store(body)
        else:
            self._json(404, {"detail": "not found"})

    def do_GET(self) -> None:
        parts = urlsplit(self.path)
        if parts.path.startswith("/delivery/"):
            self._note("deliver")
            self._deliver(parts.path.split("/")[2])
        elif parts.path == "/v1/predictions":
            self._note("list")
            self._list(parse_qs(parts.query))
        elif found := re.fullmatch(r"/v1/predictions/([^/]+)", parts.path):
            self._note("get")
            self._show(found[1])
        elif parts.path == "/v1/account":
            self._json(200, {"type": "user", "username": "fake", "name": "Fake"})
        else:
            self._json(404, {"detail": "not found"})

    def _note(self, kind: str) -> None:
        with self.server.lock:
            self.server.requests.append((self.command, kind))

    def _token(self) -> str | None:
        """The caller's token; None after a refusal was answered."""
        token = self.headers.get("authorization", "").removeprefix("Bearer ").strip()
        wanted = self.server.manners.token
        if token and (not wanted or token == wanted):
            return token
        self._json(401, {"title": "Unauthenticated", "detail": "Invalid token.", "status": 401})
        return None

    def _create(self, model: str, body: bytes) -> None:
        token, manners = self._token(), self.server.manners
        if token is None:
            return
        self.server.cancel_after.append(self.headers.get("cancel-after", ""))
        if left_s := self.server.throttle_s():
            self._throttle(left_s)
            return
        self.server.bodies.append(json.loads(body))
        fault = "missing" if model in manners.unknown_models else self.server.create_fault()
        if fault in REFUSALS:
            self._refuse(fault)
        elif fault == "refuse_drop":
            self._hang_up()
        elif fault == "error500_nothing":
            self._json(500, {"detail": "internal error"})
        else:
            made = self.server.accept(model, json.loads(body)["input"], token)
            self._answer_creation(made, fault)

    def _answer_creation(self, made: Prediction, fault: str) -> None:
        manners = self.server.manners
        time.sleep(manners.late_s if fault == "late" else manners.answer_s)
        if fault == "drop":
            self.server.dropped.append(made.id)
            self._hang_up()
        elif fault == "error500":
            self._json(500, {"detail": "internal error"})
        elif fault == "nonsense":
            self._bytes(200, b"<html>ok</html>", "text/html")
        else:
            self._json(201, self.server.document(made))

    def _throttle(self, left_s: float) -> None:
        rate = self.server.manners.per_minute
        detail = (
            "Request was throttled. Your rate limit for creating predictions is reduced to "
            f"{rate:.0f} requests per minute with a burst of 1 requests while you have less than "
            f"$5.0 in credit. Your rate limit resets in ~{left_s:.0f}s."
        )
        self._json(429, {"detail": detail, "status": 429, "retry_after": round(left_s)})

    def _refuse(self, fault: str) -> None:
        status, detail, headers = REFUSALS[fault]
        self._json(status, {"detail": detail, "status": status}, headers)

    def _cancel(self, prediction_id: str) -> None:
        token = self._token()
        if token is None:
            return
        made = self._own(prediction_id, token)
        if made is None:
            return
        if self.server.manners.deaf:
            self._json(503, {"detail": "Try again later.", "status": 503})
            return
        now = time.time()
        if made.status(now) not in TERMINAL:
            made.canceled = now
        self._json(200, self.server.document(made))

    def _show(self, prediction_id: str) -> None:
        token = self._token()
        if token is None:
            return
        made = self._own(prediction_id, token)
        if made is not None:
            self._json(200, self.server.document(made))

    def _own(self, prediction_id: str, token: str) -> Prediction | None:
        made = self.server.predictions.get(prediction_id)
        if made is None or made.token != token:
            self._json(404, {"detail": "Not found.", "status": 404})
            return None
        return made

    def _list(self, query: dict[str, list[str]]) -> None:
        token, server = self._token(), self.server
        if token is None:
            return
        if server.manners.listing_broken:
            self._json(503, {"detail": "unavailable"})
            return
        after = datetime.fromisoformat(query.get("created_after", ["1970-01-01T00:00:00+00:00"])[0])
        visible = time.time() - server.manners.listing_lag_s
        with server.lock:
            rows = [
                made
                for made in reversed(server.predictions.values())
                if made.token == token and after.timestamp() <= made.created <= visible
            ]
        first = int(query.get("cursor", ["0"])[0])
        page = [server.document(made) for made in rows[first : first + PAGE]]
        onward = None
        if len(rows) > first + PAGE:
            since = query.get("created_after", [""])[0].replace("+", "%2B")
            onward = f"{server.url}/v1/predictions?created_after={since}&cursor={first + PAGE}"
        self._json(200, {"previous": None, "next": onward, "results": page})

    def _store(self, body: bytes) -> None:
        if self._token() is None:
            return
        with self.server.lock:
            file_id = f"f{len(self.server.files) + 1}"
            self.server.files[file_id] = body
        self._json(
            201,
            {
                "id": file_id,
                "checksums": {"sha256": ""},
                "expires_at": _iso(time.time() + 24 * 3600),
                "urls": {"get": f"{self.server.url}/v1/files/{file_id}"},
            },
        )

    # --- delivery ---------------------------------------------------------------------------

    def _deliver(self, prediction_id: str) -> None:
        server = self.server
        made = server.predictions.get(prediction_id)
        if self.headers.get("authorization"):
            server.authorised_downloads += 1
        fault = server.next_fault(server.manners.delivery)
        if made is None or fault == "gone":
            self._json(404, {"detail": "gone"})
            return
        data, kind = self._file(made)
        if fault in ODD_DELIVERIES:
            getattr(self, f"_deliver_{fault}")(data)
            return
        made.delivered += 1
        if kind == "video/mp4" and server.manners.ballast:
            # A box that players skip.
            size = server.manners.ballast
            data += size.to_bytes(4, "big") + b"free" + bytes(size - 8)
        self._bytes(200, data, kind)

    def _file(self, made: Prediction) -> tuple[bytes, str]:
        if "duration" not in made.inputs:
            return small_picture(sum(made.id.encode())), "image/png"
        wide = {"9:16": (144, 256), "1:1": (192, 192)}.get(
            made.inputs.get("aspect_ratio", ""), (256, 144)
        )
        hue = sum(json.dumps(made.inputs, sort_keys=True).encode()) % 8
        return small_clip(float(made.inputs["duration"]), wide, hue), "video/mp4"

    def _deliver_truncated(self, data: bytes) -> None:
        self._start(200, "video/mp4", len(data))
        self.wfile.write(data[: len(data) // 2])
        self._hang_up()

    def _deliver_short(self, data: bytes) -> None:
        self._bytes(200, data[: len(data) // 2], "video/mp4")

    def _deliver_html(self, data: bytes) -> None:
        self._bytes(200, b"<!doctype html><title>Sign in</title>", "text/html")

    def _deliver_playlist(self, data: bytes) -> None:
        self._bytes(200, b"#EXTM3U\n#EXTINF:5,\nhttp://169.254.169.254/\n", "video/mp4")

    def _deliver_empty(self, data: bytes) -> None:
        self._bytes(200, b"", "video/mp4")

    def _deliver_link_local(self, data: bytes) -> None:
        self._start(302, "text/plain", 0, {"Location": "http://169.254.169.254/latest/meta-data"})

    def _deliver_huge(self, data: bytes) -> None:
        self._start(200, "video/mp4", 4_000_000_000)
        self.wfile.write(data)
        self._hang_up()

    def _deliver_flood(self, data: bytes) -> None:
        self.send_response(200)
        self.send_header("Content-Type", "video/mp4")
        self.send_header("Connection", "close")
        self.end_headers()
        self.close_connection = True
        with suppress(OSError):
            self.wfile.write(data)
            while True:
                self.wfile.write(bytes(1 << 16))

    def _deliver_packed(self, data: bytes) -> None:
        self._start(200, "video/mp4", len(data), {"Content-Encoding": "gzip"})
        self.wfile.write(data)

    def _deliver_error(self, data: bytes) -> None:
        self._json(503, {"detail": "busy"})

    # --- the wire ---------------------------------------------------------------------------

    def _json(
        self, status: int, document: dict[str, Any], headers: dict[str, str] | None = None
    ) -> None:
        data = json.dumps(document).encode()
        self._start(status, "application/json", len(data), headers)
        self.wfile.write(data)

    def _bytes(self, status: int, data: bytes, kind: str) -> None:
        self._start(status, kind, len(data))
        self.wfile.write(data)

    def _start(
        self, status: int, kind: str, length: int, headers: dict[str, str] | None = None
    ) -> None:
        self.send_response(status)
        for name, value in (headers or {}).items():
            self.send_header(name, value)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(length))
        self.end_headers()

    def _hang_up(self) -> None:
        self.close_connection = True
        self.wfile.flush()
        self.connection.shutdown(2)


REFUSALS: dict[str, tuple[int, str, dict[str, str]]] = {
    "busy": (429, "Request was throttled. Your rate limit resets in ~1s.", {}),
    "busy_silent": (429, "Too many requests", {}),
    "busy_after": (429, "Request was throttled.", {"Retry-After": "1"}),
    "credit": (402, "You have insufficient credit to run this model.", {}),
    "unauthorized": (401, "Invalid token.", {}),
    "forbidden": (403, "Forbidden.", {}),
    "missing": (404, "The requested resource could not be found.", {}),
    "invalid": (422, "- input.duration: Must be one of 5, 10\n", {}),
}
ODD_DELIVERIES = (
    *(
        "truncated",
        "short",
        "html",
        "playlist",
        "empty",
        "link_local",
        "huge",
        "flood",
        "packed",
        "error",
    ),
)


def _iso(moment: float) -> str:
    return datetime.fromtimestamp(moment, UTC).isoformat().replace("+00:00", "Z")


@lru_cache(maxsize=64)
def small_clip(duration_s: float, size: tuple[int, int], hue: int) -> bytes:
    """A moving clip of so many seconds at 24 frames, as H.264 in mp4."""
    import av
    import numpy as np

    wide, high = size
    buffer = io.BytesIO()
    with av.open(buffer, "w", format="mp4") as out:
        stream = out.add_stream("libx264", rate=24, options={"preset": "ultrafast", "crf": "30"})
        stream.width, stream.height, stream.pix_fmt = wide, high, "yuv420p"
        ramp = np.linspace(40, 215, wide, dtype=np.float32)[None, :, None]
        tint = np.array([(hue * 29) % 64, (hue * 53) % 64, (hue * 83) % 64], dtype=np.float32)
        for number in range(round(duration_s * 24)):
            picture = np.repeat(np.roll(ramp, number * 4, axis=1), high, axis=0) + tint
            frame = av.VideoFrame.from_ndarray(picture.clip(0, 255).astype(np.uint8), "rgb24")
            out.mux(stream.encode(frame))
        out.mux(stream.encode())
    return buffer.getvalue()


@lru_cache(maxsize=16)
def small_picture(hue: int) -> bytes:
    """A PNG large enough to be a start frame."""
    from PIL import Image

    buffer = io.BytesIO()
    colour = (hue % 200 + 40, hue * 3 % 200 + 40, hue * 7 % 200 + 40)
    Image.new("RGB", (640, 640), colour).save(buffer, "PNG")
    return buffer.getvalue()
