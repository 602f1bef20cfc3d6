"""What pages ask the directory of today."""

from models.posts import Post
from records import holders
from records.directory import names_of
from web.kit.site import Site


async def held_by(site: Site, email: str) -> tuple[Post, ...]:
    """The posts that an address holds today."""
    async with site.engine.connect() as connection:
        return await holders.posts_of(connection, email, site.clock())


async def member_names(site: Site) -> dict[str, str]:
    """Names of members by code, for saying posts."""
    async with site.engine.connect() as connection:
        return await names_of(connection)
