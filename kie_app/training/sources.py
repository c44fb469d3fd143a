"""Where training documents come from: labelled folders, drawn in a fixed mix.

Which document is drawn at place `at` of a run depends on (seed, at) alone, so a resumed run goes on
exactly. Only text and boxes are kept in memory; images are read, used and let go.
"""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from kie_app import documents
from kie_app.config import Settings
from kie_app.datasets import captions as captioned
from kie_app.datasets.asking import Ask, asked, foreign, keys_of, usual
from kie_app.datasets.captions import Captioned
from kie_app.datasets.labelled import LABELS, Labelled, labelled
from kie_app.datasets.splits import of_split
from kie_app.datasets.synthetic import generate
from kie_app.errors import DataError
from kie_app.types import Document

SYNTHETIC = "synthetic"  # instead of a folder: generated documents
INCOMPLETE = ":labelled"  # behind a folder
LACKING = 8  # keys that a document of an open folder may be asked though it lacks them
PATTERN = 40  # weights are met within every so many draws


@dataclass(frozen=True)
class Source:
    """One folder's documents of one split, or `generated` ones without end. `keys` are all
    single-valued keys that it labels, `ask` says which of them a document is asked, and so what is
    known to be absent there. A folder of captions has `images` instead."""

    name: str
    weight: float
    items: tuple[Labelled, ...] = ()
    keys: tuple[str, ...] = ()
    images: tuple[Captioned, ...] = ()
    generated: bool = False
    ask: Ask = "all"

    def keys_for(self, item: Labelled) -> tuple[str, ...]:
        """The keys that a document is asked: those that have one value or none in it."""
        return asked(item, self.keys, self.ask)

    def lacking(self, item: Labelled) -> tuple[str, ...]:
        """Keys that are known to be absent from a document: no more than it may well be asked."""
        if self.ask == "own":
            return foreign(item, self.keys, LACKING)
        return tuple(key for key in self.keys_for(item) if key not in item.entities)


@dataclass(frozen=True)
class Drawn:
    """A document to train on, or an `image` with its caption instead, and no text.

    `lacking` are keys that are known to be absent; `tidy` says whether its lines are known to be
    whole, so that what it prints as `label: value` can be asked.
    """

    document: Document
    values: Mapping[str, str]
    lacking: tuple[str, ...]
    tidy: bool
    image: Captioned | None = None


def read(folders: Sequence[str], split: str) -> list[Source]:
    """Sources from `FOLDER`, `FOLDER=WEIGHT` (default 1) or `synthetic`. A folder holds labelled
    documents, or images with captions; these and `synthetic` have no validation split. In
    `FOLDER:labelled` what a document does not label may still be printed, and is never taken for
    absent. DataError names what is wrong."""
    if found := _read(folders, split, needed=True):
        return found
    raise DataError(
        f"{', '.join(folders)} has no validation documents: name a folder with a labels.jsonl."
    )


def held_out(folders: Sequence[str]) -> list[Source]:
    """The validation split of those folders that have one."""
    return _read(folders, "validation", needed=False)


def _read(folders: Sequence[str], split: str, needed: bool) -> list[Source]:
    """A labelled folder without documents of the split is left out unless they are `needed`."""
    sources = []
    for given in folders:
        given_path, _, weight = given.partition("=")
        path = given_path.removesuffix(INCOMPLETE)
        try:
            share = float(weight or 1)
        except ValueError:
            share = 0.0
        if not share > 0:
            raise DataError(f"{given!r} has no weight above 0: write FOLDER=WEIGHT, as sroie=2.")
        if path == SYNTHETIC:
            if split != "validation":
                sources.append(Source(SYNTHETIC, share, generated=True))
            continue
        if not (Path(path) / LABELS).is_file() and (images := captioned.read(Path(path))):
            if split != "validation":
                sources.append(Source(Path(path).name, share, images=images))
            continue
        whole = [item for item in labelled(Path(path)) if item.values()]
        items = tuple(of_split(whole, split))
        if not items and whole and not needed:
            continue
        if not items:
            raise DataError(
                f"{path} holds no labelled document in its {split} split: give a folder whose "
                "labels.jsonl has `entities` with single values."
            )
        ask: Ask = "labelled" if path != given_path else usual(whole)
        sources.append(Source(Path(given_path).name, share, items, keys_of(whole), ask=ask))
    return sources


class Mix:
    """Draws documents from sources by weight, each folder epoch by epoch in a new order."""

    def __init__(self, sources: Sequence[Source], seed: int, settings: Settings) -> None:
        self.sources, self.seed, self.settings = sources, seed, settings
        self._pattern = pattern([source.weight for source in sources])
        self._read: dict[Path, Document] = {}

    def draw(self, at: int) -> Drawn:
        """The document at place `at` of the run."""
        cycle, place = divmod(at, len(self._pattern))
        which = self._pattern[place]
        before = self._pattern[:place].count(which) + cycle * self._pattern.count(which)
        source = self.sources[which]
        if source.generated:
            made = generate(self.seed * 1_000_003 + before)
            return Drawn(made.document, made.values, made.absent, tidy=True)
        every = len(source.images or source.items)
        epoch, index = divmod(before, every)
        order = list(range(every))
        random.Random(f"{self.seed}-{which}-{epoch}").shuffle(order)
        if source.images:
            image = source.images[order[index]]
            empty = Document(image.name, image.name, (), (), "given")
            return Drawn(empty, {}, (), tidy=False, image=image)
        item = source.items[order[index]]
        drawn = self.document(item)
        return Drawn(drawn, item.values(), source.lacking(item), tidy=bool(item.lines))

    def facts(self) -> dict[str, dict[str, float]]:
        """What a checkpoint says about its data: weight and documents of each source."""
        return {
            s.name: {"weight": s.weight, "documents": len(s.images or s.items)}
            for s in self.sources
        }

    def document(self, item: Labelled) -> Document:
        """Its given lines, else what its file says; read once, kept without images."""
        if item.lines:
            return item.document()
        file = Path(item.name) if item.file is None else item.file
        if file not in self._read:
            found = documents.read(item.data(), item.name, self.settings)
            pages = tuple(replace(page, image=None) for page in found.pages)
            self._read[file] = replace(found, pages=pages)
        return self._read[file]


def pattern(weights: Sequence[float]) -> list[int]:
    """Indices of `weights`, each as often as its share of PATTERN draws and evenly spread."""
    total, counts = sum(weights), [0] * len(weights)
    out = []
    for place in range(1, PATTERN + 1):
        due = [
            place * weight / total - count for weight, count in zip(weights, counts, strict=True)
        ]
        which = due.index(max(due))
        counts[which] += 1
        out.append(which)
    return out
