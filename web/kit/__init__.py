"""What the folders of ``web`` (rooms, decision 34) share. It imports none of them.

``site``               the parts of the application: settings, records, the way to the cases
``visitor``            who asks: the account of the session and the post that acts
``directory``          what pages ask the directory of today
``roles``              which posts may open which pages
``sessions``           the cookie of a session, the key of its forms, where a visitor goes on to
``account_mail``       mails about an account: the link to sign in by, and what its owner must hear of
``security``           headers, host names, and proof that a form is one of ours
``asked``              numbers and instants in addresses
``body_limit``         how much of a request's body is read
``trace``              lines of the log on what happened at the door
``sealing``            encryption of short secrets at rest
``passkey_touch``      what a passkey is asked to sign, and whether its answer does
``wrong_tokens``       how many wrong tokens a client may show
``identity_provider``  the identity provider of the deployment, by OpenID Connect
``watch``              the look at the logs of all cases that have a feed open
``render``             pages from templates
``language``           the choice of the pages' language
``commands``           gives a command and answers its form: done, refused, or the case does not answer
``wording``            duties, commands and acts of the clock in words
``refusal_words``      a refusal in the words of pages
``forms``              the form of each command, and what was sent with one
``errors``             pages that say what went wrong
``problems``           the same for programs (RFC 9457)
``plots``              plots as SVG
``csv_files``          tables as CSV files
``statics``            style sheet, script and icon
``request_id``         the id of each request, answered and in the lines of the log
"""
