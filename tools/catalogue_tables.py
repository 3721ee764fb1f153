"""Write the coverage tables of recommendations/README.md: how many activities there are for what.

Run it after activities, the policy or the filters have changed: python tools/catalogue_tables.py
With --check it writes nothing and fails where a table is stale.
"""

from __future__ import annotations

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))  # this checkout's, not a copy's

from yuzug.recommender import bundled
from yuzug.recommender.catalogue.coverage import mood_table, table

PAGE = Path(__file__).resolve().parent.parent / "recommendations" / "README.md"
TABLES = {"coverage": table, "moods": mood_table}


def page() -> str:
    """The page with the tables that are true now."""
    text = PAGE.read_text(encoding="utf-8")
    for name, draw in TABLES.items():
        begin, end = f"<!-- {name} -->\n", f"\n<!-- /{name} -->"
        before, rest = text.split(begin)
        text = before + begin + draw(bundled()) + end + rest.split(end)[1]
    return text


if __name__ == "__main__":
    if "--check" not in sys.argv:
        PAGE.write_text(page(), encoding="utf-8")
    elif page() != PAGE.read_text(encoding="utf-8"):
        sys.exit("recommendations/README.md is stale: run python tools/catalogue_tables.py")
