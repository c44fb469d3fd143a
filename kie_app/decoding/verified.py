"""PIP drafts, one causal pass checks every token of every value at once, HPD finishes the rest.

The check lays the drafts out as HPD branches: each branch is fed its key and its whole draft, and
the model's own choice at each position is compared with the draft (greedy speculative decoding,
Leviathan et al., arXiv 2211.17192, with PIP as the draft model). The longest agreeing prefix stays;
the first differing token is the model's own, and HPD writes on from there.

Guaranteed: the output equals `hyper_parallel`'s - exactly in float32, within ties in bfloat16.
"""

from __future__ import annotations

from collections.abc import Sequence

from torch import Tensor

from kie_app.decoding import mask_parallel
from kie_app.decoding.base import Decoded, Recorder, timed
from kie_app.decoding.hyper_parallel import LONGEST, Branches, branch, collect, finish, force
from kie_app.model.backbone import Encoding
from kie_app.model.prompt import Prompt


@timed
def decode(
    recorder: Recorder, prompt: Prompt, encoding: Encoding | None = None, *, longest: int = LONGEST
) -> Decoded:
    """HPD's answer in a handful of passes where the draft is good."""
    drafts, encoding = draft(recorder, prompt, recorder.encode(prompt, encoding), longest - 1)
    branches = branch(recorder, [prompt], [encoding])
    pending, written = verify(recorder, branches, prompt, drafts, longest)
    answers = finish(recorder, branches, [prompt], longest, pending, written)
    return collect(recorder, [prompt], [encoding], answers)[0]


def draft(
    recorder: Recorder, prompt: Prompt, encoding: Encoding, longest: int
) -> tuple[list[tuple[int, ...]], Encoding]:
    """PIP's values in one pass, and the encoding with what PIP computed of the document; a block
    that came back full is not asked again."""
    began = recorder.now()
    decoded = mask_parallel.decode(recorder.backbone, prompt, encoding, larger=0)
    recorder.include(decoded.stats, began)
    return [one.tokens[:longest] for one in decoded.keys], decoded.encoding


def verify(
    recorder: Recorder,
    branches: Branches,
    prompt: Prompt,
    drafts: Sequence[tuple[int, ...]],
    longest: int,
) -> tuple[list[list[int]], list[list[tuple[int, Tensor]]]]:
    """One pass over all drafts. Returns what each branch must be fed next (nothing: it is finished)
    and the (token, logits) that it has written: the accepted prefix and the model's next token."""
    feed = [[*key, *tokens] for key, tokens in zip(prompt.keys, drafts, strict=True)]
    with recorder.measure("verify", sum(map(len, feed))):
        logits = branches.advance(range(len(feed)), feed)
        chosen = logits.argmax(dim=-1).tolist()
    pending, written = [], []
    at = 0
    for b, (key, tokens) in enumerate(zip(prompt.keys, drafts, strict=True)):
        first = at + len(key) - 1  # its logits predict the value's first token
        value: list[tuple[int, Tensor]] = []
        for position in range(len(tokens) + 1):
            forced = prompt.forced[b] if prompt.forced else None
            token = force(forced, position, chosen[first + position], prompt.end)
            value.append((token, logits[first + position]))
            if token != prompt.end:
                recorder.write(b, position, token)
            if position == len(tokens) or token != tokens[position]:
                break
        branches.reject(b, len(tokens) - (len(value) - 1))
        ended = value[-1][0] == prompt.end or len(value) >= longest
        pending.append([] if ended else [value[-1][0]])
        written.append(value)
        at += len(key) + len(tokens)
    return pending, written
