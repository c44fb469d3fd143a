"""The server: routes for pages, uploads, the API, MCP and probes."""
