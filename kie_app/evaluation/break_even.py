"""A measured sweep and its file: speed-ups over keys, value length and stacked documents.

`sweep` measures one. Every figure here is a measured one: what was not measured is answered by the
nearest point that was, never by a value between two.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from math import log2
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import Field, TypeAdapter, ValidationError

from kie_app.config import Settings
from kie_app.errors import DataError
from kie_app.model import checkpoint as checkpoints

SWEEP = "sweep.json"
COMMAND = "python -m kie_app bench --sweep"

Time = Literal["decode", "total"]
Axis = Literal["keys", "length", "documents"]
AXES: tuple[Axis, ...] = ("keys", "length", "documents")
Positive = Annotated[float, Field(gt=0, allow_inf_nan=False)]
Counted = Annotated[int, Field(ge=1)]


@dataclass(frozen=True)
class Arm:
    """One decoder at one point: medians of its seconds, and the baseline's over them. Total is
    prefill and decode. `exact` counts the values that are the printed ones; None where they were
    forced."""

    decoder: str
    passes: int
    decode_seconds: Positive
    total_seconds: Positive
    decode_ratio: Positive
    total_ratio: Positive
    exact: int | None

    def ratio(self, time: Time) -> float:
        return self.decode_ratio if time == "decode" else self.total_ratio


@dataclass(frozen=True)
class Point:
    """`keys` values of `length` tokens (their mean) from each of `documents` of `page_tokens`."""

    keys: Counted
    length: Counted
    documents: Counted
    page_tokens: Counted
    arms: tuple[Arm, ...]

    def arm(self, decoder: str) -> Arm | None:
        return next((one for one in self.arms if one.decoder == decoder), None)


@dataclass(frozen=True)
class Sweep:
    """Everything measured; `facts` say on what, as those of a race."""

    made: datetime
    facts: Mapping[str, str]
    repeats: Counted
    points: Annotated[tuple[Point, ...], Field(min_length=1)]

    def nearest(self, keys: float, length: float, documents: float) -> Point:
        """The measured point that differs by the fewest doublings, all three added up."""
        asked = (keys, length, documents)

        def doublings(point: Point) -> float:
            there = (point.keys, point.length, point.documents)
            return sum(abs(log2(a / b)) for a, b in zip(asked, there, strict=True))

        return min(self.points, key=doublings)

    def along(self, axis: Axis, point: Point) -> list[Point]:
        """The points that differ from `point` along `axis` alone, itself among them, in order."""
        fixed = [other for other in AXES if other != axis]
        line = [
            one
            for one in self.points
            if all(getattr(one, other) == getattr(point, other) for other in fixed)
        ]
        return sorted(line, key=lambda one: int(getattr(one, axis)))

    def lost(self, decoder: str, time: Time) -> list[Point]:
        """The points at which the baseline is faster than the decoder."""
        arms = ((point, point.arm(decoder)) for point in self.points)
        return [point for point, arm in arms if arm is not None and arm.ratio(time) < 1]


_FILE: TypeAdapter[Sweep] = TypeAdapter(Sweep)


def dump(sweep: Sweep) -> dict[str, Any]:
    """The sweep as plain JSON."""
    return dict(_FILE.dump_python(sweep, mode="json"))


def read(path: Path) -> Sweep:
    """A sweep from its file; DataError when it is none."""
    try:
        return _FILE.validate_python(json.loads(path.read_text("utf-8")))
    except (OSError, ValueError) as error:
        first = error.errors()[0]["msg"] if isinstance(error, ValidationError) else error
        raise DataError(
            f"{path} is no sweep that can be read ({first}): remove it, or measure it again by "
            f"`{COMMAND} {path}`."
        ) from error


def file_of(settings: Settings) -> Path | None:
    """The sweep that was measured here, else the one that the default checkpoint comes with."""
    shipped = checkpoints.registry(settings.models_dir)["default"]
    own = settings.data_dir / SWEEP
    found = [own] if shipped is None else [own, settings.models_dir / shipped / SWEEP]
    return next((path for path in found if path.is_file()), None)


def load(settings: Settings) -> Sweep | None:
    """The sweep to show, None where there is none; DataError when its file is damaged."""
    path = file_of(settings)
    return None if path is None else read(path)
