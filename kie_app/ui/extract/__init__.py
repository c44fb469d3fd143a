"""The Extract tab."""
