"""Who is asking: the session's account, and the post that it acts as."""

from collections.abc import Iterable
from typing import Annotated, Any
from urllib.parse import quote

from fastapi import Depends, HTTPException, Request

from models.authentication import Means, means_of_session
from models.base import Value
from models.posts import SECRETARIAT, Capacity, Post, Role, needs_second_factor
from models.visibility import Sight, sits_as_co_chair, why_seen
from records import holders, sessions
from records.directory import zone_of_member
from web.kit.site import Site


class Audience(Value):
    """The view of a case as another post sees it: the viewer's own post, how much is seen, and the rule that says so."""

    reference: str
    own: Post
    sees: Sight
    why: str


class Visitor(Value):
    """A person who is signed in. ``post`` is the one that acts; ``posts`` are all that the directory gives them now.

    ``audience``: set where the page is shown as ``post`` would see it, to somebody else, who can do nothing on it.
    ``number`` names the session in lists; ``form_key`` is what every form of the session carries. ``means``: by what the
    person is known at this moment; ``capacity``: as whose it acts for the post.
    """

    email: str
    name: str
    post: Post
    posts: tuple[Post, ...]
    number: str
    form_key: str
    strong: bool = False
    means: Means = Means.SESSION
    capacity: Capacity | None = None
    language: str = ""
    zone: str = "UTC"
    audience: Audience | None = None


class ProveFirst(Exception):
    """A form asks for what only a person does who proves at that moment who it is.

    ``sent``: its fields by name, which are sent again with the second factor; ``to``: where, a path of this site.
    """

    def __init__(self, to: str, sent: Iterable[tuple[str, str]]) -> None:
        super().__init__(to)
        self.to = to
        self.sent = tuple(sent)


LONGEST_PATH = 1000
"""Characters of a path of this site, with its query, to which somebody is led on."""


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
    token = request.cookies.get(sessions.cookie_name(site.secure), "")
    if not token:
        return None
    now = site.clock()
    session = await sessions.session_of(site.engine, token, now, touch=touch)
    if session is None:
        return None
    async with site.engine.connect() as connection:
        capacities = await holders.capacities_of(connection, session.email, now)
        holder = await holders.person_of(connection, session.email, now)
    posts = tuple(capacities)
    if not posts:
        return None
    usable = [post for post in posts if session.strong or not needs_second_factor(post)]
    post = Post(session.post) if session.post in posts else (usable or posts)[0]
    if post not in usable:
        raise SignInFirst("/second-factor")
    return Visitor(
        email=session.email,
        name=holder.name,
        post=post,
        posts=posts,
        number=session.number,
        form_key=session.form_key,
        strong=session.strong,
        means=means_of_session(session.strong_at, now),
        capacity=capacities[post],
        language=session.language or holder.language,
        zone=session.zone or holder.zone,
    )


async def _maybe(request: Request) -> Visitor | None:
    """The visitor, looked up once for each request."""
    if not hasattr(request.state, "visitor"):
        request.state.visitor = await visitor_of(request)
    found: Visitor | None = request.state.visitor
    return found


async def _signed_in(request: Request, visitor: Annotated[Visitor | None, Depends(_maybe)]) -> Visitor:
    if visitor is None:
        target = request.url.path + (f"?{request.url.query}" if request.url.query else "")
        known = request.method == "GET" and target != "/" and len(target) <= LONGEST_PATH
        back = f"?next={quote(target, safe='')}" if known else ""
        raise SignInFirst(f"/sign-in{back}")
    of_a_case = request.url.path.startswith("/cases/") and "reference" in request.path_params
    if of_a_case and "as" in request.query_params:
        visitor = await _as_another(request, visitor, request.query_params["as"])
        request.state.visitor = visitor
    return visitor


async def _as_another(request: Request, visitor: Visitor, wanted: str) -> Visitor:
    """The visitor for a page as another post sees it. 404 unless the viewer sees all of the case.

    It carries no form key, so that no form of the page acts, and is taken for reading alone.
    """
    reference = request.path_params["reference"]
    written = reference.isascii() and reference.isprintable()
    case = await current_site(request).files.read(reference) if written else None
    may = case is not None and (visitor.post == SECRETARIAT or sits_as_co_chair(case, visitor.post))
    if case is None or not may or request.method not in ("GET", "HEAD"):
        raise HTTPException(404)
    try:
        post = Post(wanted)
    except ValueError:
        raise HTTPException(404) from None
    if not case.directory.holds(post):
        raise HTTPException(404)
    async with current_site(request).engine.connect() as connection:
        zone = await zone_of_member(connection, post.member)
    sees, why = why_seen(case, post)
    looking = Audience(reference=reference, own=visitor.post, sees=sees, why=why)
    return visitor.model_copy(
        update={"post": post, "posts": (post,), "capacity": None, "form_key": "", "zone": zone, "audience": looking}
    )


SignedIn = Annotated[Visitor, Depends(_signed_in)]
MaybeSignedIn = Annotated[Visitor | None, Depends(_maybe)]


def only(*roles: Role) -> Any:
    """A dependency that answers 404 to every post but those of these roles: they learn nothing of the page."""

    async def check(visitor: SignedIn) -> Visitor:
        if visitor.post.role not in roles:
            raise HTTPException(404)
        return visitor

    return Depends(check)
