"""float32 copies of what is trained, which the optimizer moves."""

from __future__ import annotations

import torch
from accelerate import Accelerator
from torch import Tensor, nn


class MasterWeights:
    """float32 copies that the optimizer moves; bfloat16 alone would round small steps away."""

    def __init__(self, objective: nn.Module) -> None:
        named = [(n, p) for n, p in objective.named_parameters() if p.requires_grad]
        self.live: list[Tensor] = [p for _, p in named]
        self.names = [n for n, _ in named]
        self.copies = [p.detach().float().clone().requires_grad_(True) for p in self.live]

    def groups(self, rate: float) -> list[dict[str, object]]:
        """Adapter at `rate`; heads start from nothing and take twice that."""
        pairs = list(zip(self.names, self.copies, strict=True))
        adapter = [c for n, c in pairs if "lora" in n]
        heads = [c for n, c in pairs if "lora" not in n]
        return [
            {"params": adapter, "lr": rate, "peak": rate, "weight_decay": 0.0},
            {"params": heads, "lr": 2 * rate, "peak": 2 * rate, "weight_decay": 0.01},
        ]

    def step(
        self, optimizer: torch.optim.Optimizer, accelerator: Accelerator, clip: float = 1.0
    ) -> None:
        """Sum the gradients of all processes, move the copies, and publish them."""
        flat = torch.cat(
            [
                (torch.zeros_like(p) if p.grad is None else p.grad).float().flatten()
                for p in self.live
            ]
        )
        flat = accelerator.reduce(flat)
        parts = flat.split([p.numel() for p in self.live])
        for live, copy, grad in zip(self.live, self.copies, parts, strict=True):
            copy.grad, live.grad = grad.view_as(copy), None
        torch.nn.utils.clip_grad_norm_(self.copies, clip)
        optimizer.step()
        self.publish()

    @torch.no_grad()
    def publish(self) -> None:
        for live, copy in zip(self.live, self.copies, strict=True):
            live.copy_(copy)
