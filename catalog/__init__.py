"""What can be rented: devices, kits, prices, and what fits a customer's needs."""
