"""The shape of every run against one run looked at alone."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from kie_app.model.features.run import MOST_LINES, RUN_FEATURES, run_features
from kie_app.text import words_of
from kie_app.types import Box, Line

TEXT = st.lists(st.sampled_from(["TOTAL:", "12.50", "NO", ":", "A:B", "x :"]), max_size=5)


@settings(max_examples=50, deadline=None)
@given(st.lists(TEXT, max_size=8))
def test_every_run_is_as_it_looks_alone(texts: list[list[str]]) -> None:
    lines = tuple(Line(" ".join(text), Box(0, 0, 1, 1)) for text in texts)
    words = list(words_of(lines))
    shape = run_features(words)
    assert shape.shape == (len(words), len(words), len(RUN_FEATURES))
    for a in range(len(words)):
        for b in range(a, len(words)):
            run = words[a : b + 1]
            beyond = min(run[-1].line - run[0].line, MOST_LINES)
            labels = any(word.text.endswith(":") for word in run)
            stops = b + 1 < len(words) and words[b + 1].text.startswith(":")
            expected = [beyond > 0, beyond / MOST_LINES, labels, stops]
            assert shape[a, b].tolist() == [float(one) for one in expected]
