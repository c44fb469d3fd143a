"""Programs of the developers, which the app does not need."""
