"""The pointer head: where on the page a key's value stands."""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn import functional

from kie_app.model.features.label import PLACES
from kie_app.model.features.run import RUN_FEATURES
from kie_app.model.features.word import WORD_FEATURES

MAX_RUN_WORDS = 40  # the longest run of words that a pointer may choose


class PointerHead(nn.Module):
    """Scores every run of words as a key's value, and "no run" for values not printed as such.

    A run's score is start + end + a term of both, so that the end knows where the run began. Where
    it starts also counts how far the key's words are printed beside it (label features), at either
    end what its word looks like (word features), and over all of it what print says of such runs
    (run features), each as much as the key itself asks for: a new key leans on its label, "company"
    has none, cash is an amount, and an address goes on to other lines.
    """

    def __init__(self, hidden: int, width: int = 256) -> None:
        super().__init__()
        self.scale = width**-0.5
        self.word_norm = nn.LayerNorm(hidden)
        self.query_norm = nn.LayerNorm(hidden)
        self.word = nn.Linear(hidden, width)
        # The language model reads left to right: a word's state has not seen the words after it.
        self.neighbours = nn.Conv1d(width, width, kernel_size=5, padding=2, groups=width)
        self.start, self.end = nn.Linear(width, width), nn.Linear(width, width)
        self.first, self.last = nn.Linear(width, width), nn.Linear(width, width)
        self.query_start, self.query_end = nn.Linear(hidden, width), nn.Linear(hidden, width)
        self.no_run = nn.Linear(hidden, 1)
        self.label = nn.Linear(hidden, len(PLACES))
        self.unlabelled = nn.Linear(hidden, len(PLACES))
        self.form_start, self.form_end = (
            nn.Linear(hidden, len(WORD_FEATURES)),
            nn.Linear(hidden, len(WORD_FEATURES)),
        )
        self.shape = nn.Linear(hidden, len(RUN_FEATURES))
        gates = (self.label, self.unlabelled, self.form_start, self.form_end, self.shape)
        for gate in gates:
            nn.init.zeros_(gate.weight)
            nn.init.zeros_(gate.bias)

    def forward(
        self,
        words: Tensor,
        queries: Tensor,
        label_features: Tensor,
        word_features: Tensor,
        run_features: Tensor,
    ) -> tuple[Tensor, Tensor]:
        """words (w, hidden), queries (k, hidden), label_features (k, w, PLACES), word_features
        (w, WORD_FEATURES), run_features (w, w, RUN_FEATURES) -> run scores (k, w, w) and no-run
        scores (k,).

        Entry [k, a, b] scores the run from word a to word b; impossible runs are -inf.
        """
        w = self.word(self.word_norm(words.float()))
        w = functional.gelu(w + self.neighbours(w.T).T)
        q = self.query_norm(queries.float())
        start = self.query_start(q) @ self.start(w).T * self.scale  # (k, w)
        start = start + (label_features @ self.label(q)[:, :, None]).squeeze(-1)
        start = start + self.form_start(q) @ word_features.T
        end = self.query_end(q) @ self.end(w).T * self.scale + self.form_end(q) @ word_features.T
        both = self.first(w) @ self.last(w).T * self.scale  # (w, w)
        scores = start[:, :, None] + end[:, None, :] + both
        scores = scores + torch.einsum("abs,ks->kab", run_features, self.shape(q))
        length = torch.arange(len(w), device=w.device)
        length = length[None, :] - length[:, None]
        impossible = (length < 0) | (length >= MAX_RUN_WORDS)
        nothing = label_features.new_zeros(len(q), len(PLACES))
        best = label_features.amax(dim=1) if len(w) else nothing
        no_run = self.no_run(q).squeeze(-1) + (self.unlabelled(q) * best).sum(dim=1)
        return scores.masked_fill(impossible, -torch.inf), no_run
