"""The JSON API under ``/api/v1``: the same as the pages, for programs. A token acts for its post, as far as it allows.

``bearer``       who asks: the token, and what it is good for
``views``        what the API answers with, besides a case
``case_views``   a case, as what its reader sees of it
``reading``      what is read: duties, lists, commands
``case``         one case: itself, its log, its versions
``feed``         what happens to a case, as it happens
``giving``       what is done: commands, submissions, the draft
``bodies``       JSON that is sent, and the key that makes sending twice harmless
``description``  the OpenAPI document
``routes``       all of it together

What went wrong is told as ``web.kit.problems`` has it (RFC 9457).
"""
