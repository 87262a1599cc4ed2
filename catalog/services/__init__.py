"""What can be done with the catalogue: one verb, one function."""
