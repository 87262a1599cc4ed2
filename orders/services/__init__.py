"""What is done with facts of orders: bring them in, look them up."""
