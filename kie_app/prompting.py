"""Document + Schema -> token ids, boxes, word positions and key blocks.

Every line is tokenised word by word as `" " + word` and closed by a newline, so a token of a value
equals the token on the page, at line starts too, and runs of words are runs of tokens.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from torch import Tensor

from kie_app.label_match import label_match
from kie_app.types import Box, Document, Key, Schema, Word, split_words

if TYPE_CHECKING:
    from kie_app.backbone import Text


@dataclass(frozen=True)
class DocumentTokens:
    """A document's tokens. `first[i]` and `last[i]` index the first and last token of word i."""

    ids: tuple[int, ...]
    boxes: tuple[Box | None, ...]
    words: tuple[Word, ...]
    first: tuple[int, ...]
    last: tuple[int, ...]


@dataclass(frozen=True)
class Prompt:
    """What a decoder gets. `keys[k]` are the tokens of key k with its colon, `ask` the list of all
    keys that the autoregressive answer starts from, `budgets[k]` the slots of key k, `end` the
    token that ends a value, `match` (keys, words, places) how far each key is printed beside each
    word (`label_match`). `forced[k]`, where given, is what key k is made to say (benchmarks)."""

    document: DocumentTokens
    keys: tuple[tuple[int, ...], ...]
    names: tuple[tuple[int, ...], ...]
    ask: tuple[int, ...]
    budgets: tuple[int, ...]
    end: int
    match: Tensor = field(compare=False, repr=False)
    forced: tuple[tuple[int, ...], ...] | None = None


def build(
    text: Text,
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
        budgets=tuple(key.budget for key in schema.keys),
        end=text.end,
        match=label_match(tokens.words, [plain(key.name) for key in schema.keys]),
        forced=None
        if forced is None
        else tuple(value_ids(text, forced[key.name]) for key in schema.keys),
    )


def tokenise(text: Text, document: Document) -> DocumentTokens:
    """The document's lines as tokens, each with its word's box (none on structural tokens)."""
    ids: list[int] = list(text.start)
    boxes: list[Box | None] = [None] * len(ids)
    words: list[Word] = []
    first: list[int] = []
    last: list[int] = []
    line = 0
    for word in document.words():
        if words and word.line != line:
            ids.append(text.end)
            boxes.append(None)
        line = word.line
        tokens = text.word(word.text)
        if not tokens:
            continue
        words.append(word)
        first.append(len(ids))
        ids.extend(tokens)
        boxes.extend([word.box] * len(tokens))
        last.append(len(ids) - 1)
    ids.append(text.end)
    boxes.append(None)
    return DocumentTokens(tuple(ids), tuple(boxes), tuple(words), tuple(first), tuple(last))


def windows(text: Text, document: Document, size: int, overlap: int) -> list[Document]:
    """The document in parts of whole lines of at most `size` tokens, each beginning with the last
    `overlap` tokens' lines of the part before. A document that fits is its own only part."""
    lengths = line_lengths(text, document)
    parts: list[Document] = []
    start, end = 0, 0
    while end < len(lengths):
        total, end = len(text.start), start
        while end < len(lengths) and (end == start or total + lengths[end] <= size):
            total += lengths[end]
            end += 1
        parts.append(replace(document, lines=document.lines[start:end]))
        if end == len(lengths):
            break
        # The overlap leaves room for a new line, or the next window would not read on.
        back, shared, most = end, 0, min(overlap, size - len(text.start) - lengths[end])
        while back - 1 > start and shared + lengths[back - 1] <= most:
            back -= 1
            shared += lengths[back]
        start = back
    return parts or [document]


def line_lengths(text: Text, document: Document) -> list[int]:
    """Tokens of each line, its end included."""
    return [1 + sum(len(text.word(w)) for w in split_words(line.text)) for line in document.lines]


def key_ids(text: Text, key: Key) -> tuple[int, ...]:
    """`name:` or `name (description):`, the head of a branch or slot block."""
    return text.encode(f"{_words(key)}:")


def name_ids(text: Text, key: Key) -> tuple[int, ...]:
    """`name:`, as the autoregressive answer writes it."""
    return text.encode(f"{plain(key.name)}:")


def ask_ids(text: Text, keys: tuple[Key, ...]) -> tuple[int, ...]:
    """The line that asks for all keys at once."""
    return (*text.encode("Keys: " + ", ".join(_words(key) for key in keys)), text.end)


def value_ids(text: Text, value: str) -> tuple[int, ...]:
    """A value's tokens, the same as those of its words on the page."""
    return tuple(token for word in split_words(value) for token in text.word(word))


def _words(key: Key) -> str:
    name, description = plain(key.name), " ".join(key.description.split())
    return f"{name} ({description})" if description else name


def plain(name: str) -> str:
    """A name as words: `gross_amount` is asked as "gross amount"."""
    return " ".join(name.replace("_", " ").split())
