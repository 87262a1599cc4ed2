"""What can be done with the words of the house: one verb, one function."""
