"""What an operator runs: the supervisor and its parts, and the tools beside them."""
