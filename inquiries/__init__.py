"""Customers' questions: asked, taken, answered, closed, reopened."""
