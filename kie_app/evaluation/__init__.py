"""How right the values are and how long they take."""
