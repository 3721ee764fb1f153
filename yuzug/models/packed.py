"""The expensive half of a network, laid out once for this processor: the same answers, sooner.

PyTorch reorders a convolution's weights for oneDNN in every call, which for one small face
takes as long as computing it. Here each convolution takes in its batch norm and is laid out once.
"""

from __future__ import annotations

import logging
import platform
from collections.abc import Callable, Iterator
from typing import Any
from weakref import WeakKeyDictionary

import torch
from torch import Tensor, nn
from torch.nn.utils.fusion import fuse_conv_bn_weights

from yuzug.models.ensemble import SideBySide
from yuzug.models.networks import BasicBlock, Network
from yuzug.models.preprocess import Preprocessing

_LOG = logging.getLogger(__name__)
Stem = Callable[[Tensor], Tensor]
# Measured there alone: 15.4 ms became 7.6 ms (resnet18, one face, one thread).
_MACHINES = frozenset({"x86_64", "amd64"})
# oneDNN sums in another order: 5e-6 was measured where activations reach 2.4.
TOLERANCE = 1e-4


def packed_features(network: Network, spec: Preprocessing) -> Stem:
    """``network.features``, laid out for this processor where that is possible.

    Without a gradient and for faces on the processor alone. The weights are copied, once for a
    network and the ensembles that it is in: what changes in them later does not reach the copy.

    Args:
        network: in evaluation mode.
        spec: what it reads.

    >>> from yuzug.models.networks import build
    >>> network = build("cnn", channels=1, size_px=56, heads={"7": 7}).eval()
    >>> spec = Preprocessing(channels=1, size_px=56, detail_px=48, mean=0.5, std=0.25)
    >>> packed_features(network, spec)(torch.zeros(2, 1, 56, 56)).shape
    torch.Size([2, 128, 7, 7])
    """
    plain: Stem = network.features
    here = all(one.is_cpu and one.dtype == torch.float32 for one in network.parameters())
    mkldnn = torch.backends.mkldnn.is_available()  # type: ignore[no-untyped-call]
    usable = mkldnn and platform.machine().lower() in _MACHINES
    if not (here and usable) or network.training:
        return plain
    generator = torch.Generator().manual_seed(0)
    noise = torch.randn(1, spec.channels, spec.size_px, spec.size_px, generator=generator)
    noise = noise.contiguous(memory_format=torch.channels_last)
    try:
        with torch.no_grad():
            stem = _stem(network.stem, _input_sizes(network.stem, noise))
            apart = float((stem(noise) - plain(noise)).abs().max())
    except (AttributeError, NotImplementedError, RuntimeError) as error:  # PyTorch has no such way
        _LOG.debug("the network stays as it is: %s", error)
        return plain
    if not apart <= TOLERANCE:
        _LOG.warning("the network stays as it is: with reordered weights it differs by %g", apart)
        return plain
    return stem


class _Convolution(nn.Module):
    """A convolution fused with the batch norm after it, and with ReLU where asked for."""

    def __init__(
        self, conv: nn.Conv2d, norm: nn.BatchNorm2d | None, relu: bool, size: list[int]
    ) -> None:
        super().__init__()
        weight, bias = conv.weight, conv.bias
        if norm is not None:
            assert norm.running_mean is not None
            assert norm.running_var is not None
            weight, bias = fuse_conv_bn_weights(
                *(weight, bias, norm.running_mean, norm.running_var),
                *(norm.eps, norm.weight, norm.bias),
            )
        self._how = (conv.padding, conv.stride, conv.dilation, conv.groups)
        # What torch.compile uses for convolutions on x86.
        lay_out: Any = torch._C._nn.mkldnn_reorder_conv2d_weight
        self._weight: Tensor = lay_out(weight.detach().to_mkldnn(), *self._how, size)
        self._bias = None if bias is None else bias.detach()
        self._then = "relu" if relu else "none"

    def forward(self, x: Tensor) -> Tensor:
        out: Tensor = torch.ops.mkldnn._convolution_pointwise(
            x, self._weight, self._bias, *self._how, self._then, [], ""
        )
        return out

    def plus(self, x: Tensor, other: Tensor) -> Tensor:
        """ReLU of the convolution plus another tensor, which is written over."""
        out: Tensor = torch.ops.mkldnn._convolution_pointwise_.binary(
            other, x, self._weight, self._bias, *self._how, "add", 1.0, "relu", [], ""
        )
        return out


class _Block(nn.Module):
    """A block of a residual network."""

    def __init__(self, block: BasicBlock, sizes: _Sizes) -> None:
        super().__init__()
        self.first = _convolution(block.conv1, block.bn1, True, sizes)
        self.second = _convolution(block.conv2, block.bn2, False, sizes)
        self.beside = None if block.downsample is None else _packed(block.downsample, sizes)

    def forward(self, x: Tensor) -> Tensor:
        # Written over: of the block before, or the first convolution's, never the caller's.
        beside = x if self.beside is None else self.beside(x)
        return self.second.plus(self.first(x), beside)


_Sizes = dict[nn.Module, list[int]]


def _convolution(
    conv: nn.Conv2d, norm: nn.BatchNorm2d | None, relu: bool, sizes: _Sizes
) -> _Convolution:
    return _Convolution(conv, norm, relu, sizes[conv])


# What was laid out of a stem, for as long as that lives.
_LAID_OUT: WeakKeyDictionary[nn.Module, nn.Module] = WeakKeyDictionary()


def _stem(stem: nn.Module, sizes: _Sizes) -> nn.Module:
    if isinstance(stem, SideBySide):
        return SideBySide([_stem(one, sizes) for one in stem.stems]).eval()
    if stem not in _LAID_OUT:
        _LAID_OUT[stem] = _packed(stem, sizes)
    return _LAID_OUT[stem]


def _packed(module: nn.Module, sizes: _Sizes) -> nn.Module:
    """The same module with its convolutions laid out; what has none is shared."""
    if isinstance(module, BasicBlock):
        return _Block(module, sizes)
    if isinstance(module, nn.Sequential):
        return nn.Sequential(*_parts(list(module), sizes)).eval()
    return module


def _parts(modules: list[nn.Module], sizes: _Sizes) -> Iterator[nn.Module]:
    """A sequence, in which a convolution swallows the batch norm and the ReLU that follow."""
    while modules:
        module = modules.pop(0)
        if not isinstance(module, nn.Conv2d):
            yield _packed(module, sizes)
            continue
        norm = modules.pop(0) if modules and isinstance(modules[0], nn.BatchNorm2d) else None
        relu = bool(modules) and isinstance(modules[0], nn.ReLU)
        if relu:
            modules.pop(0)
        assert norm is None or isinstance(norm, nn.BatchNorm2d)
        yield _convolution(module, norm, relu, sizes)


def _input_sizes(stem: nn.Module, x: Tensor) -> _Sizes:
    """The shape of what each convolution reads."""
    sizes: _Sizes = {}
    hooks = [
        module.register_forward_pre_hook(
            lambda conv, given: sizes.__setitem__(conv, list(given[0].shape))
        )
        for module in stem.modules()
        if isinstance(module, nn.Conv2d)
    ]
    try:
        stem(x)
    finally:
        for hook in hooks:
            hook.remove()
    return sizes
