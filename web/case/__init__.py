"""One case.

``seen``           what a post sees of it and what it may do: what every page of a case begins with
``page``           the case as its reader sees it, and its whole log
``versions``       the versions of its request, and what each changed
``word_changes``   what has changed between two texts, word by word, within a budget
``timeline``       the entries of the log in words
``command_form``   the form of a command, and what comes of sending it
``signing``        a decision that its holder signs with a passkey
``refusals``       a refusal in the words that its reader may read
``feed``           what happens to the case, as it happens, as server-sent events
``notices``        the ledger of its notices: who was told, and what became of each mail
``mails``          its mails as their readers get them, and those of a circulation before they go out
``amended``        what is another of an outcome or an arrangement than it was
``meeting_files``  its meetings as calendar files
``readings``       who read what not all may read, and how it is written down
``audience``       who sees the case, and its pages as another post sees them
"""
