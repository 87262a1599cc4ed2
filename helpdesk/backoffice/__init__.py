"""The administrators' door: people, channels, scripts and policies."""
