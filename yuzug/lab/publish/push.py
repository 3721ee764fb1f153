"""A folder becomes a repository on the hub, in one commit, or in none where nothing changed."""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from fnmatch import fnmatch
from pathlib import Path
from typing import Literal

from huggingface_hub import CommitOperationAdd, CommitOperationDelete, HfApi

from yuzug.errors import HubError, OptionError
from yuzug.hub import Repository, translate_errors


@dataclass(frozen=True)
class Parcel:
    """What is to be pushed: every file under ``folder``, as a model or as a Space.

    ``message`` is the first line of the commit. Files on the hub that match ``replaces`` and are
    not in the folder are deleted by the same commit; all others stay.
    """

    folder: Path
    repo_type: Literal["model", "space"]
    message: str
    replaces: tuple[str, ...] = ()

    @property
    def files(self) -> tuple[str, ...]:
        """The files by their path in the repository."""
        paths = (path for path in self.folder.rglob("*") if path.is_file())
        return tuple(sorted(path.relative_to(self.folder).as_posix() for path in paths))


@dataclass(frozen=True)
class Pushed:
    """Where the repository stands now; ``changed`` is False where it already held all of it."""

    url: str
    commit: str
    changed: bool


def destination(repo_id: str) -> Repository:
    """The repository that is pushed to.

    Raises:
        HubError: ``hub.name`` where this is none, or one revision of one.
    """
    repository = Repository.parse(repo_id)
    if "@" in repo_id:
        raise HubError(
            "hub.name",
            must="what is published must go to a repository, not to one of its revisions",
            got=repr(repo_id),
            do="leave out @ and what follows",
        )
    return repository


def push(parcel: Parcel, repo_id: str, *, private: bool) -> Pushed:
    """Create the repository if need be and bring it to what the parcel holds.

    Raises:
        HubError: ``hub.name``, or where the hub does not take it.
    """
    repository = destination(repo_id)
    api = HfApi(library_name="yuzug")
    kind = parcel.repo_type
    with translate_errors(repository):
        # A repository that is there keeps its visibility.
        api.create_repo(
            repo_id,
            repo_type=kind,
            private=private,
            exist_ok=True,
            space_sdk="gradio" if kind == "space" else None,
        )
        there = api.list_repo_files(repo_id, repo_type=kind)
        before = api.repo_info(repo_id, repo_type=kind).sha
        commit = api.create_commit(
            repo_id,
            [*_added(parcel), *_deleted(parcel, there)],
            repo_type=kind,
            commit_message=parcel.message,
        )
    return Pushed(str(commit.repo_url), commit.oid, changed=commit.oid != before)


def unpack(parcel: Parcel, folder: Path) -> None:
    """Write the parcel's files to a folder that then holds these and nothing else.

    Raises:
        OptionError: ``option.invalid`` where the folder holds files of somebody else.
    """
    here = Parcel(folder, parcel.repo_type, parcel.message).files
    # One of the same names alone, such as a README.md, is somebody's own as well.
    extra, missing = set(here) - set(parcel.files), set(parcel.files) - set(here)
    foreign = sorted(extra or set(here)) if here and (extra or missing) else []
    if foreign:
        raise OptionError(
            "output.occupied",
            must="the folder of a dry run must be empty, or contain an earlier one",
            got=f"{folder} with {foreign[0]}",
            do="choose another folder",
        )
    shutil.copytree(parcel.folder, folder, dirs_exist_ok=True)


def _added(parcel: Parcel) -> list[CommitOperationAdd]:
    return [CommitOperationAdd(name, parcel.folder / name) for name in parcel.files]


def _deleted(parcel: Parcel, there: list[str]) -> list[CommitOperationDelete]:
    return [
        CommitOperationDelete(name)
        for name in there
        if name not in parcel.files and any(fnmatch(name, one) for one in parcel.replaces)
    ]
