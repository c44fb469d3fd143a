"""A field's text as a value that can be computed with."""
