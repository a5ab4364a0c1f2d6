"""``python -m pipeline``: the studio on the command line."""

from __future__ import annotations

import sys

from pipeline.cli.output import emit, exit_codes, failure
from pipeline.errors import BadInput, Cancelled

ABORTED = 1
"""What the parser of the command line ends with when a question was not answered."""


def main() -> None:
    """Run a command; the process ends with the exit code of the contract."""
    as_json = "--json" in sys.argv
    with exit_codes(as_json=as_json):
        from pipeline.cli.commands import app

        try:
            app(prog_name="python -m pipeline")
        except SystemExit as ended:
            if ended.code in (ABORTED, Cancelled.exit_code):
                raise KeyboardInterrupt from ended
            if as_json and ended.code == BadInput.exit_code:
                emit(failure(BadInput("The command was not understood.", "Try --help.")))
            raise


if __name__ == "__main__":
    main()
