"""Rows where many wait for them: asked for and written with little ado."""
