"""What a case is and what may happen to it. Pure: no I/O, no clock, no Temporal.

Read in this order:

``posts``, ``members``     who acts: posts, and the members that hold them
``policy``, ``calendars``  deadlines as a versioned document; working days of the post that must act
``request``, ``case``      what is asked, and the whole state of one case
``commands``, ``events``   what a post may say, and what then has happened
``rules``                  (state, command, now) -> events, or a refusal that says why
``evolve``                 (state, event) -> state
``agenda``                 who holds the ball, until when, and what happens by itself
``visibility``             who may see a case, and which sections
``notices``                who is told of an event
``mail_preferences``       when a mail goes to whoever holds a post: at once, later, in a digest, or not at all
``log``                    the hash chain over the events
``projection``             the rows by which lists and pages show a case

``tables`` is the other half: the SQLModel tables. Nothing above imports it.
"""
