"""Keys that a person keeps: saved under a name, changed, copied, taken along as YAML, removed."""

from __future__ import annotations

import base64
from typing import Any

import gradio as gr

from kie_app.errors import SchemaError
from kie_app.library.schemas import NamedSchemas
from kie_app.schemas.naming import joined_names, parse_keys
from kie_app.schemas.templates import dump_template, parse_template
from kie_app.types import Key, Schema
from kie_app.ui.shared.downloads import file_stem
from kie_app.ui.shared.drop_zone import upload_of
from kie_app.ui.shared.errors import shows_errors
from kie_app.ui.shared.formatting import safe
from kie_app.ui.shared.visitor import visitor
from kie_app.web.inbox import Inbox, refusal

HINT = (
    '<p class="hint">Saved keys stand in the template list, for you alone. To change some, choose '
    "them there, edit, and save under the same name; under another name you get a copy.</p>"
)
LARGEST = 100_000  # bytes of a YAML file: a thousand keys with descriptions

Choice = tuple[Any, Any]  # the dropdown and the line of links, after a change


class OwnKeys:
    """Handlers over the schemas: each acts for the visitor of its event."""

    def __init__(self, schemas: NamedSchemas, inbox: Inbox) -> None:
        self._schemas, self._inbox = schemas, inbox
        self.settings = inbox.settings

    @shows_errors
    def choices(self, request: gr.Request) -> Any:
        """The templates, the visitor's own among them."""
        return gr.Dropdown(choices=list(self._known(request)))

    @shows_errors
    def fill_in(self, name: str | None, request: gr.Request) -> Any:
        """The chosen template's keys; nothing changes when the choice was left without a name."""
        schema = self._known(request).get(name or "")
        if schema is None:
            return gr.skip()
        own = "" if schema.name in self._schemas.templates() else schema.name
        return joined_names(schema.keys), schema.keys, own, link(schema)

    @shows_errors
    def save(
        self, name: str | None, names: str, known: tuple[Key, ...], request: gr.Request
    ) -> Choice:
        """Keep the named keys, and choose them."""
        title = " ".join((name or "").split())
        schema = Schema(title, parse_keys(names, known))
        self._schemas.save(visitor(request).name, schema)
        gr.Info(f"Saved as {safe(title)}.")
        return self._chosen(schema, request)

    @shows_errors
    def remove(self, name: str | None, request: gr.Request) -> tuple[Any, Any, Any]:
        """Remove the saved keys of that name; what is being asked stays as it is."""
        title = " ".join((name or "").split())
        self._schemas.delete(visitor(request).name, title)
        gr.Info(f"Removed {safe(title)}.")
        choices = gr.Dropdown(choices=list(self._known(request)), value=None)
        return choices, "", ""

    @shows_errors
    def take_in(self, payload: Any, request: gr.Request) -> tuple[Any, ...]:
        """Save the keys of a YAML file and ask them."""
        data, source = self._inbox.take(visitor(request).name, upload_of(payload))
        schema = parse_template(text_of(data, source), source)
        self._schemas.save(visitor(request).name, schema)
        gr.Info(f"Took in {safe(schema.name)}.")
        asked = joined_names(schema.keys), schema.keys, schema.name
        return (*self._chosen(schema, request), *asked)

    @shows_errors
    def refuse(self, event: gr.EventData) -> None:
        """Say why the browser did not send a file."""
        raise refusal(str(event.name), int(event.size), self.settings)

    def _known(self, request: gr.Request) -> dict[str, Schema]:
        return self._schemas.of(visitor(request).name)

    def _chosen(self, schema: Schema, request: gr.Request) -> Choice:
        choices = list(self._known(request))
        return gr.Dropdown(choices=choices, value=schema.name), link(schema)


def text_of(data: bytes, source: str) -> str:
    """A YAML file's text; SchemaError when it is none, or too large to be one."""
    if len(data) > LARGEST:
        raise SchemaError(
            f"{source} has {len(data)} bytes, the limit is {LARGEST}: name fewer keys."
        )
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError as error:
        raise SchemaError(f"{source} is not UTF-8 text: save it as UTF-8.") from error


def link(schema: Schema) -> str:
    """A download that carries its content, so that no file lies on the server."""
    content = base64.b64encode(dump_template(schema).encode("utf-8")).decode()
    return (
        f'<a class="take" download="{safe(file_stem(schema.name))}.yaml" '
        f'href="data:application/yaml;base64,{content}">Download {safe(schema.name)} as YAML</a>'
    )
