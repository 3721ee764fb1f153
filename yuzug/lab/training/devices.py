"""The device that training runs on, and what it can do."""

from __future__ import annotations

from typing import Literal

import torch
from accelerate import Accelerator
from torch import Tensor

from yuzug.errors import OptionError
from yuzug.texts.causes import caused

Device = Literal["auto", "cpu", "cuda", "mps"]


def accelerator(device: Device) -> Accelerator:
    """The engine on a device; "auto" takes a GPU where there is one.

    Raises:
        OptionError: ``option.invalid`` where this machine has no such device.
    """
    there = {"cuda": torch.cuda.is_available(), "mps": torch.backends.mps.is_available()}
    if not there.get(device, True):
        has = [name for name, is_there in there.items() if is_there]
        raise caused(
            OptionError,
            "device.missing",
            "device_missing",
            device=device,
            known=", ".join(["auto", "cpu", *has]),
        )
    return Accelerator(cpu=True) if device == "cpu" else Accelerator()


def has_bfloat16(device: torch.device) -> bool:
    """Whether a device multiplies bfloat16 itself.

    One that only imitates it is several times slower than in float32.
    """
    if device.type == "cuda":
        return bool(torch.cuda.is_bf16_supported(including_emulation=False))
    # Younger than the oldest torch that installs; there float32 is the safe answer.
    asked: dict[str, object] = getattr(torch.cpu, "get_capabilities", dict)()
    return any(asked.get(name) for name in ("avx512_bf16", "amx_bf16", "bf16"))


def sent(tensor: Tensor, device: torch.device) -> Tensor:
    """The tensor on a device; a CUDA device is not waited for."""
    return tensor.to(device, non_blocking=device.type == "cuda")
