"""How a notice becomes a mail: in which words, and how it is sent. Who is told of what is in ``models.notices``.

The words:

``registry``        every kind of notice: its pace, whether it can be switched off, what it quotes
``compose``         one notice for one reader becomes one mail; ``digest``: several in one
``correspondents``  the sender and the reader of a mail
``of_no_case``      mails that belong to no case
``day_mail``        the one about announced days of an office
``policy_mail``     those about a proposed policy; ``post_mail``: those about who holds a post or stands in
``wording``         the words of a notice, rendered once for all readers who are told the same
``words``           posts, members, gates and dates in the reader's language; ``vocabulary``: values of the domain
``texts``           text from outside made fit for headers and bodies
``environment``     the templates, compiled once for each language; ``catalogues``: the languages
``preview``         mails of any kind with sample facts (``sample_facts``); ``sample_readers``: their readers
``mandatory``       why a kind cannot be switched off

Links and calendar parts:

``addresses``       the addresses of pages
``answer_links``, ``off_links``   signed links of mails; ``signing``: their tokens
``calendar_parts``  which calendar parts a mail carries: ``meetings``, ``deadlines``; ``ical``: the format

How a mail is built, sent and answered:

``message``         a whole mail; ``mime``: its parts; ``headers``: fields that no text can break out of
``envelope``        fixed fields: threads, answers, how programs treat it; ``message_ids``: Message-IDs, made with a key
``transport``       connections to the mail server; ``smtp_session``: one of them; ``smtp_envelope``: the form it takes
``incoming``        mail that comes in; ``returns``: what it says of a notice, ``plain_returns``: in words alone;
                    ``returned_parts``: what both read of it

The words themselves stand in ``templates/<kind>/``.
"""
