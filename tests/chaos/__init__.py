"""`make chaos`: the product at work while its parts are killed, stopped, cut off and starved; then counted from outside.

``schedule``   which faults come when, drawn from a seed
``machine``    the product as users start it, with what is put between its parts; faults are done to it, and healed
``parts``      the processes of a machine: found, stopped, continued, killed, kept running
``between``    a TCP proxy that cuts and delays connections
``disk``       a small disk that is filled, or a limit of file sizes where no disk can be made
``sink``       a mail server that counts every mail, and that can be slow, refuse, lose connections
``people``     those who play cases meanwhile
``ways``       the ways in which a command is given: pages, API, command line, the link of a mail
``journal``    what was sent, and what was answered
``checks``     what must hold afterwards, asked of the records, the mail server and the processes
``run``        one run: start, faults, healing, checks
``report``     what a run is said to have been
``shrink``     fewer faults that still fail
``broken``     builds that are wrong on purpose, which the checks must find

`docs/chaos.md` says how it is run and what is counted.
"""
