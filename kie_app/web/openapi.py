"""/openapi.json: the server's own addresses, and the page's named endpoints as Gradio calls them.

An endpoint takes two requests: POST puts the call into the queue and answers with its event, GET
waits for that event and streams what comes of it. Files go to /gradio_api/upload before.
"""

from __future__ import annotations

from typing import Any

import gradio as gr
from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi
from gradio.utils import get_function_description

from kie_app import __version__

CALLS = "/gradio_api/call"
DESCRIPTION = (
    "Documents in, values out. Behind a login send HTTP Basic credentials. gradio_client does for "
    "you what the addresses under /gradio_api need; an MCP server is at /gradio_api/mcp/."
)
FILE = {
    "type": "object",
    "properties": {
        "path": {"type": "string", "description": "as /gradio_api/upload answered"},
        "orig_name": {"type": "string"},
        "meta": {
            "type": "object",
            "properties": {"_type": {"const": "gradio.FileData"}},
            "required": ["_type"],
        },
    },
    "required": ["path", "meta"],
}
UPLOAD = {
    "summary": "Send files",
    "operationId": "upload",
    "requestBody": {
        "required": True,
        "content": {
            "multipart/form-data": {
                "schema": {
                    "type": "object",
                    "properties": {
                        "files": {"type": "array", "items": {"type": "string", "format": "binary"}}
                    },
                    "required": ["files"],
                }
            }
        },
    },
    "responses": {
        "200": {
            "description": "The path of each file",
            "content": {
                "application/json": {"schema": {"type": "array", "items": {"type": "string"}}}
            },
        }
    },
}


def describe(server: FastAPI, page: gr.Blocks) -> None:
    """Have the server describe itself and the page's named endpoints."""

    def openapi() -> dict[str, Any]:
        if server.openapi_schema is None:
            schema = get_openapi(
                title=server.title,
                version=__version__,
                description=DESCRIPTION,
                routes=server.routes,
            )
            schema["paths"] |= {"/gradio_api/upload": {"post": UPLOAD}, **named(page)}
            server.openapi_schema = schema
        return server.openapi_schema

    server.openapi = openapi  # type: ignore[method-assign]  # FastAPI's own way to extend it


def named(page: gr.Blocks) -> dict[str, Any]:
    """The paths of the page's public endpoints."""
    functions = {f"/{function.api_name}": function.fn for function in page.fns.values()}
    paths: dict[str, Any] = {}
    for name, endpoint in page.get_api_info()["named_endpoints"].items():
        about, arguments, results = get_function_description(functions[name])
        paths[f"{CALLS}/v2{name}"] = {
            "post": {
                "summary": about,
                "description": "Returns: " + " ".join(results),
                "operationId": name.strip("/"),
                "requestBody": {
                    "required": True,
                    "content": {"application/json": {"schema": body(endpoint, arguments)}},
                },
                "responses": {"200": {"description": "The event_id to ask for the result by"}},
            }
        }
        paths[f"{CALLS}{name}/{{event_id}}"] = {"get": result(name)}
    return paths


def body(endpoint: dict[str, Any], arguments: dict[str, str]) -> dict[str, Any]:
    """The schema of a call: one property an argument."""
    properties: dict[str, Any] = {}
    required = []
    for one in endpoint["parameters"]:
        name = one["parameter_name"]
        kind = FILE if one["python_type"]["type"] == "filepath" else one["type"]
        properties[name] = {**kind, "description": arguments[name]}
        if one["parameter_has_default"]:
            properties[name]["default"] = one["parameter_default"]
        else:
            required.append(name)
    schema = {"type": "object", "properties": properties}
    return {**schema, "required": required} if required else schema


def result(name: str) -> dict[str, Any]:
    return {
        "summary": f"The result of a call of {name}",
        "description": "Server-sent events. The last is `complete`, its data a list of one result, "
        "or `error`, its data an object with the message under `error`.",
        "operationId": f"{name.strip('/')}_result",
        "parameters": [
            {"name": "event_id", "in": "path", "required": True, "schema": {"type": "string"}}
        ],
        "responses": {
            "200": {
                "description": "The stream",
                "content": {"text/event-stream": {"schema": {"type": "string"}}},
            }
        },
    }
