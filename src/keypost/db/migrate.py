"""Brings a database to the current schema, before anything else opens it."""

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection
from sqlalchemy.exc import DBAPIError, SQLAlchemyError
from sqlalchemy.ext.asyncio import create_async_engine
from sqlalchemy.pool import NullPool

from keypost.db.connecting import async_url
from keypost.db.sqlite_engines import writing_engine
from keypost.errors import Fault


def migrate_sqlite(path: Path) -> None:
    """Foreign keys are off while tables are rebuilt (a rebuild deletes the old table, and would delete its children)
    and checked as a whole before the commit: a migration happens whole, or not at all. Where there was nothing to
    migrate nothing is checked, for it reads every row, and what is written otherwise is held by the keys themselves.
    """
    try:
        _migrate_sqlite(path)
    except DBAPIError as error:
        raise Fault(f"The database {path} cannot be used: {error.orig}.") from error
    path.chmod(0o600)


def _migrate_sqlite(path: Path) -> None:
    with writing_engine(path).connect() as connection:
        connection.exec_driver_sql("PRAGMA foreign_keys = OFF")
        connection.exec_driver_sql("PRAGMA temp_store = FILE")  # An index of millions of rows is sorted for it.
        connection.exec_driver_sql("BEGIN IMMEDIATE")
        try:
            if upgrade(connection):
                _require_whole(connection)
            connection.exec_driver_sql("COMMIT")
        except BaseException:
            connection.exec_driver_sql("ROLLBACK")
            raise


def _require_whole(connection: Connection) -> None:
    broken = connection.exec_driver_sql("PRAGMA foreign_key_check").fetchall()
    if broken:
        raise Fault(f"The migration would leave {len(broken)} rows of {broken[0][0]} that point nowhere.")


async def migrate_postgres(url: str) -> None:
    engine = create_async_engine(async_url(url), poolclass=NullPool, hide_parameters=True)
    try:
        async with engine.begin() as connection:
            await connection.run_sync(upgrade)
    except SQLAlchemyError as error:
        kind = type(error).__name__
        raise Fault(f"The schema could not be brought up to date ({kind}), and is as it was.") from error
    finally:
        await engine.dispose()


def upgrade(connection: Connection) -> bool:
    """Whether there was anything to do."""
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations").replace("%", "%%"))
    config.attributes["connection"] = connection
    versions = MigrationContext.configure(connection)
    before = versions.get_current_heads()
    _require_known(before, ScriptDirectory.from_config(config))
    command.upgrade(config, "head")
    return versions.get_current_heads() != before


def _require_known(heads: tuple[str, ...], scripts: ScriptDirectory) -> None:
    known = {script.revision for script in scripts.walk_revisions()}
    for head in heads:
        if head not in known:
            newest = scripts.get_current_head()
            raise Fault(
                f"The database is of a newer Keypost: its schema is {head}, and this version knows {newest} at most. "
                "Start the newer one, or put a backup back that is older."
            )
