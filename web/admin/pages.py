"""The pages of the administration."""

from web.admin import announced, days, directory, front, history, mails, offices, policy

ADMINISTRATION = (front, history, announced, days, offices, directory, policy, mails)
"""Each has a ``router``."""
