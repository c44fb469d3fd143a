"""What a user of the load test does, over and over: open the page, list schemas, send a document
that nobody sent before, and check that what comes back is of that document and no other's."""

from __future__ import annotations

import hashlib
import itertools
import json
from base64 import b64encode
from typing import Any

from locust import FastHttpUser, between, task

from tests.documents.pdfs import PdfPage, pdf

PASSWORD = "twenty at once"
KEYS = "company, receipt number, total"
CALL = "/gradio_api/call/v2/extract"
NUMBERS = itertools.count()


def name_of(number: int) -> str:
    return f"user{number}"


class Mixed(Exception):
    """An answer that is not of the document that was sent."""


class Person(FastHttpUser):
    """A user of their own, each with documents of their own."""

    wait_time = between(0.5, 2)
    network_timeout = connection_timeout = 120.0

    def on_start(self) -> None:
        self.name = name_of(next(NUMBERS))
        self.sent = 0
        credentials = b64encode(f"{self.name}:{PASSWORD}".encode()).decode()
        self.headers = {"Authorization": f"Basic {credentials}"}

    @task
    def open_the_page(self) -> None:
        self.client.get("/", headers=self.headers)

    @task
    def list_the_schemas(self) -> None:
        self.ask("/gradio_api/call/v2/list_schemas", {}, "list_schemas")

    @task(3)
    def have_a_document_read(self) -> None:
        self.sent += 1
        lines = (
            f"SHOP OF {self.name}",
            f"RECEIPT NO {self.name}-{self.sent:05}",
            "TEH AIS 2.50",
            f"TOTAL {self.sent}.50",
        )
        page = PdfPage([(40.0, 500.0 - 40 * row, line) for row, line in enumerate(lines)])
        data, file = pdf([page]), f"{self.name}-{self.sent}.pdf"
        with self.client.post(
            "/gradio_api/upload", files={"files": (file, data)}, headers=self.headers, name="upload"
        ) as answer:
            [path] = answer.json()
        where = {"path": path, "orig_name": file, "meta": {"_type": "gradio.FileData"}}
        found = self.ask(CALL, {"file": where, "keys": KEYS}, "extract")
        expected = (file, hashlib.sha256(data).hexdigest())
        said = " ".join(lines)
        if (found["file"], found["document"]) != expected or any(
            field["value"] and field["value"] not in said for field in found["fields"]
        ):
            raise Mixed(f"{expected} came back as {found}")

    def ask(self, path: str, arguments: dict[str, Any], name: str) -> Any:
        """Call a named endpoint and wait for what it answers."""
        with self.client.post(
            path, json=arguments, headers=self.headers, name=f"{name}: ask"
        ) as sent:
            event = sent.json()["event_id"]
        with self.client.get(
            f"{path.replace('/v2', '')}/{event}",
            headers=self.headers,
            name=f"{name}: answer",
            catch_response=True,
        ) as answer:
            kind, data = answer.text.strip().split("\n")[-2:]
            if kind != "event: complete":
                answer.failure(f"{kind} {data}")
                raise Mixed(answer.text)
            return json.loads(data.removeprefix("data: "))[0]
