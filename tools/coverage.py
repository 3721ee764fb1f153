"""Write the coverage table of recommendations/README.md: how many activities there are for what.

Run it after activities, the policy or the filters have changed: python tools/coverage.py
With --check it writes nothing and fails where the table is stale.
"""

from __future__ import annotations

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))  # this checkout's, not a copy's

from yuzug.recommender import bundled
from yuzug.recommender.catalogue.coverage import table

PAGE = Path(__file__).resolve().parent.parent / "recommendations" / "README.md"
BEGIN, END = "<!-- coverage -->\n", "\n<!-- /coverage -->"


def page() -> str:
    """The page with the table that is true now."""
    before, rest = PAGE.read_text(encoding="utf-8").split(BEGIN)
    return before + BEGIN + table(bundled()) + END + rest.split(END)[1]


if __name__ == "__main__":
    if "--check" not in sys.argv:
        PAGE.write_text(page(), encoding="utf-8")
    elif page() != PAGE.read_text(encoding="utf-8"):
        sys.exit("recommendations/README.md is stale: run python tools/coverage.py")
