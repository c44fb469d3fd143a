"""Text and documents as token ids, with boxes and word positions."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import lru_cache

from transformers import (
    PreTrainedTokenizerBase,
)

from kie_app.text import Word, split_words, words_of
from kie_app.types import Box, Document


@dataclass(frozen=True)
class DocumentTokens:
    """A document's tokens. `first[i]` and `last[i]` index the first and last token of word i."""

    ids: tuple[int, ...]
    boxes: tuple[Box | None, ...]
    words: tuple[Word, ...]
    first: tuple[int, ...]
    last: tuple[int, ...]


def tokenise(text: WordTokenizer, document: Document) -> DocumentTokens:
    """The document's lines as tokens, each with its word's box (none on structural tokens)."""
    ids: list[int] = list(text.start)
    boxes: list[Box | None] = [None] * len(ids)
    words: list[Word] = []
    first: list[int] = []
    last: list[int] = []
    line = 0
    for word in words_of(document.lines):
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


def windows(text: WordTokenizer, document: Document, size: int, overlap: int) -> list[Document]:
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


def line_lengths(text: WordTokenizer, document: Document) -> list[int]:
    """Tokens of each line, its end included."""
    return [1 + sum(len(text.word(w)) for w in split_words(line.text)) for line in document.lines]


class WordTokenizer:
    """A tokenizer as the prompts need it: words, ends and decoding."""

    def __init__(self, tokenizer: PreTrainedTokenizerBase) -> None:
        self.tokenizer = tokenizer
        bos = tokenizer.bos_token_id
        self.start: tuple[int, ...] = () if bos is None else (bos,)
        self.end: int = self.encode("\n")[-1]
        self.word = lru_cache(maxsize=50_000)(self._word)

    def encode(self, text: str) -> tuple[int, ...]:
        """Token ids without special tokens: text of a document can never be one."""
        ids = self.tokenizer(text, add_special_tokens=False, split_special_tokens=True)["input_ids"]
        return tuple(ids)

    def decode(self, ids: tuple[int, ...] | list[int]) -> str:
        text = self.tokenizer.decode(
            list(ids), skip_special_tokens=True, clean_up_tokenization_spaces=False
        )
        return str(text)

    def _word(self, word: str) -> tuple[int, ...]:
        return self.encode(" " + word)
