"""Decoders judged on a folder of labelled documents: how right, how well grounded, how fast.

Every decoder encodes every document anew, one decoder after the other on the same weights, after
an untimed first run; so the seconds are those of a first answer. Usage:

    python -m kie_app evaluate DIR --decoders mask_parallel,autoregressive [--lines given|ocr]
        [--wrong FILE.jsonl]
"""

from __future__ import annotations

import math
import statistics
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, Literal

from kie_app import documents
from kie_app.config import Settings
from kie_app.datasets.labelled import Labelled, labelled, relabelled, split_of
from kie_app.errors import DataError, line_of
from kie_app.evaluation.metrics import Answer, Judged, score
from kie_app.evaluation.mistakes import Mistake, mistakes
from kie_app.evaluation.places import placed
from kie_app.extraction import extract
from kie_app.model.backbone import Backbone
from kie_app.schemas.kinds import schema_of
from kie_app.types import Document, Extraction, Schema

PHASES = ("ocr", "prefill", "decode", "total")
DIGITS = 6
Lines = Literal["given", "ocr"]
Split = Literal["all", "train", "validation"]


@dataclass(frozen=True)
class Selection:
    """The documents to judge on and the keys to ask of each."""

    documents: tuple[Labelled, ...]
    keys: tuple[str, ...]

    @property
    def schema(self) -> Schema:
        return schema_of("evaluation", self.keys)


@dataclass
class Arm:
    """What one decoder answered and how long each phase took, in seconds a document. `warm` once
    it had its untimed first run."""

    decoder: str
    judged: list[Judged] = field(default_factory=list)
    seconds: dict[str, list[float]] = field(default_factory=lambda: {name: [] for name in PHASES})
    warm: bool = False

    def run(
        self, backbone: Backbone, schema: Schema, item: Labelled, document: Document, reading: float
    ) -> None:
        """Judge the answer for a document that took `reading` seconds to read."""
        if not self.warm:
            extract(backbone, document, schema, self.decoder, reuse=False)
            self.warm = True
        began = time.perf_counter()
        found = extract(backbone, document, schema, self.decoder, reuse=False)
        total = reading + time.perf_counter() - began
        self.judged.append(Judged(item.entities, _answers(item, found)))
        spent = (document.ocr_seconds, found.stats.prefill, found.stats.decode, total)
        for phase, seconds in zip(PHASES, spent, strict=True):
            self.seconds[phase].append(seconds)

    def miss(self, item: Labelled) -> None:
        """Count all that the document's label holds as missed."""
        self.judged.append(Judged(item.entities, {}))


@dataclass(frozen=True)
class Failure:
    """A document that could not be read, or that one decoder could not answer."""

    document: str
    decoder: str | None
    error: str

    @classmethod
    def of(cls, item: Labelled, error: Exception, decoder: str | None = None) -> Failure:
        """Of an error that nobody foresaw, the log keeps the traceback."""
        return cls(item.id, decoder, line_of(error, item.id))

    def __str__(self) -> str:
        which = f"{self.document}, {self.decoder}" if self.decoder else self.document
        return f"{which}: {self.error}"


def select(
    folder: Path,
    keys: Sequence[str] = (),
    split: Split = "all",
    limit: int | None = None,
    places: Path | None = None,
) -> Selection:
    """The first `limit` documents of a split (by shop) of a folder with a `labels.jsonl`.

    With `places`, only the documents that this file labels anew, by its keys (`relabelled`).

    Without `keys`, all names of string-valued entities in the folder are asked, in order of first
    appearance. DataError when nothing is left to judge on, or when no document labels one of `keys`
    with a single value.
    """
    whole = list(labelled(folder))
    chosen = [item for item in whole if split in ("all", split_of(item))]
    if places:
        whole = chosen = list(relabelled(chosen, places))
        if not whole:
            raise DataError(
                f"{places} names no document of {folder} with the split {split!r}: choose another "
                "split, or pass the file that belongs to this folder."
            )
    chosen = chosen[:limit]
    known = tuple(dict.fromkeys(name for item in whole for name in item.values()))
    if not chosen:
        raise DataError(
            f"{folder} has {len(whole)} labelled documents but none is left to judge on with the "
            f"split {split!r} and the limit {limit}: choose another split or raise the limit."
        )
    if not known:
        raise DataError(
            f"{folder} labels no entity with a single value, which is all that can be judged: pass "
            "a folder whose entities are strings."
        )
    if unknown := [name for name in keys if name not in known]:
        raise DataError(
            f"No label has the key {', '.join(unknown)} with a single value: pass --keys of "
            f"{', '.join(known)}."
        )
    return Selection(tuple(chosen), tuple(keys) or known)


def evaluate(
    backbone: Backbone,
    settings: Settings,
    selection: Selection,
    decoders: Sequence[str],
    lines: Lines = "given",
    warn: Callable[[str], None] = lambda message: None,
    progress: Callable[[int, int], None] = lambda done, of: None,
    mistaken: Callable[[Mistake], None] = lambda mistake: None,
) -> dict[str, Any]:
    """Run every decoder on every document and judge it.

    A document or answer that fails, for whatever reason, is told to `warn`, listed under "failed"
    and counts as all absent; its time is left out. `progress(done, of)` is called after each
    document, `mistaken` at the end with each wrong field of each decoder. Seconds are medians and
    p95 by nearest rank, None when no document was timed; "total" is the clock from the file (or the
    given lines) to the fields, so it is a little more than the sum of its phases.
    """
    arms = [Arm(name) for name in decoders]
    reader = Reader(settings, lines, warn)
    failures: list[Failure] = []

    def fail(failure: Failure) -> None:
        failures.append(failure)
        warn(str(failure))

    for done, item in enumerate(selection.documents, 1):
        try:
            document, reading = reader.read(item)
        except Exception as error:
            fail(Failure.of(item, error))
            for arm in arms:
                arm.miss(item)
        else:
            for arm in arms:
                try:
                    arm.run(backbone, selection.schema, item, document, reading)
                except Exception as error:
                    fail(Failure.of(item, error, arm.decoder))
                    arm.miss(item)
        progress(done, len(selection.documents))
    for arm in arms:
        for item, judged in zip(selection.documents, arm.judged, strict=True):
            for one in mistakes(item.id, arm.decoder, judged, selection.keys):
                mistaken(one)
    return {
        "documents": len(selection.documents),
        "failed": [asdict(one) for one in failures],
        "decoders": {arm.decoder: _figures(arm, selection.keys) for arm in arms},
    }


class Reader:
    """Labelled documents as the decoders get them: with the given lines, or read from the file."""

    def __init__(self, settings: Settings, lines: Lines, warn: Callable[[str], None]) -> None:
        self.settings, self.lines, self.warn = settings, lines, warn
        self._told = self._warm = False

    def read(self, item: Labelled) -> tuple[Document, float]:
        """The document, and the seconds that reading it took (0 for given lines)."""
        if self.lines == "given" and item.lines:
            return item.document(), 0.0
        if self.lines == "given" and not self._told:
            self.warn(f"{item.id} has no lines: such documents are read from their files.")
            self._told = True
        if not self._warm:  # the models of text recognition are loaded by the first file
            documents.read(item.data(), item.file.name, self.settings)
            self._warm = True
        began = time.perf_counter()
        document = documents.read(item.data(), item.file.name, self.settings)
        return document, time.perf_counter() - began


def _answers(item: Labelled, found: Extraction) -> dict[str, Answer]:
    return {
        one.key.name: Answer(
            one.value,
            bool(one.sources),
            one.confidence,
            placed(item, one.key.name, one.sources),
            one.sources,
        )
        for one in found.fields
    }


def _figures(arm: Arm, keys: Sequence[str]) -> dict[str, Any]:
    scores = score(arm.judged, keys)
    return {
        "micro_f1": _rounded(scores.micro_f1),
        "keys": {key: _rounded(f1) for key, f1 in scores.keys.items()},
        "normalised_f1": _rounded(scores.normalised_f1),
        "normalised_keys": {key: _rounded(f1) for key, f1 in scores.normalised_keys.items()},
        "support": scores.support,
        "similarity": round(scores.similarity, DIGITS),
        "grounded": round(scores.grounded, DIGITS),
        "placed": _rounded(scores.placed),
        "calibration_error": round(scores.calibration.error, DIGITS),
        "reliability": [
            {
                "count": one.count,
                "confidence": round(one.confidence, DIGITS),
                "right": round(one.right, DIGITS),
            }
            for one in scores.calibration.bins
        ],
        "seconds": {phase: _spread(arm.seconds[phase]) for phase in PHASES},
    }


def _rounded(figure: float | None) -> float | None:
    return None if figure is None else round(figure, DIGITS)


def _spread(seconds: Iterable[float]) -> dict[str, float | None]:
    ordered = sorted(seconds)
    if not ordered:
        return {"median": None, "p95": None}
    p95 = ordered[math.ceil(0.95 * len(ordered)) - 1]
    return {"median": round(statistics.median(ordered), DIGITS), "p95": round(p95, DIGITS)}
