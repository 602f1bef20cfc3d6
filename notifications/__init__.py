"""How a notice becomes a mail: in which words, and how it is sent. Who is told of what is in ``models.notices``.

``registry``     every kind of notice: its pace, whether it can be switched off, what it may quote
``words``        posts, members, gates and dates as people say them
``texts``        text from outside made fit for headers and bodies
``headers``      header fields that no text can break out of
``environment``  the templates, compiled once for each language
``meetings``     a meeting as a calendar file; ``deadlines``: dates of duties; ``ical``, ``calendar_parts``: files
``catalogues``   the languages; ``vocabulary``: words that stand for values of the domain
``envelope``     what stands around a mail: threads, list fields, answers; ``answer_links``, ``off_links``: signed links
``preview``      any kind beforehand, with sample facts
``compose``      one notice for one reader becomes one mail
``transport``    mails are handed to the mail server, and its answer becomes a typed result

The words themselves stand in ``templates/<kind>/``.
"""
