"""A year of cases for an empty house, as many as wanted, the same for the same seed."""
