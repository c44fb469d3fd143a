"""The language model and what Onepass adds: tokens, prompts, heads, checkpoints, features."""
