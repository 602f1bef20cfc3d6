"""The JSON API under ``/api/v1``: the same as the pages, for programs. A token acts for its post, as far as it allows.

``bearer``       who asks: the token, and what it is good for
``problems``     what went wrong (RFC 9457)
``views``        what a case is to its reader, and the other answers
``reading``      what is read: duties, lists, commands
``case``         one case: itself, its log, its versions (``case_views``: as JSON)
``feed``         what happens to a case, as it happens
``giving``       what is done: commands, submissions, the draft
``bodies``       JSON that is sent, and the key that makes sending twice harmless
``description``  the OpenAPI document
``routes``       all of it together
"""
