"""The pages of the administration."""

from web.admin import directory, front, history, mails, offices, policy

ADMINISTRATION = (front, history, offices, directory, policy, mails)
"""Each has a ``router``."""
