"""A device that is not the CPU, on a machine that has no other.

Its tensors call themselves `meta` ones and keep their numbers on the CPU. As on a GPU, an operation
on tensors of both sides fails; only what is a plain number may come from the CPU.
"""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor
from torch.overrides import TorchFunctionMode
from torch.utils._python_dispatch import TorchDispatchMode
from torch.utils._pytree import tree_leaves, tree_map

DEVICE = torch.device("meta")


class Elsewhere(Tensor):
    """A tensor that lies on DEVICE; `near` holds its numbers."""

    near: Tensor

    @staticmethod
    def __new__(cls, near: Tensor, requires_grad: bool = False) -> Elsewhere:
        made = torch.Tensor._make_wrapper_subclass(
            cls,
            near.shape,
            strides=near.stride(),
            storage_offset=near.storage_offset(),
            dtype=near.dtype,
            device=DEVICE,
            requires_grad=requires_grad,
        )
        made.near = near
        return made

    @classmethod
    def __torch_dispatch__(cls, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        return run(func, args, kwargs or {})


class Written(TorchFunctionMode):
    """Lists that become tensors of DEVICE, and the other way: PyTorch does neither itself."""

    def __torch_function__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        kwargs = dict(kwargs or {})
        if func is torch.tensor and kwargs.get("device") == DEVICE:
            return func(*args, **{**kwargs, "device": None}).to(DEVICE)
        if func is Tensor.tolist and isinstance(args[0], Elsewhere):
            return args[0].near.tolist()
        return func(*args, **kwargs)


class Machine(TorchDispatchMode):
    """Within it DEVICE exists: tensors are made there and copied to and fro."""

    def __enter__(self) -> Machine:
        self.written = Written()
        self.written.__enter__()
        super().__enter__()
        return self

    def __exit__(self, *error: Any) -> None:
        super().__exit__(*error)
        self.written.__exit__(*error)

    def __torch_dispatch__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        return run(func, args, kwargs or {})


def run(func: Any, args: Any, kwargs: dict[str, Any]) -> Any:
    """One operation, with its result where it belongs; RuntimeError where its tensors are apart."""
    tensors = [one for one in tree_leaves((args, kwargs)) if isinstance(one, Tensor)]
    far = any(isinstance(one, Elsewhere) for one in tensors)
    near = any(not isinstance(one, Elsewhere) and one.ndim > 0 for one in tensors)
    name = func.overloadpacket.__name__
    if far and near and name not in ("copy_", "_to_copy"):
        raise RuntimeError(f"{name} on tensors of two devices")
    asked = kwargs.get("device")
    there = asked.type == DEVICE.type if asked is not None else far
    if asked is not None:
        kwargs = {**kwargs, "device": torch.device("cpu")}
    inside = tree_map(lambda one: one.near if isinstance(one, Elsewhere) else one, (args, kwargs))
    out = func(*inside[0], **inside[1])
    if name.endswith("_") and not name.endswith("__"):
        return args[0]
    return tree_map(lambda one: Elsewhere(one) if there and isinstance(one, Tensor) else one, out)
