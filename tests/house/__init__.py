"""Rules of the house that no tool has: what each module must hold to, read from its source."""
