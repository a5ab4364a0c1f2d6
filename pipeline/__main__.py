"""``python -m pipeline``: the studio on the command line."""

from __future__ import annotations

from pipeline.cli.output import exit_codes


def main() -> None:
    """Run a command; the process ends with the exit code of the contract."""
    with exit_codes():
        from pipeline.cli.commands import app

        app(prog_name="python -m pipeline")


if __name__ == "__main__":
    main()
