"""People: who they are, how they are signed in, and the tokens of their programs. One door to what stands apart.

``holders``        which posts an address holds today
``sign_ins``       links that are sent, and used once
``sessions``       who is signed in
``second_factor``  one-time codes
``api_tokens``     tokens for programs
"""

from models.posts import needs_second_factor
from records.api_tokens import (
    LONGEST_TOKEN_LIFE,
    ApiToken,
    Scope,
    TooManyTokens,
    end_token,
    new_api_token,
    token_of,
    tokens_of,
)
from records.holders import Person, folded, person, posts_of
from records.second_factor import Proof, Shown, enrol, replace_secret, reset_account, sealed_secret, show_code
from records.sessions import (
    IDLE,
    LIFETIME,
    Session,
    choose_post,
    cookie_name,
    end_all_sessions,
    end_session,
    session_of,
    sessions_of,
    set_preferences,
)
from records.sign_ins import LINK_LIFETIME, Asked, SignedIn, TooMany, ask_link, begin_for, link_of, use_link

__all__ = [
    "IDLE", "LIFETIME", "LINK_LIFETIME", "LONGEST_TOKEN_LIFE", "ApiToken", "Asked", "Person", "Proof", "Scope",
    "Session", "Shown", "SignedIn", "TooMany", "TooManyTokens", "ask_link", "begin_for", "choose_post", "cookie_name",
    "end_all_sessions", "end_session", "end_token", "enrol", "folded", "link_of", "needs_second_factor",
    "new_api_token", "person", "posts_of", "replace_secret", "reset_account", "sealed_secret", "session_of",
    "sessions_of", "set_preferences", "show_code", "token_of", "tokens_of", "use_link",
]  # fmt: skip
