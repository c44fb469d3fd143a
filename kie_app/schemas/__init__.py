"""Keys and schemas: kinds, names, the one check, templates as YAML."""
