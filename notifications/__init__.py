"""How a notice becomes a mail: in which words, and how it is sent. Who is told of what is in ``models.notices``.

What is said:

``registry``        every kind of notice: its pace, whether it can be switched off (``mandatory``), what it quotes
``compose``         one notice for one reader becomes one mail; ``digest``: several in one
``correspondents``  the sender and the reader of a mail
``of_no_case``      mails that belong to no case; ``policy_mail``: those about a proposed policy
``wording``         what is said, put into words once for all who are told the same
``words``           posts, members, gates and dates as people say them; ``vocabulary``: words for values of the domain
``sentences``       sentences of the log in the reader's language
``texts``           text from outside made fit for headers and bodies
``environment``     the templates, compiled once for each language; ``catalogues``: the languages
``preview``         any kind beforehand, with sample facts; ``sample_readers``: who would read it

Where it leads, and what a calendar does with it:

``addresses``       the addresses of pages
``answer_links``, ``off_links``   signed links of mails; ``signing``: their tokens
``calendar_parts``  which calendar parts a mail carries: ``meetings``, ``deadlines``; ``ical``: the format

How it is built and sent:

``message``         a whole mail; ``mime``: its parts; ``headers``: fields that no text can break out of
``envelope``        fixed fields: threads, answers, how programs are to treat it
``transport``       connections to the mail server; ``smtp_session``: one of them; ``smtp_envelope``: the form it takes
``incoming``        mail that comes in; ``returns``: what it says of a notice

The words themselves stand in ``templates/<kind>/``.
"""
