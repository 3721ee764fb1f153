"""Renew constraints.txt, the versions that the tests are run with.

python tools/constraints.py           solve anew and write the file (needs the extra "dev")
python tools/constraints.py --check   only see whether every dependency has a version in its bounds

One file serves every supported Python: a version that needs a newer Python carries a marker. The
packages that come with PyTorch's CUDA builds are left out, so that a CPU build fits as well.
"""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).resolve().parent.parent
FILE = ROOT / "constraints.txt"
HEAD = """\
# The versions that the tests are run with. Made by tools/constraints.py; do not edit.
# pip install -c constraints.txt '.[test]'
"""
# Newer releases are not tried yet.
CAPS = ("torch<=2.14.1", "torchvision<=0.29.1")
FOLLOWS_TORCH = re.compile(r"(nvidia|cuda)-|triton")


def renewed() -> str:
    """Solve the bounds of pyproject.toml for every supported Python, with the newest versions.

    Raises:
        subprocess.CalledProcessError: where no set of versions satisfies all bounds.
    """
    command = [sys.executable, "-m", "uv", "pip", "compile", "--quiet", "--universal"]
    options = ["--python-version", "3.10", "--no-header", "--no-annotate", "--extra", "test"]
    solved = subprocess.run(
        [*command, *options, "--constraint", "-", "pyproject.toml"],
        input="\n".join(CAPS),
        cwd=ROOT,
        check=True,
        capture_output=True,
        text=True,
    ).stdout
    lines = [line for line in solved.splitlines() if not FOLLOWS_TORCH.match(line)]
    return HEAD + "\n".join(lines) + "\n"


def faults(file: Path = FILE) -> list[str]:
    """List the dependencies without a version in the file, or with one outside their bounds."""
    pinned: dict[str, list[Requirement]] = {}
    for line in file.read_text(encoding="utf-8").splitlines():
        if line and not line.startswith("#"):
            pin = Requirement(line)
            pinned.setdefault(canonicalize_name(pin.name), []).append(pin)
    found = []
    for asked in _dependencies():
        pins = pinned.get(canonicalize_name(asked.name), [])
        if not pins:
            found.append(f"{asked}: no version")
        found += [
            f"{asked}: {pin}"
            for pin in pins
            if not asked.specifier.contains(str(pin.specifier).removeprefix("=="))
        ]
    return found


def _dependencies() -> list[Requirement]:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    extras = project["optional-dependencies"]
    names = ["test", *re.findall(r"\w+", extras["test"][0].partition("[")[2])]
    lines = [*project["dependencies"], *(line for name in names for line in extras[name])]
    return [Requirement(line) for line in lines if not line.startswith("yuzug[")]


def main() -> int:
    """Write the file, or check it."""
    if "--check" not in sys.argv[1:]:
        FILE.write_text(renewed(), encoding="utf-8")
    wrong = faults()
    print("\n".join(wrong) or f"{FILE.name}: every dependency has a version in its bounds")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
