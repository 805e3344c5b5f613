"""What people really connect with: drivers and tools that each speak the protocol in their own way."""
import asyncio
import os
import signal
import socket
import ssl
import subprocess
from pathlib import Path

import asyncpg
import pg8000.dbapi
import psycopg
import pytest

from waiting import eventually

BIN = Path("/usr/lib/postgresql/15/bin")


@pytest.fixture(autouse=True)
def names_of_this_machine(monkeypatch):
    """Drivers that cannot be told an address look the name up: it means this machine, as it does in the public DNS."""
    real = socket.getaddrinfo
    monkeypatch.setattr(socket, "getaddrinfo", lambda host, *rest, **more: real(
        "127.0.0.1" if str(host).endswith(".localtest.me") else host, *rest, **more))


def tls(fleet):
    return ssl.create_default_context(cafile=fleet.description["ca_file"])


@pytest.fixture
def table(fleet):
    """A table of ten thousand rows, and its name."""
    with fleet.connect() as connection:
        connection.execute("drop table if exists items")
        connection.execute("create table items (id int primary key, name text, price numeric, at timestamptz)")
        connection.execute(
            "insert into items select n, 'item ' || n, n / 7.0, '2026-01-01'::timestamptz + n * interval '1 minute' "
            "from generate_series(1, 10000) n")
    yield "items"
    with fleet.connect() as connection:
        connection.execute("drop table items")


# psycopg 3


def test_psycopg_pipeline(fleet):
    with fleet.connect() as connection, connection.pipeline() as pipeline:
        cursors = [connection.execute("select %s::int * 2", (n,)) for n in range(500)]
        pipeline.sync()
        assert [cursor.fetchone()[0] for cursor in cursors] == [2 * n for n in range(500)]


def test_psycopg_pipeline_goes_on_after_an_error(fleet):
    with fleet.connect() as connection:
        with pytest.raises(psycopg.errors.DivisionByZero), connection.pipeline():
            connection.execute("select 1 / 0")
            connection.execute("select 1")
        assert connection.execute("select 3").fetchone() == (3,)


def test_psycopg_binary_copy_both_ways(fleet, table):
    with fleet.connect() as connection, connection.cursor() as cursor:
        with cursor.copy(f"copy {table} to stdout (format binary)") as copy:
            content = b"".join(bytes(data) for data in copy)
        cursor.execute(f"create temp table again (like {table})")
        with cursor.copy("copy again from stdin (format binary)") as copy:
            copy.write(content)
        cursor.execute(f"select count(*) from (table {table} except table again) rest")
        assert cursor.fetchone() == (0,)
        cursor.execute("select count(*) from again")
        assert cursor.fetchone() == (10000,)


def test_psycopg_copy_that_fails_halfway_leaves_the_session_well(fleet):
    with fleet.connect() as connection, connection.cursor() as cursor:
        cursor.execute("create temp table numbers (n int)")
        with pytest.raises(psycopg.errors.InvalidTextRepresentation), cursor.copy("copy numbers from stdin") as copy:
            for _ in range(5000):
                copy.write(b"1\n" * 1000 + b"no number\n")
        assert cursor.execute("select count(*) from numbers").fetchone() == (0,)


def test_psycopg_async_with_many_connections(fleet):
    async def one(number):
        conninfo = fleet.conninfo(number % 2)
        async with await psycopg.AsyncConnection.connect(**conninfo, autocommit=True) as connection:
            cursor = await connection.execute("select %s::int", (number,))
            return (await cursor.fetchone())[0]

    async def all_of_them():
        return await asyncio.gather(*(one(number) for number in range(40)))

    assert asyncio.run(all_of_them()) == list(range(40))


def test_psycopg_server_side_cursor_prepared_and_notify(fleet):
    with fleet.connect() as listener, fleet.connect(proxy=1) as speaker:
        listener.execute("listen news")
        with speaker.transaction(), speaker.cursor(name="stream") as cursor:
            cursor.itersize = 100
            cursor.execute("select generate_series(1, 1000)")
            assert sum(row[0] for row in cursor) == 500500
        for number in range(20):
            assert speaker.execute("select %s::int", (number,), prepare=True).fetchone() == (number,)
        speaker.execute("notify news, 'it works'")
        assert next(listener.notifies()).payload == "it works"


# Other drivers


def test_asyncpg(fleet, table):
    known = fleet.conninfo()

    async def work():
        connection = await asyncpg.connect(
            host=known["host"], port=known["port"], user=known["user"], password=known["password"],
            database=known["dbname"], ssl=tls(fleet))
        try:
            statement = await connection.prepare(f"select sum(id) from {table} where id <= $1")
            assert await statement.fetchval(100) == 5050
            await connection.execute("create temp table copied (n int, word text)")
            await connection.copy_records_to_table("copied", records=[(n, f"word {n}") for n in range(5000)])
            assert await connection.fetchval("select count(*) from copied where word = 'word ' || n") == 5000
            async with connection.transaction():
                total = 0
                async for record in connection.cursor(f"select id from {table}"):
                    total += record["id"]
            assert total == 50005000
            with pytest.raises(asyncio.TimeoutError):
                await connection.fetchval("select pg_sleep(60)", timeout=0.5)
            assert await connection.fetchval("select 7") == 7, "asyncpg cancels by a cancel request, then goes on"
        finally:
            await connection.close()

    asyncio.run(work())


def test_pg8000(fleet, table):
    known = fleet.conninfo()
    connection = pg8000.dbapi.connect(
        host=known["host"], port=known["port"], user=known["user"], password=known["password"],
        database=known["dbname"], ssl_context=tls(fleet))
    try:
        cursor = connection.cursor()
        cursor.execute(f"select count(*), sum(price) > 0 from {table} where id > %s", (5000,))
        assert tuple(cursor.fetchone()) == (5000, True)
        with pytest.raises(pg8000.dbapi.DatabaseError) as caught:
            cursor.execute("select * from nowhere")
        assert caught.value.args[0]["C"] == "42P01"
        connection.rollback()
    finally:
        connection.close()


def test_jdbc(fleet, tmp_path):
    known, hosts = fleet.conninfo(), tmp_path / "hosts"
    hosts.write_text(f"127.0.0.1 {known['host']}\n")
    source = Path(__file__).parent / "jdbc" / "Clients.java"
    done = subprocess.run(
        ["java", f"-Djdk.net.hosts.file={hosts}", "-cp", "/usr/share/java/postgresql.jar", source,
         f"jdbc:postgresql://{known['host']}:{known['port']}/{known['dbname']}", known["user"], known["password"],
         known["sslrootcert"]], capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stderr
    assert int(done.stdout.split()[-1]) > 40


# PostgreSQL's own tools


def test_psql_runs_a_script_and_keeps_its_habits(fleet):
    script = "\\set QUIET on\n\\timing off\nselect 1;\n\\conninfo\nselect 1/0;\n\\echo :LAST_ERROR_SQLSTATE\n\\d\n"
    done = subprocess.run(
        ["psql", "-X", "-At"], input=script, env=environment(fleet), capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith("1\n")
    assert "22012" in done.stdout
    assert "SSL" in done.stdout


def environment(fleet, proxy=0, **changes):
    known = fleet.conninfo(proxy) | changes
    names = {"host": "PGHOST", "hostaddr": "PGHOSTADDR", "port": "PGPORT", "user": "PGUSER", "password": "PGPASSWORD",
             "dbname": "PGDATABASE", "sslmode": "PGSSLMODE", "sslrootcert": "PGSSLROOTCERT"}
    return os.environ | {names[key]: str(value) for key, value in known.items() if key in names}


def test_pg_dump_and_pg_restore(fleet, table, tmp_path):
    file = tmp_path / "dump"
    dumped = fleet.run(str(BIN / "pg_dump"), "-Fc", "-t", table, "-f", str(file))
    assert dumped.returncode == 0, dumped.stderr
    with fleet.connect() as connection:
        before = checksum(connection, table)
        connection.execute(f"drop table {table}")
    restored = fleet.run(str(BIN / "pg_restore"), "-d", fleet.conninfo()["dbname"], str(file))
    assert restored.returncode == 0, restored.stderr
    with fleet.connect() as connection:
        assert checksum(connection, table) == before


def checksum(connection, table):
    return connection.execute(f"select md5(string_agg(t::text, ',' order by id)) from {table} t").fetchone()[0]


# Replication


def test_pg_receivewal_streams_the_log(lone, database, tmp_path):
    """Physical replication: a walsender in COPY BOTH, both sides talking."""
    folder = tmp_path / "wal"
    folder.mkdir()
    with database.connect() as connection:
        connection.execute("create table if not exists filler (t text)")
        receiver = subprocess.Popen(
            [BIN / "pg_receivewal", "-D", folder, "--no-sync", "-v"], env=lone.environment_of_tools(), stderr=subprocess.PIPE,
            text=True)
        try:
            eventually(lambda: connection.execute(
                "select count(*) from pg_stat_replication where application_name = 'pg_receivewal' and state = 'streaming'"
            ).fetchone() == (1,), 30, "the walsender")
            finished = connection.execute("select pg_walfile_name(pg_current_wal_lsn())").fetchone()[0]
            connection.execute("insert into filler select repeat('x', 1000) from generate_series(1, 20000)")
            connection.execute("select pg_switch_wal()")
            eventually(lambda: (folder / finished).exists(), 60, "a whole segment")
        finally:
            receiver.send_signal(signal.SIGINT)
            status = receiver.wait(timeout=20)
            words = receiver.stderr.read()
            receiver.stderr.close()
    assert status == 0, words
    assert (folder / finished).read_bytes() == (database.data / "pg_wal" / finished).read_bytes()


def test_pg_recvlogical_streams_changes(lone, database, tmp_path):
    """Logical replication: `replication=database`."""
    output = tmp_path / "changes"
    with database.connect() as connection:
        connection.execute("create table if not exists changed (n int)")
        environment = lone.environment_of_tools()
        made = subprocess.run([BIN / "pg_recvlogical", "-d", "postgres", "--slot", "through_us", "--create-slot", "-P",
                               "test_decoding"], env=environment, capture_output=True, text=True, timeout=60)
        assert made.returncode == 0, made.stderr
        receiver = subprocess.Popen(
            [BIN / "pg_recvlogical", "-d", "postgres", "--slot", "through_us", "--start", "-f", output, "-F", "1", "-s", "1"],
            env=environment, stderr=subprocess.PIPE, text=True)
        try:
            connection.execute("insert into changed select generate_series(1, 1000)")
            eventually(lambda: output.exists() and output.read_text().count("table public.changed: INSERT") == 1000, 60,
                       "a thousand changes")
        finally:
            receiver.send_signal(signal.SIGINT)
            receiver.wait(timeout=20)
            receiver.stderr.close()
        eventually(lambda: connection.execute(
            "select active from pg_replication_slots where slot_name = 'through_us'").fetchone() == (False,), 30, "the end")
        connection.execute("select pg_drop_replication_slot('through_us')")


def test_pg_basebackup(lone, database, tmp_path):
    """A base backup and the log beside it: two connections, one of them copying the whole cluster."""
    done = subprocess.run(
        [BIN / "pg_basebackup", "-D", tmp_path / "backup", "-X", "stream", "-c", "fast", "--no-sync"],
        env=lone.environment_of_tools(), capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stderr
    verified = subprocess.run([BIN / "pg_verifybackup", tmp_path / "backup"], capture_output=True, text=True, timeout=60)
    assert verified.returncode == 0, verified.stderr
