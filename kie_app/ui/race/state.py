"""A race as one value: `Race.after(update)` is the next one. Rendering reads it, nothing else."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from kie_app.race.running import RaceEvent, RaceFinished, RaceStarted, RaceUpdate
from kie_app.types import Event, Extraction, Schema


@dataclass(frozen=True)
class Arm:
    """One decoder's part of a race; `at` is the recorded server time of its latest news."""

    decoder: str
    state: str = "waiting"  # "idle", "waiting", "running" or "done"
    events: tuple[Event, ...] = ()
    extraction: Extraction | None = None

    @property
    def at(self) -> float:
        """Seconds since this arm began its work, as recorded on the server."""
        if self.extraction is not None:
            return self.extraction.stats.prefill + self.extraction.stats.decode
        return max((event.at for event in self.events), default=0.0)


@dataclass(frozen=True)
class Race:
    """The arms on one document, in the order in which they run."""

    schema: Schema
    arms: tuple[Arm, ...]

    @classmethod
    def of(cls, schema: Schema, decoders: Sequence[str]) -> Race:
        return cls(schema, tuple(Arm(decoder) for decoder in decoders))

    @property
    def extractions(self) -> tuple[Extraction, ...]:
        """What the finished arms returned."""
        return tuple(arm.extraction for arm in self.arms if arm.extraction is not None)

    def after(self, update: RaceUpdate) -> Race:
        """The race once `update` has happened."""
        return replace(
            self,
            arms=tuple(
                _advance(arm, update) if arm.decoder == update.decoder else arm for arm in self.arms
            ),
        )


def _advance(arm: Arm, update: RaceUpdate) -> Arm:
    match update:
        case RaceStarted():
            return replace(arm, state="running")
        case RaceEvent(event=event):
            return replace(arm, events=(*arm.events, event))
        case RaceFinished(extraction=extraction):
            return replace(arm, state="done", events=extraction.events, extraction=extraction)
