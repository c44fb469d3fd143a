"""Users whose hashes cost next to nothing, and an app that runs for real."""

from __future__ import annotations

import threading
import time
from base64 import b64encode
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx2
import uvicorn
from argon2 import PasswordHasher
from fastapi import FastAPI
from starlette.routing import BaseRoute, Route

from kie_app.access import open_access
from kie_app.config import Settings
from kie_app.engine.engine import Engine
from kie_app.engine.warm_up import WarmUp
from kie_app.library.library import Library
from kie_app.store import NewUser, Store
from kie_app.ui.mount import mount
from kie_app.ui.page import build_ui
from kie_app.ui.shared.theme import colours
from kie_app.web.inbox import Inbox
from kie_app.web.listening import listen
from kie_app.web.metrics import Metrics
from kie_app.web.server import build_server

CHEAP = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
PASSWORDS = {"ada": "correct horse battery", "bob": "staple of the horse", "eve": "nobody expects"}


def person(name: str, role: str = "user", password: str | None = None) -> NewUser:
    return NewUser(name, role, CHEAP.hash(password or PASSWORDS[name]))


def with_users(data_dir: Path, *users: NewUser) -> Path:
    """The same folder, whose store has these users beside those that it had."""
    store = Store.of(Settings(data_dir=data_dir))
    assert store.users.add(users) == []
    store.close()
    return data_dir


def basic(name: str, password: str | None = None) -> dict[str, str]:
    """A header with HTTP Basic credentials."""
    both = f"{name}:{password or PASSWORDS[name]}"
    return {"Authorization": f"Basic {b64encode(both.encode()).decode()}"}


def form(name: str, password: str | None = None) -> dict[str, str]:
    """What the login page sends."""
    return {"username": name, "password": password or PASSWORDS[name]}


@dataclass(frozen=True)
class App:
    """A running app: where it answers, and what is behind it."""

    address: str
    engine: Engine
    library: Library
    server: FastAPI

    @property
    def store(self) -> Store:
        return self.library.store

    def browser(self) -> httpx2.Client:
        """Somebody with a cookie jar of their own, who does not follow redirects."""
        return httpx2.Client(base_url=self.address, timeout=60)

    @contextmanager
    def logged_in(self, name: str) -> Iterator[httpx2.Client]:
        with self.browser() as browser:
            assert browser.post("/login", data=form(name)).status_code == 303
            yield browser


@contextmanager
def served(server: FastAPI, port: int = 0) -> Iterator[str]:
    """The server on a loopback port, in a thread."""
    door = listen("127.0.0.1", port)
    config = uvicorn.Config(server, log_level="warning", timeout_graceful_shutdown=1)
    runner = uvicorn.Server(config)
    thread = threading.Thread(target=runner.run, kwargs={"sockets": [door]})
    thread.start()
    while not runner.started and thread.is_alive():
        time.sleep(0.02)
    try:
        yield f"http://127.0.0.1:{door.getsockname()[1]}"
    finally:
        runner.should_exit = True
        thread.join()


@contextmanager
def running(settings: Settings, port: int = 0, model: bool = False) -> Iterator[App]:
    """The whole app, without its model or when that is loaded."""
    engine = Engine(settings, Metrics())
    library = Library(engine, Store.of(settings))
    warm_up = WarmUp(engine)
    inbox, access = Inbox(settings), open_access(settings, library.store.users)
    server = build_server(engine, library, inbox, warm_up, access, colours())
    mount(server, build_ui(engine, library, inbox, warm_up))
    if model:
        warm_up.start()
        warm_up.wait()
        assert warm_up.trouble is None
    with served(server, port) as address:
        yield App(address, engine, library, server)


@contextmanager
def programs(app: App, *names: str) -> Iterator[dict[str, httpx2.Client]]:
    """A program that sends its user's credentials, for each of the users."""
    with ExitStack() as open_ones:
        yield {
            name: open_ones.enter_context(
                httpx2.Client(base_url=app.address, headers=basic(name), timeout=60)
            )
            for name in names
        }


def addresses(server: FastAPI) -> list[tuple[str, str]]:
    """Every method and path that the server knows, with those of what is mounted on it."""
    found: set[tuple[str, str]] = set()
    routes: list[BaseRoute] = list(server.routes)
    while routes:
        route = routes.pop()
        if isinstance(route, Route):
            path = route.path.translate(str.maketrans("{}:", "xxx"))
            found |= {(method, path) for method in route.methods or ()}
        else:
            routes += getattr(route, "original_router", route).routes
    return sorted(found)
