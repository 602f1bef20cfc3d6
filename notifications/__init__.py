"""Who is told what, when and in which words.

``registry``     every kind of notice: its pace, whether it can be switched off, what it may quote
``words``        posts, members, gates and dates as people say them
``texts``        text from outside made fit for headers and bodies
``headers``      header fields that no text can break out of
``environment``  the templates, compiled once for each language
``meetings``     a meeting as a calendar file
``compose``      one notice for one reader becomes one mail
``transport``    mails are handed to the mail server, and its answer becomes a typed result

The words themselves stand in ``templates/<kind>/``.
"""
