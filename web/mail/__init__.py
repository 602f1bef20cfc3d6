"""Mails, on pages.

``my_mails``     when and how the post that acts is written to
``switch_off``   the link in a mail that switches such mails off
``answer``       the link in a mail that answers without signing in
``opened_link``  what such a link opens now, or why it is no good
``board``        the mail that is stuck, and what the secretariat decides on it
``mailbox``      the mail that was caught on this machine, for a laptop and for rehearsals
``frames``       the HTML of a mail in a frame on a page
``bare_page``    a page without a template, for the mailbox
"""
