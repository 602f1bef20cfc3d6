"""Scenarios: cases told in files, how they are read, and how they are played. ``docs/scenarios.md`` is the contract.

``file``          what a scenario file holds
``reading``       a file read strictly, with everything that is wrong in it and where
``schema``        the JSON Schema of a scenario file
``expected``      what ``expect`` may name
``observed``      a case as ``expect`` speaks of it, read from the rows of the projection
``expectations``  the two compared, and the words of a refusal
``play``          the course of a scenario, wherever it is played: acts, the clock, what must be true
``on_server``     a scenario played on a server: acts, skipped time, mails, what is told
``simulation``    everything that a scenario needs to be played, started and stopped
"""
