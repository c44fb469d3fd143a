"""The user's recorded races, as the cards that the page makes."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter

from kie_app.race import card as race_card
from kie_app.race.history import races_with_documents
from kie_app.store import Store
from kie_app.web.api.answers import RaceAnswer
from kie_app.web.calls import Owner
from kie_app.web.sendable import sendable


def races(store: Store) -> APIRouter:
    """The route over the store."""
    router = APIRouter(tags=["races"])

    @router.get("/races", response_model=list[RaceAnswer])
    def list_races(owner: Owner) -> list[dict[str, Any]]:
        """List the recorded races of the user, newest first."""
        cards = []
        for race, read in races_with_documents(store, owner):
            card = race_card.card(race, read, values=True)
            cards.append({**card, "document": {"id": race.document, **card["document"]}})
        answer: list[dict[str, Any]] = sendable(cards)
        return answer

    return router
