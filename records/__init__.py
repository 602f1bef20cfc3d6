"""The SQL side: everything that reads or writes the database, so that pages and commands need no SQL.

Cases:

``log``                appending a step: entries, projection (``projected``) and queued notices in one transaction
``log_trust``          whether a log is to be believed
``tree``               the tree that holds the heads of all logs; ``checkpoints``: its signed states
``readings``           who read what not all may see; ``roles``: what the product's role may do on PostgreSQL
``queries``            what pages, lists and checks read of cases; ``casefiles``: cases as their logs have them, for pages
``lists``, ``search``  lists of cases as a post sees them; texts by which they are found; ``saved_views``: kept lists
``projected``          writing rows of the projection, of the directory and of drafts
``from_log``           what a log alone gives: compared with what stands, and rows made anew
``log_checks``         whose turn it is to be compared, and what was found to differ
``references``         references and drafts, before a case exists
``attachments``        the files of requests; ``attachment_sweep``: what of them nothing names goes

Mail:

``notices``            a notice in the ledger: read, queued, changed
``ledger``             the queue of notices: look ahead, reserve, send, mark; ``digests``: what goes together
``mail_preferences``   what readers want; ``mail_pauses``: all mail held back
``returns``            what came back; ``mail_board``: what is stuck, and what a person decides on it
``proof``              who was told, as a table that leaves the product

Members and people:

``directory``          members, offices, holders; ``directory_changes``: changing it, and its history
``directory_import``   a member list that is imported, with what it changed in the history
``announced_changes``  changes that wait, so that a Co-Chair can stop them; ``announced_days``: days of offices, which
                       another person confirms; ``office_calendars``: the calendars with them
``post_mails``         who is told of each change of a post
``policies``           the policy in force, and proposals
``offices``            where mail for posts goes now; ``holders``: which posts a person holds; ``offers``: is offered
``sign_ins``, ``sessions``, ``second_factor``, ``api_tokens``   links, cookies, codes and tokens of people and programs
``passkeys``           the keys by which people sign what they decide
``access``             what ends when a post changes hands, or when somebody signs out everywhere
``idempotency``        keys of programs' requests

All of it:

``backups_made``       when backups were made; ``traces``: where a step stands in its trace
``backup``             all tables as lines of JSON, written at one moment and read into an empty database

``rows`` reads rows of tables as objects of their classes. ``csv_text`` writes tables for spreadsheets.
"""
