"""A library with a tiny model, and documents for it."""

from __future__ import annotations

import io
from collections.abc import Iterator
from pathlib import Path

import pytest
from PIL import Image, ImageDraw

from kie_app.config import Settings
from kie_app.engine.engine import Engine
from kie_app.library.library import Library
from kie_app.store import Store
from kie_app.types import Key, Schema
from tests.conftest import save_backbone

SCHEMA = Schema("s", (Key("total", kind="amount"), Key("date", kind="date")))


def picture(text: str = "TOTAL 12.50") -> bytes:
    image = Image.new("RGB", (400, 200), "white")
    ImageDraw.Draw(image).text((20, 60), text, fill="black", font_size=40)
    out = io.BytesIO()
    image.save(out, "PNG")
    return out.getvalue()


@pytest.fixture(scope="session")
def model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("tiny")
    return save_backbone(folder)


@pytest.fixture
def settings(model: Path, tmp_path: Path) -> Settings:
    return Settings(backbone=str(model), models_dir=model, dtype="float32", data_dir=tmp_path)


@pytest.fixture
def engine(settings: Settings) -> Engine:
    return Engine(settings)


@pytest.fixture
def library(engine: Engine) -> Iterator[Library]:
    library = Library(engine, Store.of(engine.settings))
    yield library
    library.store.close()
