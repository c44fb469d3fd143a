"""A race: decoders on one document, their figures, the card to pass on."""
