"""Results as aligned text."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from kie_app.evaluation.break_even import Sweep

MATCHES = (("exact", "micro_f1", "keys"), ("normalised", "normalised_f1", "normalised_keys"))
SOUND = {
    "similarity": "similarity",
    "grounded": "located",
    "placed": "placed",
    "absent": "absent",
    "calibration_error": "calibration",
}


def aligned(header: Sequence[str], rows: Iterable[Sequence[str]], right: Iterable[int] = ()) -> str:
    """Columns two blanks apart, those in `right` set flush right; control characters are shown as
    blanks, so that a document's text cannot steer a terminal."""
    table = [[_plain(cell) for cell in row] for row in (header, *rows)]
    widths = [max(map(_width, column)) for column in zip(*table, strict=True)]
    flush = set(right)
    lines = (
        "  ".join(
            _pad(cell, width, index in flush)
            for index, (cell, width) in enumerate(zip(row, widths, strict=True))
        )
        for row in table
    )
    return "\n".join(line.rstrip() for line in lines)


def evaluation(result: Mapping[str, Any]) -> str:
    """The result of `evaluate`: one table of how right, one of how fast."""
    arms: Mapping[str, Any] = result["decoders"]
    keys = list(next(iter(arms.values()))["keys"]) if arms else []
    right = [
        [name, match, _share(arm[total]), *(_share(arm[by_key][key]) for key in keys)]
        for name, arm in arms.items()
        for match, total, by_key in MATCHES
    ]
    sound = [[name, *(_share(arm[figure]) for figure in SOUND)] for name, arm in arms.items()]
    phases = list(next(iter(arms.values()))["seconds"]) if arms else []
    fast = [
        [name, *(_spread(arm["seconds"][phase]) for phase in phases)] for name, arm in arms.items()
    ]
    columns = range(1, 1 + len(phases))
    return "\n".join(
        [
            f"{result['documents']} documents, F1",
            aligned(["decoder", "match", "micro F1", *keys], right, range(2, 3 + len(keys))),
            "",
            "similarity to the label; values located; right values in the right place; keys "
            "without a label answered absent; expected calibration error",
            aligned(["decoder", *SOUND.values()], sound, range(1, 1 + len(SOUND))),
            "",
            "seconds, median / p95",
            aligned(["decoder", *phases], fast, columns),
        ]
    )


def speed(result: Mapping[str, Any]) -> str:
    """The result of `bench`."""
    rows = [
        [
            row["decoder"],
            str(row["keys"]),
            str(row["documents"]),
            str(row["passes"]),
            f"{row['decode_seconds']:.3f}",
            f"{row['total_seconds']:.3f}",
            f"{row['decode_ratio']:.2f}",
            f"{row['total_ratio']:.2f}",
        ]
        for row in result["rows"]
    ]
    header = [
        "decoder",
        "keys",
        "documents",
        "passes",
        "decode s",
        "total s",
        "decode x",
        "total x",
    ]
    return "\n".join(
        [
            f"Speed with forced values: {result['machine']}",
            f"Medians of {result['repeats']} repeats; x is the autoregressive time over the "
            "decoder's; total is prefill and decode.",
            aligned(header, rows, range(1, len(header))),
            "",
            aligned(
                ["measure", "value"],
                [
                    [
                        "mask_parallel over one bare forward pass",
                        f"{result['pip_over_forward']:.2f}",
                    ],
                    ["hyper_parallel over its bound", f"{result['hpd_over_bound']:.2f}"],
                    [
                        f"changed keys over first answer ({result['sample']})",
                        f"{result['rekey_over_first']:.3f}",
                    ],
                ],
                [1],
            ),
        ]
    )


def sweep(found: Sweep) -> str:
    """The result of `bench --sweep`, a line for every decoder at every point."""
    rows = [
        [
            arm.decoder,
            str(point.keys),
            str(point.length),
            str(point.documents),
            str(arm.passes),
            f"{arm.total_seconds:.3f}",
            f"{arm.decode_ratio:.2f}",
            f"{arm.total_ratio:.2f}",
            "forced" if arm.exact is None else f"{arm.exact} of {point.keys * point.documents}",
        ]
        for point in found.points
        for arm in point.arms
    ]
    header = ["decoder", "keys", "tokens", "documents", "passes"]
    header += ["total s", "decode x", "total x", "exact"]
    return "\n".join(
        [
            f"Break-even with forced values: {', '.join(found.facts.values())}",
            f"Medians of {found.repeats} repeats; tokens are those of a value, x is the "
            "autoregressive time over the decoder's, total is prefill and decode.",
            aligned(header, rows, range(1, len(header))),
        ]
    )


def _share(figure: float | None) -> str:
    return "-" if figure is None else f"{figure:.3f}"


def _spread(seconds: Mapping[str, float | None]) -> str:
    median, p95 = seconds["median"], seconds["p95"]
    return "-" if median is None or p95 is None else f"{median:.3f} / {p95:.3f}"


def _plain(text: str) -> str:
    return "".join(" " if unicodedata.category(one) == "Cc" else one for one in text)


def _width(text: str) -> int:
    """Terminal columns: wide East Asian characters and emoji take two, combining marks none."""
    return sum(
        0 if unicodedata.combining(one) else 2 if unicodedata.east_asian_width(one) in "WF" else 1
        for one in text
    )


def _pad(text: str, width: int, right: bool) -> str:
    blanks = " " * (width - _width(text))
    return blanks + text if right else text + blanks
