"""What a case is and what may happen to it. Pure: no I/O, no clock, no Temporal.

Who acts, and by which deadlines:

``posts``, ``members``     posts, and the members that hold them
``policy``                 deadlines as a versioned document; ``policy_meaning``: what a change of it means
``calendars``              working days of the post that must act; ``public_holidays``: calendars made of published ones
``announced_days``         days on which an office is closed after all, or open
                           ``zones``: time zones, and names of which there are none
``directory_changes``      what may be changed in the directory; ``mail_addresses``: their domains, and which are the same
``sign_in_limits``         how often a link to sign in by is sent
``authentication``         how a person is known, and what only somebody does who proves at that moment who it is;
                           ``command_signing``: how a part of the product signs that,
                           ``passkeys``: and how its holder signs a decision

A case and its rules, in the order of reading:

``request``                what is asked; ``grounds``: how each is affected; ``attachments``: which files it may carry;
                           ``likeness``: past cases like it;
                           ``recorded_request``: requests as older versions recorded them
``case``                   the whole state of one case; ``case_size``: how much of it travels
``commands``, ``events``   what a post may say, and what then has happened
``rules``                  (state, command, now) -> events, or a ``refusal`` that says why
``reasons``                what rules state, as codes with facts; ``old_sentences``: what logs have from before
``ladder``                 what waits, and when the clock acts on it; ``ladder_subjects``: what that can be
``evolve``                 (state, event) -> state
``verification``           who verifies an outcome
``endorsement``            who endorses a later admission, and when there are enough
``rhythms``                how often, as people write it
``agenda``, ``duties``     who holds the ball, until when, and what happens by itself; what each post is asked to do
``recommendation``         the follow-up of a recommendation, apart from its case

Who sees what, and who is told:

``visibility``             who may see a case, which sections, and why
``names``                  names of states and organisations as people write them, and where they stand in a text
``release``                what a circulation may say; ``circulation_preview``: a circulation before it goes out
``notices``                who is told of an event; ``asks``: what a notice asks, and what its link may answer
``mail_preferences``       when a mail goes to whoever holds a post: at once, later, in a digest, or not at all
``returns``                what came back for a mail: delivery reports and automatic answers

What is recorded:

``log``                    the hash chain over the events; ``evidence``: what outside the database tells of it
``stamps``                 by what it is seen that a worker wrote an entry
``merkle``                 the tree of the heads of all logs; ``checkpoints``, ``notes``: signed and cosigned states of it
``readings``               what is written down when somebody reads what not all may see
``projection``             the rows by which lists and pages show a case; ``apart``: what differs between two states
``search``                 the texts by which it is found; ``search_words``: how words are compared

``limits``                 how much one may say, and how much a case holds; ``too_much``: how it is refused
``base`` is what all values share; ``faults`` and ``nearest`` say what is wrong with a value, and which word was meant.
``tables`` is the other half: the SQLModel tables. Nothing above imports it.
"""
