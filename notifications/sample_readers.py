"""The readers of sample mails: the present holders of posts, with their time zones and languages."""

from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncConnection

from models.posts import Post
from notifications.correspondents import MailReader
from notifications.environment import mail_languages
from notifications.preview import reader_of
from records.directory import zone_of_member
from records.offices import addressee_of


async def sample_reader(
    connection: AsyncConnection, kind: str, *, post: Post | None, language: str, now: datetime
) -> MailReader:
    """The reader of a kind of notice for a post (None: one that may get it) in a language (empty: that of its holder).

    Where nobody holds the post, name and address are made up.
    """
    reader = reader_of(kind)
    post = post or reader.post
    addressee = await addressee_of(connection, post, reader.capacity, now)
    spoken = language if language in mail_languages() else addressee.language if addressee else "en"
    reader = reader.model_copy(
        update={"post": post, "zone": await zone_of_member(connection, post.member), "language": spoken}
    )
    if addressee is None:
        return reader
    return reader.model_copy(update={"name": addressee.name, "address": addressee.email})
