"""Loading the model behind the open page: one thread, and what the page says meanwhile."""

from __future__ import annotations

import logging
import threading

from kie_app.engine.engine import Engine
from kie_app.errors import BackboneError, KieError

log = logging.getLogger(__name__)


class WarmUp:
    """Begins with `start`; `trouble` is None or one line that says what is missing."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._over = threading.Event()
        self._trouble: str | None = None

    def start(self) -> None:
        threading.Thread(target=self._run, name="warm-up", daemon=True).start()

    def wait(self) -> None:
        """Until the model is loaded, or until it is clear that it cannot be."""
        self._over.wait()

    def require(self) -> None:
        """Wait for the model; BackboneError when it cannot be had."""
        self.wait()
        if self._trouble:
            raise BackboneError(self._trouble)

    @property
    def over(self) -> bool:
        return self._over.is_set()

    @property
    def trouble(self) -> str | None:
        """What keeps the model from running and how to mend it."""
        return self._trouble

    def _run(self) -> None:
        try:
            self._trouble = self._engine.ready()
            if self._trouble is None:
                self._engine.warm_up()
        except KieError as error:
            self._trouble = str(error)
        except Exception:
            log.exception("warm-up failed")
            self._trouble = "The model could not be loaded; the server's log says why."
        finally:
            self._over.set()
