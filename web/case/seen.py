"""What a post sees of a case, and what it may do on it."""

from typing import Annotated, Any, NamedTuple

from fastapi import Depends, HTTPException, Request
from fastapi.responses import HTMLResponse

from models.case import Case
from models.duties import open_duties
from models.posts import Post, Role
from models.rules import allowed
from models.visibility import Seen, Sight, as_seen, sits_as_co_chair
from notifications.words import Words
from web.kit.render import names_in, render, words_of_page
from web.kit.roles import LedgerReader
from web.kit.visitor import SignedIn, Visitor, current_site
from web.kit.wording import Translate, has_page


async def seen_or_404(request: Request, reference: str, post: Post) -> tuple[Case, Seen]:
    """The case, for the rules, and as the post sees it, for the page. 404 alike when it is absent and when unseen."""
    written = reference.isascii() and reference.isprintable()  # else no database can be asked for it
    case = await current_site(request).files.read(reference) if written else None
    seen = as_seen(case, post) if case is not None else None
    if case is None or seen is None:
        raise HTTPException(404)
    return case, seen


class CaseVisit(NamedTuple):
    """A visitor at a case: ``case`` is for the rules, ``seen`` for the page."""

    request: Request
    visitor: Visitor
    case: Case
    seen: Seen

    @property
    def whole(self) -> bool:
        """Whether the visitor's post sees the whole case."""
        return self.seen.sight is Sight.CASE

    @property
    def words(self) -> tuple[Words, Translate]:
        """The words for posts and the like, and the translation of one text."""
        return words_of_page(self.request, self.visitor, names_in(self.case))

    def page(self, template: str, status: int = 200, **context: Any) -> HTMLResponse:
        """A page of the case as the post sees it."""
        return render(self.request, template, status, case=self.seen.case, **context)


async def visit_case(request: Request, visitor: SignedIn, reference: str) -> CaseVisit:
    """The visit of who is signed in. 404 alike when the case is absent and when the visitor's post does not see it."""
    return CaseVisit(request, visitor, *await seen_or_404(request, reference, visitor.post))


async def _visit_ledger(request: Request, visitor: LedgerReader, reference: str) -> CaseVisit:
    at = await visit_case(request, visitor, reference)
    if visitor.post.role is Role.CO_CHAIR and not sits_as_co_chair(at.case, visitor.post):
        raise HTTPException(404)  # a requester has no such pages either
    return at


AtCase = Annotated[CaseVisit, Depends(visit_case)]
"""The visit of whoever is signed in and sees something of the case; 404 to the others."""

AtLedger = Annotated[CaseVisit, Depends(_visit_ledger)]
"""The visit of a post that may read the ledger of notices; 404 to the others."""


def hidden_sections(case: Case, seen: Seen) -> list[str]:
    """The sections of the request that the reader may not read, so that nobody is misled by what is missing."""
    whole, shown = case.request, seen.case.request
    return [name for name in whole.confidential if getattr(shown, name) != getattr(whole, name)]


def actions_of(case: Case, post: Post) -> list[str]:
    """What the post may do on this case now and has a page for, the post's duties first."""
    mine = [duty.do for duty in open_duties(case) if duty.post == post]
    may = allowed(case, post)
    return [do for do in dict.fromkeys((*mine, *may)) if do in may and has_page(do)]
