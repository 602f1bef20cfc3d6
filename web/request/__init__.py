"""The request of a member for the group.

``form``         the form of a new request, step by step, to its submission
``steps``        the steps of that form: the fields of each, in words
``draft``        what a member has kept of it, read and shown
``version``      the form of a new version of a request that was submitted
``attachments``  the files of requests: adding, removing and downloading them
``uploads``      takes in the files that a form brings
``file_kinds``   tells what a file is by its content; ``packages``, ``pdf``: what acts in office documents and PDF files;
                 ``formulas``: what fields of Word, formulas and tables as text reach
``sweeping``     removes what nothing names any more
``unwanted``     why a file is not taken, in sentences
"""
