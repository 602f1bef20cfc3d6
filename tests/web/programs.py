"""Programs in a test's hands: tokens for posts, and cases that were played on a table and then recorded."""

from collections.abc import Iterable
from datetime import timedelta
from typing import Any

import httpx
from sqlalchemy.ext.asyncio import AsyncEngine

from db import write_transaction
from models.posts import Post
from models.projection import Step, step_of
from models.rules import Transition
from records import api_tokens
from records.api_tokens import Scope
from records.log import append
from tests.tabletop import Tabletop
from tests.web.place import Place, address_of

ALL = (Scope.READ, Scope.WRITE)


async def token_for(place: Place, post: str, scopes: Iterable[Scope] = ALL) -> str:
    """A token of the holder of a post, for a day."""
    expires_at = place.now + timedelta(days=1)
    if post.endswith("/auditor"):
        await place.sql(
            "INSERT INTO holders (post, name, email, language) VALUES (:post, 'An auditor', :email, 'en') "
            "ON CONFLICT DO NOTHING",
            post=post,
            email=address_of(post),
        )
    return await api_tokens.new_api_token(
        place.engine, address_of(post), Post(post), "A program", tuple(scopes), expires_at=expires_at, now=place.now
    )


async def program(place: Place, post: str, scopes: Iterable[Scope] = ALL) -> httpx.AsyncClient:
    """A program that acts for a post; its addresses begin after ``/api/v1``."""
    token = await token_for(place, post, scopes)
    return httpx.AsyncClient(
        transport=httpx.ASGITransport(place.app),
        base_url=f"{place.settings.public_url}/api/v1",
        headers={"Authorization": f"Bearer {token}"},
    )


class Recorded(Tabletop):
    """A case on the table that can be recorded as it stands, under a number of its own."""

    def __init__(self, number: int = 1, **given: Any) -> None:
        super().__init__(**given)
        self.case = self.case.model_copy(update={"reference": f"AHG-2026-{number:03d}"})
        self._unrecorded: list[Transition] = []

    def _took(self, taken: Transition) -> Transition:
        self._unrecorded.append(taken)
        return super()._took(taken)

    async def record(self, place: Place) -> str:
        """Write what has happened since the last time; returns the reference."""
        return await self.record_in(place.engine)

    async def record_in(self, engine: AsyncEngine) -> str:
        """The same, in records without pages."""
        async with write_transaction(engine) as connection:
            for taken in self._unrecorded:
                await connection.run_sync(append, [_step(taken)])
        self._unrecorded.clear()
        return self.case.reference


_STEPS: dict[str, Step] = {}


def _step(taken: Transition) -> Step:
    """The step that records a transition; many tests record the same."""
    newest = taken.after.head
    if newest not in _STEPS:
        _STEPS[newest] = step_of(taken)
    return _STEPS[newest]
