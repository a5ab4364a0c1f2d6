import json
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any

import pytest

from pipeline.cli import money
from pipeline.errors import CredentialsRefused
from pipeline.money.catalogue import load


class LiveSchemas(ThreadingHTTPServer):
    """Answers with the catalogue's own schemas, changed where a test says so."""

    daemon_threads = True

    def __init__(self, changes: dict[str, dict[str, Any] | None]) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.schemas = {model.slug: model.schema_document for model in load().models.values()}
        self.schemas |= changes


class _Handler(BaseHTTPRequestHandler):
    server: LiveSchemas

    def log_message(self, format: str, *args: object) -> None:
        """Stay silent."""

    def do_GET(self) -> None:
        schema = self.server.schemas.get(self.path.removeprefix("/v1/models/"))
        document = {"components": {"schemas": {"Input": schema}}}
        answer = {"latest_version": {"openapi_schema": document}} if schema else {"detail": "?"}
        body = json.dumps(answer).encode()
        self.send_response(200 if schema else 404)
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


@pytest.fixture
def live(monkeypatch: pytest.MonkeyPatch) -> Iterator[LiveSchemas]:
    server = LiveSchemas({})
    Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
    monkeypatch.setenv("REPLICATE_BASE_URL", f"http://127.0.0.1:{server.server_port}")
    monkeypatch.setenv("REPLICATE_API_TOKEN", "r8_test")
    yield server
    server.shutdown()
    server.server_close()


def test_a_catalogue_that_is_as_it_is_live_has_no_differences(live: LiveSchemas) -> None:
    found = money.catalogue_check()

    assert found["checked"] > 10
    assert found["differences"] == []


def test_an_input_that_is_new_at_the_vendor_is_named_with_its_model(live: LiveSchemas) -> None:
    slug = "kwaivgi/kling-v2.5-turbo-pro"
    document = json.loads(json.dumps(live.schemas[slug]))
    document["properties"]["loop"] = {"type": "boolean"}
    live.schemas[slug] = document

    differences = money.catalogue_check()["differences"]

    assert [(one["key"], "loop" in one["field"]) for one in differences] == [
        ("kling-2.5-turbo-pro", True)
    ]


def test_a_model_that_is_gone_at_the_vendor_is_named(live: LiveSchemas) -> None:
    live.schemas.pop("kwaivgi/kling-v2.5-turbo-pro")

    differences = money.catalogue_check()["differences"]

    assert [one["key"] for one in differences] == ["kling-2.5-turbo-pro"]


def test_without_a_key_the_check_says_what_it_needs() -> None:
    with pytest.raises(CredentialsRefused, match="key"):
        money.catalogue_check()
