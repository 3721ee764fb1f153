"""How many threads the libraries take, for commands that have threads of their own."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def limited_threads(torch_threads: int) -> Iterator[None]:
    """OpenCV with one thread and PyTorch with at most so many; afterwards as they were."""
    import cv2
    import torch

    before = cv2.getNumThreads(), torch.get_num_threads()
    cv2.setNumThreads(1)
    torch.set_num_threads(min(before[1], torch_threads))
    try:
        yield
    finally:
        cv2.setNumThreads(before[0])
        torch.set_num_threads(before[1])
