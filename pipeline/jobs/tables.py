"""The tables of runs; times are seconds since the epoch.

    runs ──< run_stages ──< run_units      run_pauses: after which stage a run is to stop

A run's ``active_key`` is unique while it is active and NULL afterwards: the same button pressed
twice, in two tabs or two processes, is one run.
"""

from __future__ import annotations

from sqlalchemy import BigInteger, Boolean, Column, Float, Index, Integer, String, Table, Text

from pipeline.database import METADATA

ACTIVE = ("queued", "running")
ENDED_UNIT = ("done", "failed", "held", "cancelled")

RUNS = Table(
    "runs",
    METADATA,
    Column("run_id", String(32), primary_key=True),
    Column("project_id", String(64), nullable=False),
    Column("goal", String(64), nullable=False),
    Column("selection", Text, nullable=False),
    Column("state", String(16), nullable=False),
    Column("active_key", String(64), unique=True, nullable=True),
    Column("created_at", Float, nullable=False),
    Column("started_at", Float, nullable=True),
    Column("finished_at", Float, nullable=True),
    Index("runs_of_project", "project_id", "created_at"),
    Index("runs_by_state", "state"),
)

RUN_STAGES = Table(
    "run_stages",
    METADATA,
    Column("run_id", String(32), primary_key=True),
    Column("stage", String(64), primary_key=True),
    Column("position", Integer, nullable=False),
    Column("queue", String(16), nullable=False),
    Column("total", Integer, nullable=True),
    Column("error_kind", String(64), nullable=True),
    Column("message", Text, nullable=True),
    Column("way_out", Text, nullable=True),
)

UNITS = Table(
    "run_units",
    METADATA,
    Column("run_id", String(32), primary_key=True),
    Column("stage", String(64), primary_key=True),
    Column("unit", String(200), primary_key=True),
    Column("position", Integer, nullable=False),
    Column("state", String(16), nullable=False),
    Column("fraction", Float, nullable=False),
    Column("note", Text, nullable=False),
    Column("hit", Boolean, nullable=False),
    Column("seconds", Float, nullable=False),
    Column("started_at", Float, nullable=True),
    Column("finished_at", Float, nullable=True),
    Column("error_kind", String(64), nullable=True),
    Column("message", Text, nullable=True),
    Column("way_out", Text, nullable=True),
    Index("units_learnt_from", "stage", "state", "finished_at"),
)

PAUSES = Table(
    "run_pauses",
    METADATA,
    Column("run_id", String(32), primary_key=True),
    Column("stage", String(64), nullable=False),
)

EXECUTORS = Table(
    "executors",
    METADATA,
    Column("executor_id", String(120), primary_key=True),
    Column("beat", BigInteger, nullable=False),
)
"""Processes that work; ``beat`` is a new random number each time that one shows it is there."""
