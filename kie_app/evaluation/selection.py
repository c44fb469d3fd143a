"""The documents that decoders are judged on, and the keys asked of each."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from kie_app.datasets.labelled import Labelled, labelled, split_of
from kie_app.datasets.relabelled import relabelled
from kie_app.errors import DataError
from kie_app.schemas.kinds import schema_of
from kie_app.types import Schema

Split = Literal["all", "train", "validation"]


@dataclass(frozen=True)
class Selection:
    """The documents to judge on and the keys to ask of each."""

    documents: tuple[Labelled, ...]
    keys: tuple[str, ...]

    @property
    def schema(self) -> Schema:
        return schema_of("evaluation", self.keys)


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
