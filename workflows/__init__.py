"""The procedure, one workflow for each thing that lives on its own.

``activation``      a case, from its submission to its end
``recommendation``  the follow-up of one recommendation, which outlives its case
``delivery``        the delivery of queued notices
``returns``         the reading of mails that came back
``recorded``        the state that a case or a follow-up keeps: every change is recorded before it counts
``long_lived``      nudges, and going on as a new run
``client``          the way in: how a page, the API or the command line brings a command to a case
``nudger``          nudges for the delivery from a process that queues notices
``lifesigns``       whether the workflows that the records count on are alive
``upkeep``          what must be there beside the cases: workers, routes, search attributes, delivery; and mending it
``few_at_once``     the same work for many things, a few at once
``code_version``    which code of workflows this is, as histories keep it
``deployments``     the versions of our workers: what each is, what runs on it, which one is the current
``replays``         recorded histories on the present code
``payloads``        sealing of everything that Temporal stores, for the workflow that it belongs to
``runtime``         Temporal's core in our processes: its log lines and its figures
``request_ids``     the id of a request goes along with its command
``signed_commands``  only commands that the deployment has signed reach a case
``answers``         refusals as Temporal carries them, and whether a value is where it belongs
``deadline``        waiting for an instant, in one place
``names``           task queues, ids, search attributes
``retries``         every retry policy and time-out
"""
