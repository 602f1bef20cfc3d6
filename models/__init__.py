"""What a case is and what may happen to it. Pure: no I/O, no clock, no Temporal.

Read in this order:

``posts``, ``members``     who acts: posts, and the members that hold them
``policy``, ``calendars``  deadlines as a versioned document; working days of the post that must act
``request``, ``case``      what is asked, and the whole state of one case
``commands``, ``events``   what a post may say, and what then has happened
``rules``                  (state, command, now) -> events, or a refusal that says why
``reasons``                what rules state, as codes with facts; ``old_sentences``: what logs have from before
``ladder``                 what waits, and when the clock acts on it; ``ladder_subjects``: what that can be
``evolve``                 (state, event) -> state
``agenda``, ``duties``     who holds the ball, until when, and what happens by itself; what each post is asked to do
``visibility``             who may see a case, which sections, and why; ``release``: what a circulation may say
``notices``                who is told of an event; ``asks``: what a notice asks, and what its link may answer
``mail_preferences``       when a mail goes to whoever holds a post: at once, later, in a digest, or not at all
``log``                    the hash chain over the events
``projection``             the rows by which lists and pages show a case; ``search``: the texts by which it is found
``recommendation``         the follow-up of a recommendation, apart from its case

``tables`` is the other half: the SQLModel tables. Nothing above imports it.
"""
