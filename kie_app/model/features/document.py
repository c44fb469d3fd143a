"""What print says of one document, whatever is asked of it: computed once, kept with its encoding.

Only pointers need it. Training packs the same features, by this one function.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import torch
from torch import Tensor

from kie_app.model.features.label import Print, label_features
from kie_app.model.features.run import run_features
from kie_app.model.features.word import word_features
from kie_app.text import Word


@dataclass(frozen=True)
class DocumentFeatures:
    """`words` (w, WORD_FEATURES) and `runs` (w, w, RUN_FEATURES) as the pointer head takes them;
    `page` is what the match of keys to printed labels begins with."""

    words: Tensor
    runs: Tensor
    page: Print

    @classmethod
    def of(cls, words: Sequence[Word]) -> DocumentFeatures:
        """The features of a document's w words."""
        return cls(word_features(words), run_features(words), Print.of(words))

    def to(self, device: torch.device) -> DocumentFeatures:
        return replace(self, words=self.words.to(device), runs=self.runs.to(device))

    def labels(self, names: Sequence[str]) -> Tensor:
        """Names (k) of keys -> (k, w, PLACES): how far each is printed beside each word."""
        return label_features(self.page, names).to(self.words.device)
