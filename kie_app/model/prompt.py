"""Document + Schema -> token ids, boxes, word positions and key blocks.

Every line is tokenised word by word as `" " + word` and closed by a newline, so a token of a value
equals the token on the page, at line starts too, and runs of words are runs of tokens.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from kie_app.model.tokens import DocumentTokens, tokenise
from kie_app.schemas.kinds import slots_of
from kie_app.schemas.naming import plain_name
from kie_app.text import split_words
from kie_app.types import Document, Key, Schema

if TYPE_CHECKING:
    from kie_app.model.tokens import WordTokenizer


@dataclass(frozen=True)
class Prompt:
    """What a decoder gets. `keys[k]` are the tokens of key k with its colon, `ask` the list of all
    keys that the autoregressive answer starts from, `budgets[k]` the slots of key k, `end` the
    token that ends a value, `labels[k]` the words by which a page may print key k. `forced[k]`,
    where given, is what key k is made to say (benchmarks)."""

    document: DocumentTokens
    keys: tuple[tuple[int, ...], ...]
    names: tuple[tuple[int, ...], ...]
    ask: tuple[int, ...]
    budgets: tuple[int, ...]
    end: int
    labels: tuple[str, ...]
    forced: tuple[tuple[int, ...], ...] | None = None


def build_prompt(
    text: WordTokenizer,
    document: Document,
    schema: Schema,
    forced: Mapping[str, str] | None = None,
) -> Prompt:
    """The prompt for `schema` on `document`; `text` turns text into token ids."""
    tokens = tokenise(text, document)
    return Prompt(
        document=tokens,
        keys=tuple(key_ids(text, key) for key in schema.keys),
        names=tuple(name_ids(text, key) for key in schema.keys),
        ask=ask_ids(text, schema.keys),
        budgets=tuple(slots_of(key) for key in schema.keys),
        end=text.end,
        labels=tuple(plain_name(key.name) for key in schema.keys),
        forced=None
        if forced is None
        else tuple(value_ids(text, forced[key.name]) for key in schema.keys),
    )


def key_ids(text: WordTokenizer, key: Key) -> tuple[int, ...]:
    """`name:` or `name (description):`, the head of a branch or slot block."""
    return text.encode(f"{_words(key)}:")


def name_ids(text: WordTokenizer, key: Key) -> tuple[int, ...]:
    """`name:`, as the autoregressive answer writes it."""
    return text.encode(f"{plain_name(key.name)}:")


def ask_ids(text: WordTokenizer, keys: tuple[Key, ...]) -> tuple[int, ...]:
    """The line that asks for all keys at once."""
    return (*text.encode("Keys: " + ", ".join(_words(key) for key in keys)), text.end)


def value_ids(text: WordTokenizer, value: str) -> tuple[int, ...]:
    """A value's tokens, the same as those of its words on the page."""
    return tuple(token for word in split_words(value) for token in text.word(word))


def _words(key: Key) -> str:
    name, description = plain_name(key.name), " ".join(key.description.split())
    return f"{name} ({description})" if description else name
