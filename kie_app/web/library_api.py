"""What a user keeps, for `gradio_client`: documents and their fields, own schemas, recorded races.

Each endpoint does what the page does, for the user of its request. What belongs to somebody else is
answered as what is not there. Clients are shown the docstrings, as those of `api`.
"""

from __future__ import annotations

from typing import Any

import gradio as gr

from kie_app.engine.warm_up import WarmUp
from kie_app.extraction import decoder_named
from kie_app.library.library import Library
from kie_app.library.standing import Record
from kie_app.race import card as race_card
from kie_app.schemas.naming import parse_keys
from kie_app.schemas.templates import keys_of
from kie_app.types import Schema
from kie_app.ui.shared.visitor import visitor
from kie_app.web import uploads as upload
from kie_app.web.extract_api import TURN, answering, described, filled, schema_asked, text

# What `filled` says of a document that was never asked.
EMPTY: dict[str, Any] = {"schema": None, "decoder": None, "model": None, "fields": []}


def build_library_api(library: Library, warm_up: WarmUp) -> None:
    """Add the endpoints to the page in whose context this runs, before others take their names."""
    api = LibraryApi(library, warm_up)
    for endpoint in (api.add_document, api.fill_document):
        gr.api(endpoint, api_name=endpoint.__name__, **TURN)
    for endpoint in (
        api.list_documents,
        api.delete_document,
        api.save_schema,
        api.delete_schema,
        api.list_races,
    ):
        gr.api(endpoint, api_name=endpoint.__name__)


class LibraryApi:
    """The endpoints over the library."""

    def __init__(self, library: Library, warm_up: WarmUp) -> None:
        self._library, self._warm_up = library, warm_up

    @answering
    def add_document(self, file: gr.FileData, request: gr.Request) -> dict[str, Any]:
        """Read a document and keep it. A file that the user keeps already is that document. What
        cannot be read is an error, and is not kept.

        Args:
            file: the document, as JPEG, PNG, WebP, TIFF or PDF

        Returns:
            the document as list_documents shows it, without fields until it is filled
        """
        data, name = upload.take(file)
        owner = visitor(request).name
        kept = self._library.add(owner, name, data)
        return standing(self._library.one(owner, kept.id))

    @answering
    def list_documents(self, request: gr.Request) -> list[dict[str, Any]]:
        """List the documents that the user keeps, newest first, as they stand: what the model read,
        and in its place what a person said.

        Returns:
            for each its id, which other endpoints take, and added (ISO time);
            file, document (its SHA-256), and of the newest answer schema, decoder and model, null
            when it was never filled;
            verified (the number of fields that a person spoke of), done (whether all are) and
            broken (the rules that the values break, in words);
            fields as extract gives them, each also with state (predicted, confirmed, corrected,
            absent or illegible), correction (the number of what a person said last, 0: nothing),
            predicted (the model's value), disputed (whether decoders answer differently) and
            readings (other values to choose from, the likeliest first)
        """
        return [standing(one) for one in self._library.all(visitor(request).name)]

    @answering
    def fill_document(
        self,
        document: str,
        request: gr.Request,
        keys: str = "",
        schema: str = "",
        decoder: str = "mask_parallel",
    ) -> dict[str, Any]:
        """Ask a kept document and keep the answer. Give either keys or a schema. What a person said
        of a field stays.

        Args:
            document: the id of a document of the user; any other is an error
            keys: what to extract, names with commas between, such as company, date, total
            schema: in place of keys, the name of one that list_schemas shows, such as receipt
            decoder: mask_parallel (one forward pass), hyper_parallel, verified or autoregressive

        Returns:
            the document as list_documents shows it
        """
        owner, wanted = visitor(request).name, text(document, "document")
        asked = schema_asked(self._library, owner, keys, schema)
        decoder = decoder_named(text(decoder, "decoder"))
        self._warm_up.require()
        return standing(self._library.fill(owner, wanted, asked, decoder))

    @answering
    def delete_document(self, document: str, request: gr.Request) -> str:
        """Delete a document for good, with its file, its races and all that was said of it.

        Args:
            document: the id of a document of the user; any other is an error

        Returns:
            the id, which other endpoints do not take any more
        """
        wanted = text(document, "document")
        self._library.delete(visitor(request).name, wanted)
        return wanted

    @answering
    def save_schema(
        self, name: str, keys: str | list[dict[str, Any]], request: gr.Request
    ) -> dict[str, Any]:
        """Keep keys under a name, in the place of the user's own of that name. Keys are names with
        commas between, or a list of objects with name and, as wanted, description, kind (text,
        date, amount, number, id or address) and slots. Keys that cannot be asked are an error, and
        so is the name of a template of the app.

        Args:
            name: what extract and fill_document then take as schema
            keys: the keys, as text or as a list

        Returns:
            the schema as list_schemas shows it
        """
        named = parse_keys(keys) if isinstance(keys, str) else keys_of(keys, "save_schema")
        schema = Schema(flat(text(name, "name")), named)
        self._library.schemas.save(visitor(request).name, schema)
        return described(schema, own=True)

    @answering
    def delete_schema(self, name: str, request: gr.Request) -> str:
        """Remove keys that the user saved; answers to them stay.

        Args:
            name: the name of a schema that is the user's own; any other is an error

        Returns:
            the name, which other endpoints do not take any more
        """
        title = flat(text(name, "name"))
        self._library.schemas.delete(visitor(request).name, title)
        return title

    @answering
    def list_races(self, request: gr.Request) -> list[dict[str, Any]]:
        """List the recorded races of the user, newest first, as the cards that the page makes.

        Returns:
            for each race (its id), made (ISO time), measured_on, document (id, pages and name),
            keys, arms, reproduce (a command) and note;
            each arm with decoder, title, passes, tokens, seconds of ocr, prefill, decode and total,
            speed_up of decode and total (above 1: faster than autoregressive),
            same_as_autoregressive (how many values are) and values by key
        """
        cards = []
        for race, read in self._library.races.of(visitor(request).name):
            card = race_card.card(race, read, values=True)
            cards.append({**card, "document": {"id": race.document, **card["document"]}})
        return cards


def standing(record: Record) -> dict[str, Any]:
    """A document as it stands: `filled` with what `StandingField` has beside a field."""
    kept, extraction = record.document, record.extraction()
    answer = filled(extraction, kept.name) if extraction else {**EMPTY, "file": kept.name}
    return {
        "id": kept.id,
        "added": kept.added.isoformat(timespec="seconds"),
        **answer,
        "document": kept.digest,
        "verified": record.verified,
        "done": record.done,
        "broken": list(record.broken),
        "fields": [
            {
                **field,
                "correction": stands.correction,
                "predicted": stands.predicted,
                "disputed": stands.disputed,
                "readings": [reading.value for reading in stands.readings],
            }
            for field, stands in zip(answer["fields"], record.fields, strict=True)
        ],
    }


def flat(value: str) -> str:
    """The text without line breaks and double blanks, as the page saves it."""
    return " ".join(value.split())
