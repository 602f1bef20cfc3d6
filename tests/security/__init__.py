"""Attacks, one module for each actor; docs/security.md lists what each may not do."""
