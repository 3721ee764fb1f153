"""From a folder of YAML to a catalogue, with every fault named by file, line and key.

``kinds.yaml`` and ``policy.yaml`` stand at the top of the folder; every other YAML file, at
any depth, is a list of activities.
"""

from __future__ import annotations

import gc
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

from pydantic import Field, ValidationError

from yuzug._resources import folder
from yuzug.errors import CatalogueError
from yuzug.recommender.catalogue.faults import Finding, faults, invalid
from yuzug.recommender.catalogue.models import Activity, Catalogue, Kind, Source
from yuzug.recommender.catalogue.policy import Policy, merged
from yuzug.recommender.catalogue.vocabulary import Id, Strict
from yuzug.recommender.catalogue.yaml_line_numbers import Document, LocatedError, read
from yuzug.texts.bilingual import English, Phrase


@dataclass(frozen=True)
class Loaded:
    """A catalogue, what was wrong in its folder, and where each part stands (file, line).

    ``places`` has the id of each activity of the folder itself, and "kinds.<id>" and
    "sources.<id>" for the kinds and sources.
    """

    catalogue: Catalogue
    findings: tuple[Finding, ...]
    places: Mapping[str, tuple[str, int]]


class KindsFile(Strict):
    """The kinds of activity, and the publications that they cite."""

    kinds: dict[Id, Kind] = Field(default_factory=dict)
    sources: dict[Id, Source] = Field(default_factory=dict)


@dataclass
class Parts:
    """What has been read so far; the base, if there is one, came first."""

    activities: dict[str, Activity] = field(default_factory=dict)
    kinds: dict[str, Kind] = field(default_factory=dict)
    sources: dict[str, Source] = field(default_factory=dict)
    policy: Policy | None = None
    places: dict[str, tuple[str, int]] = field(default_factory=dict)
    findings: list[Finding] = field(default_factory=list)

    def loaded(self) -> Loaded:
        """The catalogue that these make.

        Raises:
            CatalogueError: ``catalogue.invalid`` where no policy could be read.
        """
        if self.policy is None:
            fault = Finding("policy.yaml", 1, "", Phrase("findings.no_policy"))
            raise invalid(next((f for f in self.findings if f.file == fault.file), fault))
        catalogue = Catalogue(
            tuple(self.activities.values()), self.kinds, self.sources, self.policy
        )
        return Loaded(catalogue, tuple(self.findings), self.places)


@cache
def bundled() -> Catalogue:
    """The catalogue that comes with the package, read once.

    Raises:
        CatalogueError: ``catalogue.invalid`` where it has a fault.
    """
    loaded = load(folder("recommendations"))
    for finding in loaded.findings:
        raise invalid(finding)
    return loaded.catalogue


def load(directory: Path, base: Catalogue | None = None) -> Loaded:
    """The catalogue in this folder, on top of ``base``: the same id replaces, a new one adds.

    What is broken is left out and named in the findings; the rest works.

    Raises:
        CatalogueError: ``catalogue.invalid`` where there is no such folder, or neither it nor
            the base has a policy that can be read.
    """
    return read_parts(directory, base).loaded()


def load_own(directory: Path | None) -> Loaded:
    """A person's own folder: instead of ours where it stands alone, else on top of ours.

    Without a folder it is ours.

    Raises:
        CatalogueError: ``catalogue.invalid`` where there is no such folder, or its own policy
            cannot be read.
    """
    if directory is None:
        return Loaded(bundled(), (), {})
    return load(directory, None if stands_alone(directory) else bundled())


def stands_alone(directory: Path) -> bool:
    """Whether a folder has kinds and a policy of its own, and so needs nothing of ours."""
    return all((directory / name).is_file() for name in ("kinds.yaml", "policy.yaml"))


def read_parts(directory: Path, base: Catalogue | None) -> Parts:
    """What can be read in this folder, which may be too little for a catalogue.

    Raises:
        CatalogueError: ``catalogue.invalid`` where there is no such folder.
    """
    if not directory.is_dir():
        raise CatalogueError(
            "catalogue.invalid",
            must="a catalogue must be a folder of YAML files",
            got=f"{directory}, which is no folder",
            do="choose a folder such as recommendations/",
        )
    parts = Parts()
    if base is not None:
        parts.activities = {activity.id: activity for activity in base.activities}
        parts.kinds, parts.sources, parts.policy = {**base.kinds}, {**base.sources}, base.policy
    names = sorted(_yaml_names(directory))
    if not names:
        phrase = Phrase("findings.no_yaml", {"folder": directory.name})
        parts.findings.append(Finding(".", 0, "", phrase))
    with _without_collection():
        for name in sorted(names, key=lambda n: n != "kinds.yaml"):  # the activities name kinds
            _read_file(directory / name, name, parts)
    return parts


@contextmanager
def _without_collection() -> Iterator[None]:
    """No garbage collection meanwhile: it would go through all that was read again and again."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


def _yaml_names(directory: Path) -> Iterator[str]:
    for path in directory.rglob("*"):
        name = path.relative_to(directory)
        hidden = any(part.startswith(".") for part in name.parts)
        if name.suffix in (".yaml", ".yml") and not hidden and path.is_file():
            yield name.as_posix()


def _read_file(path: Path, name: str, parts: Parts) -> None:
    try:
        document = read(path)
    except LocatedError as fault:
        parts.findings.append(Finding(name, fault.line, "", fault.phrase))
        return
    except OSError as fault:
        phrase = Phrase("findings.unopened", {"reason": English(str(fault.strerror))})
        parts.findings.append(Finding(name, 1, "", phrase))
        return
    if name == "kinds.yaml":
        _add_kinds(document, name, parts)
    elif name == "policy.yaml":
        _add_policy(document, name, parts)
    else:
        _add_activities(document, name, parts)


def _add_kinds(document: Document, name: str, parts: Parts) -> None:
    try:
        read_kinds = KindsFile.model_validate(document.value)
    except ValidationError as fault:
        parts.findings.extend(faults(fault, document, name, ()))
        return
    for key, source in read_kinds.sources.items():
        parts.sources[key] = source
        parts.places[f"sources.{key}"] = (name, document.line(("sources", key)))
    for key, kind in read_kinds.kinds.items():
        missing = [one for one in kind.citations if one[1] not in parts.sources]
        if missing:
            within, unknown = missing[0]
            path = ("kinds", key, *within)
            phrase = Phrase("findings.unlisted_source", {"name": repr(unknown)})
            parts.findings.append(Finding(name, document.line(path), ".".join(path), phrase))
        else:
            parts.kinds[key] = kind
            parts.places[f"kinds.{key}"] = (name, document.line(("kinds", key)))


def _add_policy(document: Document, name: str, parts: Parts) -> None:
    value = document.value
    if parts.policy is not None and isinstance(value, dict):
        value = merged(parts.policy.model_dump(), value)
    try:
        parts.policy = Policy.model_validate(value)
    except ValidationError as fault:
        parts.findings.extend(faults(fault, document, name, ()))


def _add_activities(document: Document, name: str, parts: Parts) -> None:
    if not isinstance(document.value, list):
        parts.findings.append(Finding(name, 1, "", Phrase("findings.no_list")))
        return
    for number, value in enumerate(document.value):
        try:
            activity = Activity.model_validate(value)
        except ValidationError as fault:
            parts.findings.extend(faults(fault, document, name, (number,)))
            continue
        line = document.line((number,))
        finding = _misfit(activity, parts)
        if finding is None:
            parts.activities[activity.id] = activity
            parts.places[activity.id] = (name, line)
        else:
            key, phrase = finding
            where = document.line((number, key))
            parts.findings.append(Finding(name, where, f"{activity.id}.{key}", phrase))


def _misfit(activity: Activity, parts: Parts) -> tuple[str, Phrase] | None:
    if activity.kind not in parts.kinds:
        known = ", ".join(sorted(parts.kinds))
        values = {"name": repr(activity.kind), "known": known}
        return "kind", Phrase("findings.unknown_kind", values)
    if activity.id in parts.places:
        file, line = parts.places[activity.id]
        return "id", Phrase("findings.same_id", {"file": file, "line": line})
    return None
