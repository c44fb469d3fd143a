"""One pass of a decoder in which rows join or leave half way up.

The language models of `transformers` run all rows through all layers. Hooks before the layers take
and give other rows: the lower half sees some rows of the pass alone, and what stands between the
halves decides, from their states there, which rows the upper half sees. Nothing of the model is
copied or changed, so that LoRA and caches work as ever; a cache is left with the early rows in its
lower layers and with the others in its upper ones.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor, nn
from transformers import PreTrainedModel


@dataclass(frozen=True)
class Rows:
    """Rows (m,) of a pass and what they see: `visible` (m, cached + m) bool."""

    at: Tensor
    visible: Tensor

    @classmethod
    def of(cls, visible: Tensor, at: Tensor) -> Rows:
        """Some rows of a pass without a cache, of which visible (n, n) holds all."""
        return cls(at, visible[at[:, None], at[None, :]])


@dataclass(frozen=True)
class Midway:
    """`early` pass the lower half of the layers. `arrive` is then given their states (e, hidden),
    and returns states (m, hidden) of the rows that pass the upper half, and which these are."""

    early: Rows
    arrive: Callable[[Tensor], tuple[Tensor, Rows]]


def layers_of(model: PreTrainedModel) -> nn.ModuleList:
    """The layers of the language model."""
    count = model.config.get_text_config().num_hidden_layers
    lists = (one for one in model.get_decoder().children() if isinstance(one, nn.ModuleList))
    return next(one for one in lists if len(one) == count)


def additive(visible: Tensor, dtype: torch.dtype) -> Tensor:
    """visible (m, n) bool -> the mask that attention adds (1, 1, m, n)."""
    mask = torch.zeros(visible.shape, dtype=dtype, device=visible.device)
    return mask.masked_fill_(~visible, torch.finfo(dtype).min)[None, None]


@contextmanager
def watched(layers: nn.ModuleList, note: Callable[[Tensor], None]) -> Iterator[None]:
    """Within it, `note` is given the states (n, hidden) of a pass half way up."""
    hook = layers[len(layers) // 2].register_forward_pre_hook(lambda _, args: note(args[0][0]))
    try:
        yield
    finally:
        hook.remove()


@contextmanager
def joined(layers: nn.ModuleList, midway: Midway) -> Iterator[None]:
    """Within it, a pass of all rows goes as `midway` says. Its mask is that of the early rows."""
    rows, mask = midway.early, None
    placed: dict[str, Any] = {}
    half = len(layers) // 2

    def enter(number: int, args: tuple[Any, ...], given: dict[str, Any]) -> Any:
        nonlocal rows, mask
        states = args[0]
        if number == 0:
            states = states[:, rows.at]
        if number == half:
            own, rows = midway.arrive(states[0])
            states, mask = own[None].to(states.dtype), additive(rows.visible, states.dtype)
            placed.clear()
        if not placed:
            placed.update(_placed(given, rows.at))
        masked = {} if mask is None else {"attention_mask": mask}
        return (states, *args[1:]), {**given, **placed, **masked}

    def hook(number: int) -> Callable[..., Any]:
        return lambda _, args, given: enter(number, args, given)

    with ExitStack() as hooks:
        for number, layer in enumerate(layers):
            one = layer.register_forward_pre_hook(hook(number), with_kwargs=True)
            hooks.callback(one.remove)
        yield


def _placed(given: dict[str, Any], at: Tensor) -> dict[str, Any]:
    """What a layer is told of the places of all rows, for some of them: rotations (..., n, width)
    and places (..., n)."""
    out: dict[str, Any] = {}
    if given.get("position_embeddings") is not None:
        out["position_embeddings"] = tuple(one[..., at, :] for one in given["position_embeddings"])
    if given.get("position_ids") is not None:
        out["position_ids"] = given["position_ids"][..., at]
    return out
