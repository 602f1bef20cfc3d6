"""The SQL side: the log and its projection, queries, the directory, references, drafts and the ledger of notices.

Everything that reads or writes the database is here, so that pages and the command line need no SQL of their own.
"""
