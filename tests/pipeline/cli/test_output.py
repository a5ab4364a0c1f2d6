"""How a command ends: the contract's code, words for people, one JSON object for programs."""

from __future__ import annotations

import json

import pytest

from pipeline.cli.output import exit_codes


@pytest.mark.allow_errors
def test_a_defect_ends_with_code_5_its_trace_and_one_json_object(capsys, caplog) -> None:
    with pytest.raises(SystemExit) as ended, exit_codes(as_json=True):
        raise ZeroDivisionError("a defect of ours")

    assert ended.value.code == 5
    said = json.loads(capsys.readouterr().out.splitlines()[-1])["error"]
    assert (said["kind"], said["exit_code"]) == ("InternalFault", 5)
    assert any(record.exc_info for record in caplog.records)
