"""Pages and the JSON API, for people and programs.

``app``         the application put together: the order of the pages, and the answers to faults
``serve``       the program that serves them, and cuts off requests that come half
``signin``      signing in: by a link that is mailed, by an identity provider, with a second factor
``account``     the account: its posts, sessions, preferences and tokens
``lists``       what is to do, the board, the list of cases, the search
``request``     the request of a member: its form, its files, its new versions
``case``        one case: its page, its commands, its log, its notices
``mail``        mails: what a post gets, what is stuck, and the links in mails that act without signing in
``admin``       the directory, the policy, and every kind of notice beforehand
``api``         the JSON API
``monitoring``  liveness, readiness and metrics, for the machines that watch this one
``kit``         what the rooms share: who asks, templates, forms, security; it imports none of the rooms
``templates``   the templates, in a folder for each room; ``static`` and ``locale``: style, script, icon, translations
"""
