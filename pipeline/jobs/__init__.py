"""Durable work: runs, their units, and the processes that do them.

    page, CLI, notebook ──start, cancel, state──> Engine ──rows──> runs, units (studio database)
                                                    └──workflows──> queues (DBOS)
    any process that launched ──takes a unit──> Work.run_unit ──CPU-heavy──> compute.Pool (children)

The engine knows nothing of music: it is told what stages a goal has and runs their units.
"""
