"""Signing in. There are no passwords.

``by_mail``         a mail address, a link by mail, a button; and signing out
``known_browsers``  browsers in which people have signed in
``openid``          signing in with the identity provider of the deployment (``web.kit.identity_provider``)
``second_factor``   enrolling the second factor and showing it in a session
``one_time_codes``  the codes of an authenticator app (RFC 6238)
"""
