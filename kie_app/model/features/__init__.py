"""What print says of a key's value before anybody reads it: features of labels, words and runs."""
