"""The documents that decoders are judged on, and the keys asked of each."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from kie_app.datasets.asking import Ask, asked, keys_of, usual
from kie_app.datasets.labelled import Labelled, labelled
from kie_app.datasets.relabelled import relabelled
from kie_app.datasets.splits import Split, of_split
from kie_app.errors import DataError
from kie_app.schemas.kinds import schema_of
from kie_app.types import Schema


@dataclass(frozen=True)
class Selection:
    """The documents to judge on, and which of all their keys are asked of each."""

    documents: tuple[Labelled, ...]
    keys: tuple[str, ...]
    ask: Ask = "all"

    def schema(self, item: Labelled) -> Schema:
        """The keys that one of the documents is asked."""
        return schema_of("evaluation", asked(item, self.keys, self.ask))


def select(
    folder: Path,
    keys: Sequence[str] = (),
    split: Split = "all",
    limit: int | None = None,
    places: Path | None = None,
    ask: Ask | None = None,
) -> Selection:
    """The first `limit` documents of a split (`splits`) of a folder with a `labels.jsonl`.

    With `places`, only the documents that this file labels anew, by its keys (`relabelled`).

    Without `keys`, all names of string-valued entities in the folder are asked, in order of first
    appearance; which of them each document is asked says `ask`, or what is `usual` for the folder.
    A document that is asked none is passed over. DataError when nothing is left to judge on, or
    when no document labels one of `keys` with a single value.
    """
    whole = list(labelled(folder))
    chosen = of_split(whole, split)
    if places:
        whole = chosen = list(relabelled(chosen, places))
        if not whole:
            raise DataError(
                f"{places} names no document of {folder} with the split {split!r}: choose another "
                "split, or pass the file that belongs to this folder."
            )
    known = keys_of(whole)
    wanted, way = tuple(keys) or known, ask or usual(whole)
    chosen = [item for item in chosen if not known or asked(item, wanted, way)][:limit]
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
    return Selection(tuple(chosen), wanted, way)
