"""Both vendors on this machine, to play with: prints what to set, then serves until stopped.

python tests/fakes/serve.py --seconds 5 --drop 0.15
"""

from __future__ import annotations

import argparse
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))

from openai_server import FakeOpenAI
from openai_server import Manners as OpenAIManners
from replicate_server import FakeReplicate, Manners


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=4.0, help="how long a clip takes")
    parser.add_argument("--drop", type=float, default=0.0, help="share of answers that are lost")
    parser.add_argument("--lag", type=float, default=0.0, help="seconds the list is behind")
    parser.add_argument("--port", type=int, default=0)
    chosen = parser.parse_args()
    manners = Manners(seconds=chosen.seconds, drop_share=chosen.drop, listing_lag_s=chosen.lag)
    with FakeReplicate(manners, chosen.port) as clips, FakeOpenAI(OpenAIManners()) as text:
        sys.stdout.write(
            f"export REPLICATE_BASE_URL={clips.url} REPLICATE_API_TOKEN=r8_play\n"
            f"export STUDIO_DOWNLOAD_HOSTS={clips.host}\n"
            f"export OPENAI_BASE_URL={text.url} OPENAI_API_KEY=play\n"
            "# set these in another terminal, then: make studio\n"
        )
        sys.stdout.flush()
        try:
            while True:
                time.sleep(5)
                sys.stdout.write(f"# {clips.creations} clips ordered, {len(clips.charged)} paid\n")
                sys.stdout.flush()
        except KeyboardInterrupt:
            pass


if __name__ == "__main__":
    main()
