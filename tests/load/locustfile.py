"""What a user of the load test does, over and over: open the page, list schemas, have documents
read that nobody sent before, keep some and correct them; and check that all of it is their own."""

from __future__ import annotations

import hashlib
import io
import itertools
import uuid
from base64 import b64encode
from dataclasses import dataclass
from typing import Any

from locust import FastHttpUser, between, task
from PIL import Image, ImageDraw, ImageFont

from tests.documents.pdfs import PdfPage, pdf

PASSWORD = "twenty at once"
KEYS = "company, receipt number, total"
CORRECTED = "receipt number"
KEPT = 3  # documents of a user; older ones are deleted
NUMBERS = itertools.count()
LAST_KEPT: dict[str, tuple[str, str]] = {}  # who kept a document last, and its id


def name_of(number: int) -> str:
    return f"user{number}"


class Mixed(Exception):
    """An answer that is not of the document that was sent, or not of this user."""


@dataclass(frozen=True)
class Paper:
    """A receipt that no other user sends: as a PDF with text, or as a picture."""

    user: str
    number: int

    @property
    def lines(self) -> tuple[str, ...]:
        return (
            f"SHOP OF {self.user}",
            f"RECEIPT NO {self.user}-{self.number:05}",
            "TEH AIS 2.50",
            f"TOTAL {self.number}.50",
        )

    def typed(self) -> tuple[str, bytes]:
        page = PdfPage([(40.0, 500.0 - 40 * row, line) for row, line in enumerate(self.lines)])
        return f"{self.user}-{self.number}.pdf", pdf([page])

    def photographed(self) -> tuple[str, bytes]:
        image = Image.new("RGB", (500, 300), "white")
        font = ImageFont.load_default(26)
        for row, line in enumerate(self.lines):
            ImageDraw.Draw(image).text((30, 30 + 60 * row), line, "black", font)
        with io.BytesIO() as file:
            image.save(file, "JPEG", quality=92)
            return f"{self.user}-{self.number}.jpg", file.getvalue()


class Person(FastHttpUser):
    """A user of their own, each with documents of their own."""

    wait_time = between(0.5, 2)
    network_timeout = connection_timeout = 120.0

    def on_start(self) -> None:
        self.name = name_of(next(NUMBERS))
        self.sent = 0
        self.kept: dict[str, tuple[str, str]] = {}  # file name and corrected value of each
        credentials = b64encode(f"{self.name}:{PASSWORD}".encode()).decode()
        self.headers = {"Authorization": f"Basic {credentials}"}

    @task
    def open_the_page(self) -> None:
        self.client.get("/", headers=self.headers)

    @task
    def list_the_schemas(self) -> None:
        self.ask("list schemas", "GET", "schemas")

    @task(3)
    def have_a_document_read(self) -> None:
        paper = self.next_paper()
        file, data = paper.typed()
        sent = {"files": {"file": (file, data)}, "data": {"keys": KEYS}}
        found = self.ask("extract", "POST", "extract", **sent)
        self.check(found, file, data)
        said = " ".join(paper.lines)
        if any(field["value"] and field["value"] not in said for field in found["fields"]):
            raise Mixed(f"{file} came back as {found}")

    @task
    def keep_and_correct_a_photograph(self) -> None:
        file, data = self.next_paper().photographed()
        kept = self.ask("add document", "POST", "documents", files={"file": (file, data)})
        self.check(kept, file, data)
        path = f"documents/{kept['id']}"
        filled = self.ask("fill document", "POST", f"{path}/fill", json={"keys": KEYS})
        self.check(filled, file, data)
        truth = f"{self.name} said {self.sent}"
        said = {
            "key": CORRECTED, "state": "corrected", "token": str(uuid.uuid4()), "value": truth
        }  # fmt: skip
        self.check(self.ask("correct", "POST", f"{path}/corrections", json=said), file, data)
        self.kept[kept["id"]] = file, truth
        self.look_at(kept["id"])
        while len(self.kept) > KEPT:
            old = next(iter(self.kept))
            self.ask("delete document", "DELETE", f"documents/{old}")
            del self.kept[old]
        standing = {
            one["id"]: (one["file"], value_of(one, CORRECTED))
            for one in self.ask("list documents", "GET", "documents")
        }
        if standing != self.kept:
            raise Mixed(f"{self.name} keeps {self.kept}, and is shown {standing}")

    def look_at(self, document: str) -> None:
        """One's own page image comes, and that of whoever kept one last is not there."""
        self.client.get(f"/documents/{document}/0.jpg", headers=self.headers, name="page image")
        owner, other = LAST_KEPT.get("anybody", (self.name, document))
        LAST_KEPT["anybody"] = self.name, document
        if owner == self.name:
            return
        with self.client.get(
            f"/documents/{other}/0.jpg",
            headers=self.headers,
            name="page image of another",
            catch_response=True,
        ) as answer:
            if answer.status_code == 404:
                answer.success()
            else:
                answer.failure(f"{self.name} was answered {answer.status_code}, not 404")

    def next_paper(self) -> Paper:
        self.sent += 1
        return Paper(self.name, self.sent)

    def check(self, found: dict[str, Any], file: str, data: bytes) -> None:
        expected = (file, hashlib.sha256(data).hexdigest())
        if (found["file"], found["document"]) != expected:
            raise Mixed(f"{expected} came back as {found}")

    def ask(self, name: str, method: str, path: str, **sent: Any) -> Any:
        """Call the API, and what it answers; `name` is that of the call in the report."""
        with self.client.request(
            method, f"/api/{path}", headers=self.headers, name=name, catch_response=True, **sent
        ) as answer:
            if answer.status_code != 200:
                answer.failure(f"{answer.status_code} {answer.text}")
                raise Mixed(answer.text)
            return answer.json()


def value_of(document: dict[str, Any], key: str) -> str | None:
    return next(field["value"] for field in document["fields"] if field["key"] == key)
