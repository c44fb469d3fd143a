"""Kept documents: what stands, corrections, the review queue, rules."""
