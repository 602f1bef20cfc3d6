"""The commands of ``ahg`` that belong to a group, a module for each group."""
