"""The posts that are offered to a person, by mail address: whom a post is offered has no other access to it."""

from sqlalchemy import exists, select
from sqlalchemy.ext.asyncio import AsyncConnection

from models.case import Stage
from models.directory_changes import ChangeKind
from models.mail_addresses import folded
from models.tables import TABLES
from models.tables.cases import OfferRow
from records.rows import fetch_rows

_OFFERS, _CASES = TABLES.tables["offers"], TABLES.tables["cases"]
_CHANGES = TABLES.tables["directory_changes"]
_ENDED = tuple(stage.value for stage in Stage if stage.ended)


async def offers_to(connection: AsyncConnection, email: str) -> list[OfferRow]:
    """What is offered to this address and stands: its case goes on, and the post has not changed hands since.

    Compared here and not in SQL, whose idea of capitals differs from database to database.
    """
    wanted = folded(email)
    if not wanted:
        return []
    o, c = _OFFERS.c, _CHANGES.c
    since = exists().where(c.about == o.post, c.kind == ChangeKind.HANDED_OVER, c.at > o.offered_at)
    going_on = exists().where(_CASES.c.reference == o.reference, _CASES.c.stage.not_in(_ENDED))
    rows = await fetch_rows(connection, select(OfferRow).where(going_on, ~since).order_by(o.post, o.reference))
    return [row for row in rows if folded(row.email) == wanted]


async def offer_to(connection: AsyncConnection, email: str, reference: str, post: str) -> OfferRow | None:
    """One of them; None where it does not stand."""
    mine = await offers_to(connection, email)
    return next((row for row in mine if (row.reference, row.post) == (reference, post)), None)
