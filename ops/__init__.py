"""What an operator runs: the supervisor and its parts, and the tools beside them.

Starting and keeping it running:

``supervisor``       the process of ``ahg up``: starts every part, restarts what dies, stops all in reverse order
``processes``        one child process: started, asked whether it is ready, stopped
``die_with_parent``  a child that ends with the process that started it, even if that one is killed
``temporal_server``  Temporal's development server as a part of the product; the test server of rehearsals
``prepare``          the data folder before anything starts: keys, schema, directory, rows
``certificates``     certificates for mutual TLS between the parts and a Temporal cluster of one's own
``catcher``          a mail server that keeps every mail in a folder and sends none
``console``          logs of the parts, followed on the console

Looking after it:

``commands``         the groups of the command line, a module each
``doctor``           whether every part is well, a line each
``verify``           whether log, projection, Temporal's history and files agree, and no workflow is lost
``verify_record``    its part about the tree and what was signed; ``against``: the log against what was kept elsewhere
``rebuild``          the rows of cases made anew from the log
``backup``           the records and files as one file, the keys as another; brought back into an empty database
``deployments``      the versions of the workers, one after another: made current, gone back from, drained
``replay``           recorded histories from a folder; waking idle cases after a deployment
``mail``             the ledger and the board of mail, as lines of text
``mail_preferences`` what a reader wants of its mails, read and changed by an operator
``scenarios``        cases told in files, checked and played on a server that skips time; ``yaml12``: how they are read
"""
