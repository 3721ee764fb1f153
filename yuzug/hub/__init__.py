"""Download files from a model hub, with an actionable message for every failure.

repository (the address) → files (download, check, cache) → errors (messages).
All of it goes through huggingface_hub, so ``HF_ENDPOINT``, ``HF_HUB_OFFLINE``, ``HF_TOKEN``,
``HF_HUB_CACHE`` and ``HF_HUB_DISABLE_XET`` hold as everywhere else.
"""

from yuzug.hub.errors import translate_errors
from yuzug.hub.files import cached, fetch, refused, remove_from_cache, sha256_of
from yuzug.hub.repository import Repository, is_address

__all__ = [
    "Repository",
    "cached",
    "fetch",
    "is_address",
    "refused",
    "remove_from_cache",
    "sha256_of",
    "translate_errors",
]
