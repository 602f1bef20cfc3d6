"""Who is asking: the session's account, and the post that it acts as."""

from typing import Annotated, Any
from urllib.parse import quote

from fastapi import Depends, HTTPException, Request

from models.base import Value
from models.posts import Post, Role
from records import people
from web.site import Site

__all__ = ["Maybe", "SignInFirst", "SignedIn", "Visitor", "current_site", "only", "visitor_of"]


class Visitor(Value):
    """A person who is signed in. ``post`` is the one that acts; ``posts`` are all that the directory gives them now.

    ``number`` names the session in lists; ``form_key`` is what every form of the session carries.
    """

    email: str
    name: str
    post: Post
    posts: tuple[Post, ...]
    number: str
    form_key: str
    strong: bool = False
    language: str = ""
    zone: str = "UTC"


class SignInFirst(Exception):
    """The page is for people who are signed in. ``to``: where signing in goes on, a path of this site."""

    def __init__(self, to: str) -> None:
        super().__init__(to)
        self.to = to


def current_site(request: Request) -> Site:
    """The parts of the application that answers this request."""
    found: Site = request.app.state.site
    return found


async def visitor_of(request: Request, *, touch: bool = True) -> Visitor | None:
    """Who is signed in; None when nobody is. A post that was handed over is lost at once.

    Without ``touch`` the session does not count as seen.

    Raises:
        SignInFirst: the post that acts needs the second factor, and the session has not shown it.
    """
    site = current_site(request)
    token = request.cookies.get(people.cookie_name(site.secure), "")
    if not token:
        return None
    now = site.clock()
    session = await people.session_of(site.engine, token, now, touch=touch)
    if session is None:
        return None
    async with site.engine.connect() as connection:
        posts = await people.posts_of(connection, session.email, now.date())
        holder = await people.person(connection, session.email, now.date())
    if not posts:
        return None
    usable = [post for post in posts if session.strong or not people.needs_second_factor(post)]
    post = Post(session.post) if session.post in posts else (usable or posts)[0]
    if post not in usable:
        raise SignInFirst("/second-factor")
    return Visitor(
        email=session.email, name=holder.name, post=post, posts=posts, number=session.number,
        form_key=session.form_key, strong=session.strong, language=session.language or holder.language,
        zone=session.zone or holder.zone,
    )  # fmt: skip


async def _maybe(request: Request) -> Visitor | None:
    """Asked once a request, however many dependencies ask."""
    if not hasattr(request.state, "visitor"):
        request.state.visitor = await visitor_of(request)
    found: Visitor | None = request.state.visitor
    return found


async def _signed_in(request: Request, visitor: Annotated[Visitor | None, Depends(_maybe)]) -> Visitor:
    if visitor is None:
        target = request.url.path + (f"?{request.url.query}" if request.url.query else "")
        back = f"?next={quote(target, safe='')}" if request.method == "GET" and target != "/" else ""
        raise SignInFirst(f"/sign-in{back}")
    return visitor


Maybe = Annotated[Visitor | None, Depends(_maybe)]
SignedIn = Annotated[Visitor, Depends(_signed_in)]


def only(*roles: Role) -> Any:
    """A dependency that answers 404 to every post but those of these roles: they learn nothing of the page."""

    async def check(visitor: SignedIn) -> Visitor:
        if visitor.post.role not in roles:
            raise HTTPException(404)
        return visitor

    return Depends(check)
