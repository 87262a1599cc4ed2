"""Facts of orders as other systems hold them: brought in from files, or asked for."""
