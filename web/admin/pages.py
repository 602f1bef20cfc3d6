"""The pages of the administration."""

from web.admin import announced, directory, front, history, mails, offices, policy

ADMINISTRATION = (front, history, announced, offices, directory, policy, mails)
"""Each has a ``router``."""
