"""Translate errors of huggingface_hub into ``HubError``: what must hold, what came, what to do."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from huggingface_hub import constants
from huggingface_hub.errors import (
    EntryNotFoundError,
    GatedRepoError,
    HfHubHTTPError,
    LocalEntryNotFoundError,
    LocalTokenNotFoundError,
    OfflineModeIsEnabled,
    RepositoryNotFoundError,
    RevisionNotFoundError,
)
from huggingface_hub.utils import parse_ratelimit_headers  # type: ignore[attr-defined]

from yuzug.errors import HubError, YuzugError
from yuzug.hub.repository import Repository

# The server is there and asks for patience.
BUSY = frozenset({408, 429, 500, 502, 503, 504})
_TOKEN = "set HF_TOKEN to a token that may {} it, or run `hf auth login`"


@contextmanager
def translate_errors(repository: Repository) -> Iterator[None]:
    """Turn whatever a call to the hub raises into a :class:`yuzug.errors.HubError`."""
    try:
        yield
    except YuzugError:
        raise
    except Exception as error:  # a network fails in every way there is, and each is translated
        raise _translated(error, repository) from error


def wait_asked_for_s(error: Exception) -> float | None:
    """Seconds that a busy server asks to wait, if it says; None for any other error.

    >>> wait_asked_for_s(ValueError("from no server")) is None
    True
    """
    if not isinstance(error, HfHubHTTPError) or error.response.status_code not in BUSY:
        return None
    limit = parse_ratelimit_headers(error.response.headers)
    if limit is not None and limit.remaining == 0:
        return float(limit.reset_in_seconds)
    asked = error.response.headers.get("Retry-After", "")
    return float(asked) if asked.strip().isdigit() else 0.0


def _translated(error: BaseException, repository: Repository) -> HubError:
    # The library wraps what kept it from asking, and what went wrong with an upload.
    if isinstance(error, (LocalEntryNotFoundError, RuntimeError)) and error.__cause__ is not None:
        return _translated(error.__cause__, repository)
    if isinstance(error, (OfflineModeIsEnabled, LocalEntryNotFoundError)):
        return _offline(repository)
    if isinstance(error, HfHubHTTPError):
        return _answered(error, repository)
    if isinstance(error, LocalTokenNotFoundError):
        return _denied(repository, "no token")
    if isinstance(error, OSError) and "Consistency check" in str(error):
        return _cut_short(error, repository)
    if isinstance(error, OSError) and error.errno and not isinstance(error, ConnectionError):
        return _no_cache(error)
    return HubError(
        "hub.unreachable",
        must=f"the hub at {constants.ENDPOINT} must answer to give {repository}",
        got=f"{type(error).__name__}: {_first_line(error)}",
        do="check the connection and HF_ENDPOINT, or use a bundled model",
    )


def _answered(error: HfHubHTTPError, repository: Repository) -> HubError:
    status = error.response.status_code
    if isinstance(error, GatedRepoError):
        return HubError(
            "hub.gated",
            must=f"access to the gated repository {repository} must be granted first",
            got=f"{status} for this token, or for none",
            do=f"ask for access at {constants.ENDPOINT}/{repository.repo_id}, then "
            + _TOKEN.format("read"),
        )
    if isinstance(error, RevisionNotFoundError):
        return HubError(
            "hub.revision",
            must=f"{repository.repo_id} must have the revision that is asked for",
            got=repr(repository.revision),
            do="name one of its branches, tags or commits, or leave out @revision",
        )
    if isinstance(error, EntryNotFoundError):
        return HubError(
            "hub.file",
            must=f"{repository} must have model.safetensors and config.json",
            got=f"no {str(error.response.url).rsplit('/', 1)[-1]}",
            do="publish it with `yuzug publish weights`, or choose another repository",
        )
    if status == 401 and "Invalid credentials" in (error.server_message or ""):
        return _invalid_token(error)
    if isinstance(error, RepositoryNotFoundError) or status in (401, 404):
        return HubError(
            "hub.missing",
            must=f"the repository {repository.repo_id} must exist and be open to you",
            got=f"{status} from {constants.ENDPOINT}",
            do="check its name; if it is private, " + _TOKEN.format("read"),
        )
    if status == 403:
        return _denied(repository, f"{status}: {error.server_message or 'forbidden'}")
    if status in BUSY:
        return _busy(error, repository)
    return HubError(
        "hub.unreachable",
        must=f"the hub at {constants.ENDPOINT} must answer as a hub does",
        got=f"{status}: {_first_line(error)}",
        do="check HF_ENDPOINT, or use a bundled model",
    )


def _busy(error: HfHubHTTPError, repository: Repository) -> HubError:
    wait_s = wait_asked_for_s(error)
    when = f"in {wait_s:.0f} s" if wait_s else "in a while"
    return HubError(
        "hub.busy",
        must=f"the hub must not be too busy for {repository}",
        got=f"{error.response.status_code} from {constants.ENDPOINT}",
        do=f"try again {when}; with a token in HF_TOKEN it allows more",
    )


def _invalid_token(error: HfHubHTTPError) -> HubError:
    return HubError(
        "hub.denied",
        must="the token in HF_TOKEN, or of `hf auth login`, must be valid",
        got=f"{error.response.status_code}: {error.server_message}",
        do="renew it, or unset it: public repositories need none",
    )


def _denied(repository: Repository, got: str) -> HubError:
    return HubError(
        "hub.denied",
        must=f"you must be allowed to do this with {repository.repo_id}",
        got=got,
        do=_TOKEN.format("do"),
    )


def _offline(repository: Repository) -> HubError:
    return HubError(
        "hub.offline",
        must=f"the hub may be asked only where HF_HUB_OFFLINE allows it, and {repository} is not "
        "in the cache",
        got="HF_HUB_OFFLINE=1",
        do="download it once while online, or use a bundled model",
    )


def _cut_short(error: OSError, repository: Repository) -> HubError:
    return HubError(
        "hub.content",
        must=f"every file of {repository} must arrive complete",
        got=_first_line(error),
        do="try again; the incomplete file was discarded",
    )


def _no_cache(error: OSError) -> HubError:
    return HubError(
        "hub.cache",
        must=f"the hub's cache {constants.HF_HUB_CACHE} must be readable and have free space",
        got=str(error),
        do="free some space or set HF_HOME to another folder",
    )


def _first_line(error: BaseException) -> str:
    return next((line for line in str(error).splitlines() if line.strip()), "no reason")
