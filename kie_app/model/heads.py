"""What Onepass adds to a causal language model: layout embedding, `[mask]` vector, pointer head,
and the seed head of those that were trained with one.

All of it together is about 3 M parameters; the language model itself changes only through LoRA.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn

from kie_app.model.pointer import PointerHead
from kie_app.model.seeds import SeedHead

LAYOUT_BINS = 128
UNTRAINED_SEED = 0


class LayoutEmbedding(nn.Module):
    """A token's box as a vector added to its embedding: one table a side, zero before training.

    The idea is LayoutLM's (Xu et al., arXiv 1912.13318).
    """

    def __init__(self, hidden: int) -> None:
        super().__init__()
        self.tables = nn.Parameter(torch.zeros(4, LAYOUT_BINS, hidden))

    def forward(self, boxes: Tensor) -> Tensor:
        """boxes (n, 4) in [0, 1] -> (n, hidden)"""
        bins = (boxes * (LAYOUT_BINS - 1)).round().long().clamp(0, LAYOUT_BINS - 1)
        return self.tables[torch.arange(4, device=bins.device), bins].sum(dim=1)


class Heads(nn.Module):
    """The additions as one module, saved beside the adapter as `heads.safetensors`. `seed` is None
    where slots begin as `[mask]` vectors."""

    def __init__(self, hidden: int) -> None:
        super().__init__()
        self.layout = LayoutEmbedding(hidden)
        self.mask = nn.Parameter(torch.randn(hidden) * 0.02)
        self.pointer = PointerHead(hidden)
        self.seed: SeedHead | None = None

    def add_seeds(self) -> None:
        """Give it a seed head as it is before training, the same in every process."""
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(UNTRAINED_SEED)
            self.seed = SeedHead(len(self.mask)).to(self.mask.device)

    def fit(self, weights: dict[str, Tensor]) -> None:
        """Take trained weights. A seed head is added where they hold one; one that is there stays
        as it is where they hold none. ValueError that names what is missing, not known or of
        another shape."""
        seeded = any(name.startswith("seed.") for name in weights)
        if seeded and self.seed is None:
            self.add_seeds()
        wanted = {
            name: one
            for name, one in self.state_dict().items()
            if seeded or not name.startswith("seed.")
        }
        for name in sorted(wanted.keys() ^ weights.keys()):
            raise ValueError(f"{name} is {'missing' if name in wanted else 'not known'}")
        for name, one in wanted.items():
            if one.shape != weights[name].shape:
                shapes = f"{tuple(weights[name].shape)}, not {tuple(one.shape)}"
                raise ValueError(f"{name} has the shape {shapes}")
        self.load_state_dict(weights, strict=False)
