"""Everything that touches the world on behalf of a workflow.

``record``   one step into the log, the projection and the queue of notices
``deliver``  queued notices to the mail server: ``letters`` writes the mails, ``attempts`` says what became of them
"""
