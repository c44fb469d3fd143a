"""Many files into one folder of results."""
