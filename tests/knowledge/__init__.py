"""Tests of knowledge/: scripts, phrases, and the guard that knows them."""
