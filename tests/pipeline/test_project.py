"""A project's decisions and its id."""

from __future__ import annotations

import re

from pipeline.project import new_project_id


def test_a_new_id_is_unguessable_and_never_reads_as_an_option_of_the_command_line():
    ids = {new_project_id() for _ in range(200)}
    assert len(ids) == 200
    assert all(re.fullmatch(r"[0-9a-f]{32}", one) for one in ids)
