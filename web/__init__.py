"""Pages and JSON API for people and programs."""
