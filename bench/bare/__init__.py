"""The floor: Django itself on the product's own servers, and next to nothing on top."""
