"""The product beside what else one could build it on: ``make bench-peers``. Decision 77 says how it is made fair.

The parent (in the product's environment) starts a *subject* as a process of its own, hands it a *work*, and measures it
from outside: processor time of all its processes and servers, bytes, memory; it kills it, and counts the mails.

``work``     the steps of a case, and what a subject must be able to do
``play``     a subject's process: it plays a work and tells what it saw
``measure``  the parent: one measurement of one subject at one work
``servers``  PostgreSQL, Temporal and a mail server for one measurement; their processor time and size
``record``   the log, list and outbox of a case in PostgreSQL, the same for every peer
``versions`` which version of what was measured
``results``  the figures of all rounds as a table and a picture, and where they are written
``promises`` what the product promises beside them, and whether a run kept it

A module a subject:

``on_temporal``      bare Temporal with one local activity a step: the floor
``on_the_product``   the product, on PostgreSQL or on SQLite
``on_dbos``          DBOS
``on_dbosify``       dbosify: Temporal's API on DBOS
``on_procrastinate`` a table and a queue
``on_viewflow``      django-viewflow
``viewflow_flows``   the flows of the last
``on_spiff``         SpiffWorkflow
"""
