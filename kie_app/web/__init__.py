"""The server: uploads, the API, MCP, probes and page images as plain routes."""
