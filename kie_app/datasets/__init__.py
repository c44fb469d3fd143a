"""Documents to train on, measure and show: labelled folders, captions, samples, made ones."""
