"""The address of a repository on a hub: ``owner/name`` or ``owner/name@revision``."""

from __future__ import annotations

import re
from dataclasses import dataclass

from yuzug.errors import HubError

_MAIN = "main"
# As the hub has them; names become folders of the cache, so nothing may lead out of it.
_NAME = r"[A-Za-z0-9](?:[A-Za-z0-9_.-]{0,94}[A-Za-z0-9_])?"
_NO_NAME = re.compile(r"--|\.git$")
_REVISION = r"[A-Za-z0-9][A-Za-z0-9._-]*(?:/[A-Za-z0-9][A-Za-z0-9._-]*)*"
_ADDRESS = re.compile(rf"(?P<repo_id>{_NAME}/{_NAME})(?:@(?P<revision>{_REVISION}))?")
_LIKE_AN_ADDRESS = re.compile(r"(?!\.{0,2}/|~)[^/@\\\s]+/[^/@\\\s]+(?:@.*)?")
_FILES = (".safetensors", ".json")  # a model on disk, an ensemble
COMMIT = re.compile(r"[0-9a-f]{40}")


@dataclass(frozen=True)
class Repository:
    """A repository at one revision: a branch, a tag or, pinned, a commit of 40 hex digits.

    >>> Repository.parse("ada/faces@v1")
    Repository(repo_id='ada/faces', revision='v1')
    >>> str(Repository.parse("ada/faces"))
    'ada/faces'
    """

    repo_id: str
    revision: str = _MAIN

    @classmethod
    def parse(cls, address: str) -> Repository:
        """The repository with this address.

        Raises:
            HubError: ``hub.name``.
        """
        found = _ADDRESS.fullmatch(address)
        if found is None or ".." in address or _NO_NAME.search(found["repo_id"]):
            raise HubError(
                "hub.name",
                must="a repository on a hub must be named owner/name or owner/name@revision",
                got=repr(address),
                do="write it as in its address on the hub",
            )
        return cls(found["repo_id"], found["revision"] or _MAIN)

    @property
    def is_pinned(self) -> bool:
        """Whether the revision is a commit, whose files can never change."""
        return COMMIT.fullmatch(self.revision) is not None

    def __str__(self) -> str:
        return self.repo_id if self.revision == _MAIN else f"{self.repo_id}@{self.revision}"


def is_address(name: str) -> bool:
    """Whether this looks like a repository rather than a path or the name of a bundled model.

    >>> is_address("ada/faces"), is_address("resnet18")
    (True, False)
    >>> is_address("runs/mine.safetensors"), is_address("weights/ensemble.json")
    (False, False)
    """
    return _LIKE_AN_ADDRESS.fullmatch(name) is not None and not name.endswith(_FILES)
