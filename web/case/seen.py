"""What a post sees of a case, and what it may do on it."""

from fastapi import HTTPException, Request

from models.case import Case
from models.duties import open_duties
from models.posts import Post
from models.rules import allowed
from models.visibility import Seen, as_seen
from notifications.addresses import OWN_PAGES
from web.kit.forms import FORMS
from web.kit.visitor import current_site


async def seen_or_404(request: Request, reference: str, post: Post) -> tuple[Case, Seen]:
    """The case, for the rules, and as the post sees it, for the page. 404 alike when it is absent and when unseen."""
    written = reference.isascii() and reference.isprintable()  # else no database can be asked for it
    case = await current_site(request).files.read(reference) if written else None
    seen = as_seen(case, post) if case is not None else None
    if case is None or seen is None:
        raise HTTPException(404)
    return case, seen


def names_in(case: Case) -> dict[str, str]:
    """Names of members by code, as the case's own directory has them."""
    return {code: member.name for code, member in case.directory.members.items()}


def actions_of(case: Case, post: Post) -> list[str]:
    """What the post may do on this case now and has a page for, the post's duties first."""
    mine = [duty.do for duty in open_duties(case) if duty.post == post]
    may = allowed(case, post)
    return [do for do in dict.fromkeys((*mine, *may)) if do in may and (do in FORMS or do in OWN_PAGES)]
