"""Text recognition with RapidOCR (PP-OCR models that its wheel carries, run by onnxruntime).

The engine is made once per process, on first use, and never downloads: both models are named by
path. Pages are upright (EXIF is applied before), so the 0/180 degree classifier stays off.
"""

from __future__ import annotations

import os
import re
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from importlib.util import find_spec
from pathlib import Path
from threading import Lock
from typing import Any

import numpy as np
from PIL import Image

from kie_app.config import Settings
from kie_app.documents.blanks import Spacing
from kie_app.documents.reading_order import Segment
from kie_app.errors import DocumentError

MODELS = {"Det": "PP-OCRv6_det_small.onnx", "Rec": "PP-OCRv6_rec_small.onnx"}
DETECTION_PIXELS = 900_000  # text is sought on a page scaled down to this many pixels
NARROWEST = 48  # pixels; short texts are not padded to the default of 320
CHINESE_PAGE = 0.1  # share of Chinese characters from which on a lone one is meant
WIDE_FORMS = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)} | {0x3000: 0x20}

LABEL_COLON = re.compile(r"(?<=[A-Za-z])\s?:(?=[A-Za-z0-9$£€])")

_engine: Any = None
_lock = Lock()  # the engine keeps state between its steps, so one page at a time


def warm_up(settings: Settings) -> None:
    """Load the models, so that the first page is not slower than the next."""
    with _lock:
        _loaded(settings)


def recognise(image: Image.Image, settings: Settings) -> list[Segment]:
    """Segments of text on an RGB image, boxes in its pixels, in no particular order."""
    pixels = np.ascontiguousarray(np.asarray(image)[:, :, ::-1])  # RapidOCR takes BGR
    scale = min(1.0, (DETECTION_PIXELS / (image.width * image.height)) ** 0.5)
    with _lock:
        engine = _loaded(settings)
        engine.text_det.limit_side_len = max(32, round(scale * max(image.size)))
        found = engine(pixels, use_det=True)
    if found.boxes is None or found.txts is None:
        return []
    return without_marks(
        [
            Segment.of_quad(text, [(float(x), float(y)) for x, y in quad])
            for quad, raw in zip(found.boxes, found.txts, strict=True)
            if (text := tidy(raw))
        ]
    )


def tidy(raw: str) -> str:
    """Plain forms and single blanks, with the blank after a label's colon that the models drop."""
    return " ".join(LABEL_COLON.sub(": ", raw.translate(WIDE_FORMS)).split())


def without_marks(segments: list[Segment]) -> list[Segment]:
    """Leave out what ticked boxes and logos are taken for on a page that is not Chinese.

    The models know some 18,000 Chinese characters, and each of those looks like a drawing.
    """
    letters = "".join(segment.text for segment in segments)
    if sum(map(_is_chinese, letters)) > CHINESE_PAGE * len(letters):
        return segments
    return [one for one in segments if not (len(one.text) == 1 and _is_chinese(one.text))]


def _is_chinese(letter: str) -> bool:
    return "\u2e80" <= letter <= "\u9fff"


def _loaded(settings: Settings) -> Any:
    global _engine
    if _engine is None:
        _engine = _load(settings.threads or len(os.sched_getaffinity(0)))
    return _engine


def _load(threads: int) -> Any:
    spec = find_spec("rapidocr")
    if spec is None or spec.origin is None:
        raise DocumentError(
            "Text recognition needs the package rapidocr, which is not installed: "
            "run pip install -r requirements.txt."
        )
    folder = Path(spec.origin).parent / "models"
    for name in MODELS.values():
        if not (folder / name).is_file():
            raise DocumentError(
                f"Text recognition needs the model {name}, which the installed rapidocr lacks: "
                "install the version that requirements.txt names."
            )
    from rapidocr import RapidOCR  # heavy (OpenCV, onnxruntime): not before it is needed

    engine = RapidOCR(
        params={
            "Global.log_level": "critical",
            "Global.use_cls": False,
            "Global.max_side_len": 100_000,  # pages come scaled, and long receipts must stay long
            "EngineConfig.onnxruntime.intra_op_num_threads": threads,
            "EngineConfig.onnxruntime.inter_op_num_threads": 1,
            "Det.limit_type": "max",
            "Rec.rec_img_shape": [3, 48, NARROWEST],
            **{f"{step}.model_path": str(folder / name) for step, name in MODELS.items()},
        }
    )
    blank = np.full((48, 96, 3), 255, np.uint8)
    engine(blank)  # loads the detector, which finds nothing
    engine.cfg.EngineConfig.onnxruntime.intra_op_num_threads = 1  # `Lines` shares the cores out
    engine(blank, use_det=False)  # loads the recogniser
    engine.text_rec.postprocess_op = Spacing(engine.text_rec.postprocess_op)
    engine.text_rec = Lines(engine.text_rec, threads)
    return engine


class Lines:
    """RapidOCR's recogniser, which reads a line in a thread of its own and so many at once.

    It batches lines and widens all to the longest. Apart they need less arithmetic, keep the cores
    busier than threads within a line do, and a line reads the same whatever stands beside it.
    """

    def __init__(self, recogniser: Any, threads: int) -> None:
        self._recogniser = recogniser
        self._pool = ThreadPoolExecutor(threads, "ocr")

    def __call__(self, request: Any) -> Any:
        each = [replace(request, img=[line]) for line in request.img]
        read = list(self._pool.map(self._recogniser, each))
        return replace(
            read[0],
            imgs=request.img,
            txts=tuple(one.txts[0] for one in read),
            scores=tuple(one.scores[0] for one in read),
            word_results=tuple(one.word_results[0] for one in read),
            elapse=sum(one.elapse for one in read),
        )
