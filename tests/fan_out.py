"""Many notices at once, as a circulation queues them."""

from datetime import UTC, datetime

from db import write_transaction
from models.posts import Post, Role
from models.tables import TABLES
from tests.rig import Rig

TEXT = "The group has met in Đà Nẵng."


async def fan_out(parts: Rig, number: int) -> None:
    """A notice of the case to each of so many posts, whose holders are at ``desk@m0.example`` and so on.

    Each has an alternate, at ``alternate@m0.example``.
    """
    posts = [Post.of(f"M{one}", Role.FOCAL_POINT) for one in range(number)]
    holders = [
        {"post": post, "name": f"Desk {post}", "email": f"desk@{post.member.lower()}.example", "language": "en"}
        for post in posts
    ]
    alternates = [
        {"post": post, "name": f"Alternate {post}", "email": f"alternate@{post.member.lower()}.example", "until": None}
        for post in posts
    ]
    facts = {"what": "summary", "names": "Malaysia, Thailand", "text": TEXT}
    notices = [
        {
            "key": f"{parts.reference}#1:circulated:{post}",
            "reference": parts.reference,
            "seq": 1,
            "kind": "circulated",
            "post": post,
            "capacity": "holder",
            "facts": facts,
            "queued_at": datetime.now(UTC),
            "state": "queued",
            "attempts": 0,
            "reserved_by": "",
            "address": "",
            "reply": "",
            "message_id": "",
            "instead_of": "",
            "reason": "",
            "settled_by": "",
        }
        for post in posts
    ]
    async with write_transaction(parts.engine) as connection:
        await connection.execute(TABLES.tables["holders"].insert(), holders)
        await connection.execute(TABLES.tables["alternates"].insert(), alternates)
        await connection.execute(TABLES.tables["notices"].insert(), notices)
