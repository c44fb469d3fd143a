"""The browser page: one file a concern, `build.build_ui` puts them together."""
