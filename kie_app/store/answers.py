"""Answers to a document's keys: what models predicted and what people corrected.

Neither is ever changed: a re-run adds a prediction, and every correction is a new row. A field's
present state is its newest correction; taking one back adds a row that says what stood before it.
Whoever writes holds the document's row, so that ids of one document grow in the order of commits.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection, Select, func, insert, select

from kie_app.errors import Overtaken
from kie_app.store.columns import now
from kie_app.store.database import Database, missing
from kie_app.store.documents import owned
from kie_app.store.records import Correction, CorrectionState, Prediction
from kie_app.store.tables import columns, corrections, documents, predictions
from kie_app.types import Extraction, Field, Source, State


class Answers:
    """Predictions and corrections of all owners' documents. Every method raises StoreError when the
    owner has no such document."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def save_prediction(self, owner: str, document: str, extraction: Extraction) -> Prediction:
        with self._database.write() as connection:
            owned(connection, owner, document, hold=True)
            return add_prediction(connection, document, extraction)

    def predictions_of(self, owner: str, document: str) -> list[Prediction]:
        """All predictions of the document, oldest first."""
        with self._database.read() as connection:
            owned(connection, owner, document)
            rows = connection.execute(
                select(*columns(predictions, Prediction))
                .where(predictions.c.document == document)
                .order_by(predictions.c.id)
            )
            return [Prediction(**row._asdict()) for row in rows]

    def newest(self, owner: str, document: str | None = None) -> dict[str, list[Prediction]]:
        """Of every document of the owner, or of one, the predictions that its fields may stand on,
        oldest first: the newest of each decoder, and those that people saw who said what stands."""
        which = [documents.c.owner == owner, documents.c.doomed.is_(None)]
        if document is not None:
            which.append(documents.c.id == document)
        last = (
            select(func.max(predictions.c.id))
            .join(documents, documents.c.id == predictions.c.document)
            .where(*which)
            .group_by(predictions.c.document, predictions.c.decoder)
        )
        said = (
            select(func.max(corrections.c.id))
            .join(documents, documents.c.id == corrections.c.document)
            .where(*which)
            .group_by(corrections.c.document, corrections.c["key"])
        )
        seen = select(corrections.c.prediction).where(corrections.c.id.in_(said))
        found: dict[str, list[Prediction]] = {}
        with self._database.read() as connection:
            for row in connection.execute(
                select(*columns(predictions, Prediction))
                .where(predictions.c.id.in_(last.union(seen)))
                .order_by(predictions.c.id)
            ):
                found.setdefault(row.document, []).append(Prediction(**row._asdict()))
        return found

    def standing(self, owner: str) -> dict[str, dict[str, Correction]]:
        """Of every document of the owner the newest correction of every key that has one."""
        found: dict[str, dict[str, Correction]] = {}
        with self._database.read() as connection:
            for row in connection.execute(
                select(*columns(corrections, Correction))
                .join(documents, documents.c.id == corrections.c.document)
                .where(documents.c.owner == owner, documents.c.doomed.is_(None))
                .order_by(corrections.c.id)
            ):
                one = Correction(**row._asdict())
                found.setdefault(one.document, {})[one.key] = one
        return found

    def save_correction(
        self,
        owner: str,
        document: str,
        *,
        key: str,
        state: CorrectionState,
        value: str | None = None,
        sources: Sequence[Source] = (),
        prediction: int | None = None,
        after: int | None = None,
        author: str,
        token: str,
    ) -> Correction:
        """Keep what a person said of a field, having seen `prediction`. A token that the document
        has already gives the correction that came with it, and nothing is saved.

        With `after`, the id of the field's newest correction that the person knew of (0: none),
        Overtaken when there is a newer one.
        """
        with self._database.write() as connection:
            owned(connection, owner, document, hold=True)
            if (saved := _saved(connection, document, token)) is not None:
                return saved
            _look(connection, document, key, after)
            if prediction is not None:
                _prediction(connection, document, prediction)
            return _add(
                connection,
                document=document,
                prediction=prediction,
                key=key,
                author=author,
                token=token,
                **_state(state, value, sources),
            )

    def undo(
        self,
        owner: str,
        document: str,
        key: str,
        *,
        after: int | None = None,
        author: str,
        token: str,
    ) -> Correction | None:
        """Take back the field's newest correction that stands; None when none does.

        The row that this adds says what stood before: the correction before it, else what was
        predicted when it was made, else "predicted" without a value. `after` and the token are as
        in `save_correction`.
        """
        with self._database.write() as connection:
            owned(connection, owner, document, hold=True)
            if (saved := _saved(connection, document, token)) is not None:
                return saved
            _look(connection, document, key, after)
            standing = _standing(_history(connection, document, key))
            if not standing:
                return None
            *earlier, undone = standing
            before = earlier[-1] if earlier else None
            return _add(
                connection,
                document=document,
                prediction=(before or undone).prediction,
                key=key,
                author=author,
                token=token,
                undoes=undone.id,
                **(
                    _state(before.state, before.value, before.sources)
                    if before
                    else _predicted(connection, undone)
                ),
            )

    def saved(self, owner: str, document: str, token: str) -> Correction | None:
        """The correction that came with this token, None when none did."""
        with self._database.read() as connection:
            owned(connection, owner, document)
            return _saved(connection, document, token)

    def corrections_of(self, owner: str, document: str) -> list[Correction]:
        """Everything that was said of the document, oldest first, undone or not."""
        with self._database.read() as connection:
            owned(connection, owner, document)
            return _history(connection, document)

    def fields_of(self, owner: str, document: str) -> dict[str, Correction]:
        """The newest correction of every key that has one."""
        return {one.key: one for one in self.corrections_of(owner, document)}


def add_prediction(connection: Connection, document: str, extraction: Extraction) -> Prediction:
    """One more prediction of a document whose row is held."""
    row = {
        "document": document,
        "schema": extraction.schema,
        "decoder": extraction.decoder,
        "model": extraction.model,
        "extraction": extraction,
        "made": now(),
    }
    saved = insert(predictions).values(row).returning(*columns(predictions, Prediction))
    return Prediction(**connection.execute(saved).one()._asdict())


def _corrections(document: str) -> Select[Any]:
    return (
        select(*columns(corrections, Correction))
        .where(corrections.c.document == document)
        .order_by(corrections.c.id)
    )


def _history(connection: Connection, document: str, key: str | None = None) -> list[Correction]:
    """The corrections of a document or of one of its keys, oldest first."""
    wanted = _corrections(document)
    if key is not None:
        wanted = wanted.where(corrections.c["key"] == key)
    return [Correction(**row._asdict()) for row in connection.execute(wanted)]


def _saved(connection: Connection, document: str, token: str) -> Correction | None:
    """What was saved with this token."""
    wanted = _corrections(document).where(corrections.c.token == token)
    row = connection.execute(wanted).one_or_none()
    return None if row is None else Correction(**row._asdict())


def _look(connection: Connection, document: str, key: str, after: int | None) -> None:
    """Overtaken when the field's newest correction is not `after`; None asks for nothing."""
    if after is None:
        return
    newest = connection.scalar(
        select(func.max(corrections.c.id)).where(
            corrections.c.document == document, corrections.c["key"] == key
        )
    )
    if (newest or 0) != after:
        raise Overtaken(key)


def _standing(history: Sequence[Correction]) -> list[Correction]:
    """The corrections that no later one took back, oldest first."""
    standing: list[Correction] = []
    for one in history:
        if one.undoes is None:
            standing.append(one)
        else:
            standing.pop()  # it took back the newest that stood
    return standing


def _predicted(connection: Connection, correction: Correction) -> dict[str, Any]:
    """What the correction's prediction says of its field."""
    fields: tuple[Field, ...] = ()
    if correction.prediction is not None:
        fields = _prediction(connection, correction.document, correction.prediction).fields
    for field in fields:
        if field.key.name == correction.key:
            return _state("predicted", field.value, field.sources)
    return _state("predicted", None, ())


def _prediction(connection: Connection, document: str, prediction: int) -> Extraction:
    found: Extraction | None = connection.scalar(
        select(predictions.c.extraction).where(
            predictions.c.id == prediction, predictions.c.document == document
        )
    )
    if found is None:
        raise missing("prediction", str(prediction))
    return found


def _state(state: State, value: str | None, sources: Sequence[Source]) -> dict[str, Any]:
    return {"state": state, "value": value, "sources": tuple(sources)}


def _add(connection: Connection, **row: Any) -> Correction:
    saved = insert(corrections).values(row | {"made": now()})
    found = connection.execute(saved.returning(*columns(corrections, Correction))).one()
    return Correction(**found._asdict())
