"""Data folders that older versions of the product made, and what makes the next one (README.md)."""
