"""Calls that nobody asked for: the app has no ears for them, so they change nothing."""

from __future__ import annotations

import json
from pathlib import Path

import httpx
import pytest

from tests.browser.driver import serving

pytestmark = pytest.mark.slow
WEBHOOK = {"id": "p1", "status": "succeeded", "output": "http://169.254.169.254/latest/meta-data"}


def test_a_webhook_that_nobody_asked_for_is_refused_and_writes_nothing(tmp_path: Path) -> None:
    with serving(tmp_path) as address:
        before = _written(tmp_path / "studio")
        for place in ("/", "/clips", "/webhooks/replicate", "/v1/predictions/p1"):
            answer = httpx.post(f"{address}{place}", content=json.dumps(WEBHOOK), timeout=20)
            assert answer.status_code in (403, 404, 405)
        assert _written(tmp_path / "studio") == before


def _written(home: Path) -> set[str]:
    return {str(path) for path in home.rglob("*") if path.is_file()}
