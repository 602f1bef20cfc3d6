"""The activities: what workflows have done outside of them.

``record``              one step into the log, the projection and the queue of notices
``deliver``             queued notices to the mail server; ``own_loop``: the thread in which it runs
``letters``             notices become mails; ``case_names``: cases as mails name them
``reminders``           whether reminders that waited are still due
``reader_preferences``  what readers want of their mails
``attempts``            what becomes of a notice
``returns``             what came back for notices, read from a mailbox
"""
