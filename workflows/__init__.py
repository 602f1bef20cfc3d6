"""The procedure, one workflow for each thing that lives on its own.

``activation``      a case, from its submission to its end: the ministers' text as ``run()``
``recommendation``  the follow-up of one recommendation, which outlives its case
``delivery``        the delivery of queued notices
``client``          the way in: how a page, the API or the command line brings a command to a case
``payloads``        encryption of everything that Temporal stores
``answers``         refusals as Temporal carries them
``deadline``        waiting for an instant, in one place
``names``           task queues, ids, search attributes
``retries``         every retry policy and time-out
"""
