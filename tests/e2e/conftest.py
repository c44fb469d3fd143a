"""The app as a person starts it, on a free port, and a real browser in front of it."""

from __future__ import annotations

import json
import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Literal
from weakref import WeakKeyDictionary

import pytest
from playwright.sync_api import (
    Browser,
    BrowserContext,
    Page,
    ViewportSize,
    expect,
    sync_playwright,
)

from kie_app.config import Settings
from kie_app.evaluation import break_even
from tests.access.people import App
from tests.access.people import running as serving
from tests.ui.insights.test_charts import sweep

ROOT = Path(__file__).resolve().parents[2]
PATIENCE = 300  # seconds for anything that loads or runs the model, also on a busy machine

expect.set_options(timeout=1000 * PATIENCE)

# Without these the browser asks its maker's hosts at every start; as root it needs no-sandbox.
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", "e2e: in a real browser, against the running app")


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def model_of(address: str) -> str:
    """What the app says of its model; "starting" while nobody answers."""
    try:
        with urllib.request.urlopen(f"{address}/healthz", timeout=5) as answer:
            return str(json.load(answer)["model"])
    except OSError:
        return "starting"


def answered(page: Page) -> int:
    """How many fields the server's model answered since it started, as its metrics tell."""
    lines = page.request.get(f"{page.url.partition('?')[0]}metrics").text().splitlines()
    counts = [one.split()[-1] for one in lines if one.startswith("onepass_fields_total{")]
    return int(sum(map(float, counts)))


@contextmanager
def running(folder: Path, **settings: str) -> Iterator[str]:
    """The address of an app whose model is loaded; its log and data are in `folder`."""
    port, log = free_port(), folder / "log"
    environment = {
        **os.environ,
        "ONEPASS_PORT": str(port),
        "ONEPASS_HOST": "127.0.0.1",
        "ONEPASS_DATA_DIR": str(folder / "data"),
        **settings,
    }
    with log.open("w") as out:
        app = subprocess.Popen(
            [sys.executable, "app.py"], cwd=ROOT, env=environment, stdout=out, stderr=out
        )
    try:
        here, end = f"http://127.0.0.1:{port}", time.monotonic() + PATIENCE
        while (model := model_of(here)) in {"starting", "loading"} and time.monotonic() < end:
            assert app.poll() is None, f"the app ended: {log.read_text()}"
            time.sleep(0.5)
        assert model == "ready", f"{model}: {log.read_text()}"
        yield here
    finally:
        app.terminate()
        app.wait(30)


# What follows lives for this folder alone: the loop of a browser is in the way of other tests.


@pytest.fixture(scope="package")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A running app whose model is loaded, on a machine where a sweep was measured."""
    folder = tmp_path_factory.mktemp("app")
    (folder / "data").mkdir()
    (folder / "data" / "sweep.json").write_text(json.dumps(break_even.dump(sweep())), "utf-8")
    with running(folder) as here:
        yield here


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[App]:
    """An app without its model, which no review waits for."""
    with serving(Settings(data_dir=tmp_path_factory.mktemp("server"))) as server:
        yield server


@contextmanager
def launched() -> Iterator[Browser]:
    """A real browser."""
    program = os.environ.get("ONEPASS_CHROMIUM") or shutil.which("chromium")
    assert program, "no Chromium found: install it or set ONEPASS_CHROMIUM to its program"
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=FLAGS)
        yield browser
        browser.close()


@pytest.fixture(scope="package")
def browser() -> Iterator[Browser]:
    with launched() as browser:
        yield browser


WIDE: ViewportSize = {"width": 1280, "height": 860}

# Contexts of a browser that nobody uses now. Their caches still hold the page's programs.
UNUSED: WeakKeyDictionary[Browser, list[BrowserContext]] = WeakKeyDictionary()


@contextmanager
def nobody(browser: Browser, address: str) -> Iterator[Page]:
    """An empty page, 1280 px wide, in a context that keeps nothing of who used it before."""
    unused = UNUSED.setdefault(browser, [])
    context = unused.pop() if unused else browser.new_context(viewport=WIDE, accept_downloads=True)
    page = context.new_page()
    yield page
    kept = {"origin": address, "storageTypes": "cookies,local_storage,indexeddb"}
    context.new_cdp_session(page).send("Storage.clearDataForOrigin", kept)
    page.close()
    if context.pages:
        context.close()
    else:
        unused.append(context)


@contextmanager
def opened(browser: Browser, address: str) -> Iterator[Page]:
    """The open page. Whatever it asks of another host fails the test."""
    with nobody(browser, address) as page:
        asked = loaded(page, address)
        yield page
    own = (address, "data:", "blob:", "about:")
    assert [url for url in asked if not url.startswith(own)] == []


def loaded(page: Page, address: str) -> list[str]:
    """Open the app there; the list of all that the page asks for from now on."""
    page.set_default_timeout(1000 * PATIENCE)
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.goto(address)
    page.wait_for_selector(".card")
    return asked


@contextmanager
def alone(folder: Path) -> Iterator[Page]:
    """The page of an app of its own, in a browser of its own."""
    with running(folder) as address, launched() as browser, opened(browser, address) as page:
        yield page


SIZES = [(1280, "light"), (1280, "dark"), (390, "light"), (390, "dark")]


@contextmanager
def sized(
    browser: Browser, address: str, size: tuple[int, Literal["light", "dark"]]
) -> Iterator[Page]:
    """The open page in one of SIZES: so many pixels wide, in light or in dark."""
    width, scheme = size
    context = browser.new_context(viewport={"width": width, "height": 844}, color_scheme=scheme)
    page = context.new_page()
    page.set_default_timeout(1000 * PATIENCE)
    page.goto(f"{address}/?__theme={scheme}")
    page.wait_for_selector(".card")
    yield page
    context.close()


@pytest.fixture
def page(browser: Browser, address: str) -> Iterator[Page]:
    """A page on which nothing happened yet."""
    with opened(browser, address) as page:
        yield page


@pytest.fixture(scope="package")
def raced(browser: Browser, address: str) -> Iterator[Page]:
    """A page after the app's first race, by one click on the first sample."""
    with opened(browser, address) as page:
        page.get_by_role("tab", name="Insights").click()
        expect(page.locator("#insights-about")).to_contain_text("Run one on the Race tab")
    with opened(browser, address) as page:
        page.click(".card >> nth=0")
        page.wait_for_selector("#outcome .results")
        yield page
