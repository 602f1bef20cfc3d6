"""What the product's own database role may do on PostgreSQL, where another role owns the tables and migrates."""

from sqlalchemy import text
from sqlalchemy.engine import make_url
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from db import write_transaction
from models.tables import APPEND_ONLY


async def grant_to_product(engine: AsyncEngine, product: str) -> None:
    """Let the role in the address ``product`` use the tables of this engine's role, and only add to what is kept.

    Any number of times is the same as once.
    """
    role = make_url(product).username or ""
    async with write_transaction(engine) as connection:
        name = connection.dialect.identifier_preparer.quote(role)
        kept = ", ".join(APPEND_ONLY)
        for statement in (
            f"GRANT USAGE ON SCHEMA public TO {name}",
            f"GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO {name}",
            f"GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA public TO {name}",
            f"REVOKE UPDATE, DELETE, TRUNCATE, REFERENCES, TRIGGER ON {kept} FROM {name}",
            f"REVOKE INSERT, UPDATE, DELETE ON alembic_version FROM {name}",
        ):
            await connection.exec_driver_sql(statement)


async def changeable(connection: AsyncConnection) -> list[str]:
    """The tables of the record of which this connection's role could change or delete rows; none on SQLite, which has no
    roles. An owner of a table could, since it can take the triggers away.
    """
    if connection.dialect.name != "postgresql":
        return []
    query = text(
        "SELECT has_table_privilege(:table, 'UPDATE') OR has_table_privilege(:table, 'DELETE') "
        "OR has_table_privilege(:table, 'TRUNCATE') OR pg_has_role(relowner, 'USAGE') "
        "FROM pg_class WHERE oid = CAST(CAST(:table AS text) AS regclass)"
    )
    return [table for table in APPEND_ONLY if await connection.scalar(query, {"table": table})]
