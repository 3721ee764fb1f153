"""One file of a repository: from the hub's cache, or fetched, checked and kept there."""

from __future__ import annotations

import hashlib
import logging
import re
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TypeVar

from huggingface_hub import (
    constants,
    get_hf_file_metadata,
    hf_hub_download,
    hf_hub_url,
    try_to_load_from_cache,
)

from yuzug.errors import HubError
from yuzug.hub.errors import translate_errors, wait_asked_for_s
from yuzug.hub.repository import COMMIT, Repository

_LOG = logging.getLogger(__name__)

# Between questions to a busy hub; a connection that fails is not tried again.
WAITS_S = (1.0, 3.0, 6.0)
# A hub that asks to wait longer than this is an error instead.
LONGEST_WAIT_S = 20.0
# Once the cached copy will do, a hub that cannot be had is no reason to fail.
_NOT_THERE = frozenset({"hub.offline", "hub.unreachable", "hub.busy"})
# The server names the file in the cache by these, so they may be no path.
_ETAG = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,127}")

Answer = TypeVar("Answer")


def cached(repository: Repository, file: str) -> Path | None:
    """The file as it stands in the cache, whatever its content; asks no network."""
    path = try_to_load_from_cache(repository.repo_id, file, revision=repository.revision)
    return Path(path) if isinstance(path, str) else None


def fetch(
    repository: Repository,
    file: str,
    *,
    most_bytes: int,
    sha256: str | None = None,
    token: bool | None = None,
    timeout_s: float | None = None,
    waits_s: Sequence[float] = WAITS_S,
) -> Path:
    """The file in the cache, asked for at the hub unless the cache is known to be right.

    A download that is cut is resumed, and reaches the cache whole or not at all; with ``sha256``
    anything else is deleted again. Where the hub cannot be had, what the cache holds will do.
    ``token`` False sends none; ``timeout_s`` is ``HF_HUB_ETAG_TIMEOUT`` unless given; ``waits_s``
    are the seconds between questions to a busy hub.

    Raises:
        HubError: ``hub.content`` for a file that is larger than ``most_bytes`` or another one
            than ``sha256`` says, and every other kind for what kept it from coming.
    """
    patience_s = constants.HF_HUB_ETAG_TIMEOUT if timeout_s is None else timeout_s
    with translate_errors(repository):
        kept = _checked(cached(repository, file), sha256)
    if kept is not None and (sha256 is not None or repository.is_pinned):
        return kept
    try:
        with translate_errors(repository):
            _patiently(lambda: _ask(repository, file, most_bytes, token, patience_s), waits_s)
            path = _patiently(lambda: _download(repository, file, token, patience_s), waits_s)
            checked = _checked(path, sha256)
    except HubError as error:
        if kept is None or error.kind not in _NOT_THERE:
            raise
        return kept
    if checked is None:
        raise refused(repository, f"{file} with another sha256 than its card says")
    return checked


def remove_from_cache(path: Path) -> None:
    """Delete a file from the cache, so that the next fetch downloads it again."""
    path.resolve().unlink(missing_ok=True)
    path.unlink(missing_ok=True)


def sha256_of(path: Path) -> str:
    """The SHA-256 of a file's content, as 64 hex digits."""
    with path.open("rb") as file:
        digest = hashlib.sha256()
        while block := file.read(2**20):
            digest.update(block)
    return digest.hexdigest()


def refused(repository: Repository, what: str) -> HubError:
    """The error for content that is not what it says it is."""
    return HubError(
        "hub.content",
        must=f"the files of {repository} must match its card",
        got=what,
        do="it was deleted from the cache; ask its owner, or use a bundled model",
    )


def _checked(path: Path | None, sha256: str | None) -> Path | None:
    """The path, unless its content is another one: then it is deleted."""
    if path is None or sha256 is None or sha256_of(path) == sha256:
        return path
    remove_from_cache(path)
    return None


def _ask(
    repository: Repository, file: str, most_bytes: int, token: bool | None, timeout_s: float
) -> None:
    """One question without repeats: a download alone would try a closed door for minutes."""
    url = hf_hub_url(repository.repo_id, file, revision=repository.revision)
    about = get_hf_file_metadata(url, token=token, timeout=timeout_s)
    if about.size is not None and about.size > most_bytes:
        raise refused(repository, f"{file} with {about.size} bytes, more than {most_bytes}")
    if about.etag is None or about.commit_hash is None:
        raise HubError(
            "hub.unreachable",
            must="the server must be a hub, which returns the commit and the ETag of a file",
            got=f"neither from {url}",
            do="check HF_ENDPOINT, and whether a proxy answers instead",
        )
    if not _ETAG.fullmatch(about.etag) or not COMMIT.fullmatch(about.commit_hash):
        raise refused(repository, f"{file} with a name that no hub gives")


def _download(repository: Repository, file: str, token: bool | None, timeout_s: float) -> Path:
    _LOG.info("fetching %s of %s", file, repository)
    return Path(
        hf_hub_download(
            repository.repo_id,
            file,
            revision=repository.revision,
            token=token,
            etag_timeout=timeout_s,
            library_name="yuzug",
        )
    )


def _patiently(question: Callable[[], Answer], waits_s: Sequence[float]) -> Answer:
    """The answer of a hub that may be busy at first."""
    for wait_s in waits_s:
        try:
            return question()
        except Exception as error:  # noqa: PERF203 - a handful of rounds, each a second long
            asked_s = wait_asked_for_s(error)
            if asked_s is None or asked_s > LONGEST_WAIT_S:
                raise
            time.sleep(max(wait_s, asked_s))
    return question()
