"""The controls that name keys: a template, one text box of names, and details on demand."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial

import gradio as gr

from kie_app.library.schemas import NamedSchemas
from kie_app.schemas.kinds import KINDS
from kie_app.schemas.naming import parse_keys, with_details
from kie_app.types import Key, Schema
from kie_app.ui.keys import own_keys
from kie_app.ui.keys.own_keys import OwnKeys
from kie_app.ui.shared.elements import file_button
from kie_app.ui.shared.events import QUIET
from kie_app.web.inbox import Inbox

HINT = (
    '<p class="hint">A kind sets how many slots a value gets at first; a description helps where '
    "the name alone is not clear. One row for each key named above.</p>"
)


@dataclass(frozen=True)
class KeysEditor:
    """`names` is what the person typed; `keys` (a State) remembers kinds and descriptions."""

    template: gr.Dropdown
    names: gr.Textbox
    keys: gr.State


def build_keys_editor(
    page: gr.Blocks, schemas: NamedSchemas, inbox: Inbox, prefix: str = ""
) -> KeysEditor:
    """Put the controls into the current layout; `page` is its root, `prefix` goes before the names
    by which the page knows the controls."""
    own = OwnKeys(schemas, inbox)
    with gr.Row(elem_classes="keys-row"):
        names = gr.Textbox(
            label="Keys",
            info="What to look for, with commas between",
            placeholder="company, date, address, total",
            lines=1,
            max_lines=3,
            scale=3,
            min_width=260,
            elem_id=f"{prefix}keys",
        )
        template = gr.Dropdown(
            label="Template",
            info="Fills the keys in",
            choices=list(schemas.templates()),
            value=None,
            scale=1,
            min_width=150,
            elem_id=f"{prefix}template",
            elem_classes="template",
        )
    keys = gr.State(())
    shown = gr.State(())
    with gr.Accordion(
        "Descriptions and kinds", open=False, elem_id=f"{prefix}key-details", elem_classes="folded"
    ):
        gr.HTML(HINT, apply_default_css=False)
        _details(keys, shown)
    with gr.Accordion(
        "Keep these keys", open=False, elem_id=f"{prefix}own-keys", elem_classes="folded"
    ):
        name, download = _keeping(own, template, names, keys, prefix)
    page.load(own.choices, None, template, **QUIET)
    # Not `input`, which a dropdown also tells of when it is left: keys typed since would be lost.
    template.select(own.fill_in, template, [names, keys, name, download], **QUIET)
    for event in (names.blur, names.submit):
        event(parse_keys, [names, keys], keys, **QUIET)
    keys.change(_names, keys, shown, **QUIET)
    return KeysEditor(template, names, keys)


def asked_schema(
    schemas: NamedSchemas, names: str, known: tuple[Key, ...], template: str | None
) -> Schema:
    """The schema that the controls name; SchemaError when it cannot be asked."""
    return schemas.checked(Schema(template or "own keys", parse_keys(names, known)))


def _keeping(
    own: OwnKeys, template: gr.Dropdown, names: gr.Textbox, keys: gr.State, prefix: str
) -> tuple[gr.Textbox, gr.HTML]:
    """A name to save under, and what can be done with what is saved."""
    gr.HTML(own_keys.HINT, apply_default_css=False)
    with gr.Row(elem_classes="detail-row"):
        name = gr.Textbox(
            label="Name", max_length=200, scale=2, min_width=180, elem_id=f"{prefix}own-name"
        )
        save = gr.Button("Save", size="sm", min_width=90, elem_id=f"{prefix}own-save")
        remove = gr.Button("Remove", size="sm", min_width=90, elem_id=f"{prefix}own-remove")
        take_in = file_button(
            own.settings,
            title="Take in YAML",
            accept=".yaml,.yml",
            elem_id=f"{prefix}own-take-in",
        )
    download = gr.HTML(
        "",
        apply_default_css=False,
        padding=False,
        elem_id=f"{prefix}own-download",
        elem_classes="own-download",
    )
    save.click(own.save, [name, names, keys], [template, download], **QUIET)
    remove.click(own.remove, name, [template, name, download], **QUIET)
    taken = [template, download, names, keys, name]
    take_in.upload(own.take_in, take_in, taken, **QUIET)
    take_in.refuse(own.refuse, None, None, **QUIET)
    return name, download


def _names(keys: tuple[Key, ...]) -> tuple[str, ...]:
    return tuple(key.name for key in keys)


def _details(keys: gr.State, shown: gr.State) -> None:
    """A row a key. Rows are made anew when the names change, not while a detail is edited."""

    @gr.render(inputs=[keys], triggers=[shown.change])
    def rows(current: tuple[Key, ...]) -> None:
        for key in dict.fromkeys(current):
            _detail_row(key, keys)


def _detail_row(key: Key, keys: gr.State) -> None:
    # Said to be interactive: of what a render makes, Gradio takes all that has a value for fixed.
    with gr.Row(elem_classes="detail-row", key=f"row {key.name}"):
        kind = gr.Dropdown(
            label=f"{key.name}: kind",
            choices=list(KINDS),
            value=key.kind,
            interactive=True,
            min_width=120,
            key=f"kind {key.name}",
        )
        description = gr.Textbox(
            label=f"{key.name}: description",
            value=key.description,
            interactive=True,
            placeholder="in words, where the name alone is not clear",
            scale=4,
            min_width=200,
            key=f"description {key.name}",
        )
    kind.select(partial(_set_kind, key.name), [keys, kind], keys, **QUIET)
    description.blur(partial(_set_description, key.name), [keys, description], keys, **QUIET)


def _set_kind(name: str, keys: tuple[Key, ...], kind: str) -> tuple[Key, ...]:
    return with_details(keys, name, kind=kind)


def _set_description(name: str, keys: tuple[Key, ...], description: str) -> tuple[Key, ...]:
    return with_details(keys, name, description=description)
