"""Speed, as ratios within one run: ``make bench``.

``steps``  recorded steps through the product against ``bare``: Temporal doing the same updates with an empty activity
``cost``   what a step costs where, part by part, without a server
``mail``   ``make bench-mail``: the delivery of mails against bare aiosmtplib
``pages``  ``make bench-pages``: list and search with 100,000 cases against 1,000
"""
