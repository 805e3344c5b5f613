"""Who or what keeps a compute awake, seen by a real agent at a real PostgreSQL whose clock reads another time zone."""
import contextlib
import os
import re
import shutil
import subprocess

import pytest

from agents import Agent, role
from conftest import new_folder
from lone import LoneProxy
from test_agent_secrets import NoControlPlane, verifier
from test_attached import Attached
from waiting import eventually

SETTINGS = {
    "timezone": "Asia/Kathmandu", "wal_level": "logical", "max_wal_senders": "10", "autovacuum_naptime": "1"}
# One page in 100 ms.
WEARS = "autovacuum_vacuum_threshold = 1, autovacuum_vacuum_cost_delay = 100, autovacuum_vacuum_cost_limit = 1"


class Watched(Agent):
    """A compute that nobody uses but the test; `meter` is not counted. Says all that it sees."""

    def __init__(self, folder, *arguments):
        LoneProxy(folder, NoControlPlane)._authority()
        secret = verifier("secret")
        super().__init__(
            folder, "127.0.0.1:9", "--monitor-ignore-role", "meter", *arguments,
            roles=[role("app", secret, replication="true"), role("meter", secret)],
            databases=[{"name": "shop", "owner": "app"}],
            settings=[{"name": name, "value": value, "vartype": "string"} for name, value in SETTINGS.items()])

    def __enter__(self):
        with verbose():
            return super().__enter__()

    def app(self, **changes):
        return self.connect(user="app", password="secret", **dict(dbname="shop") | changes)

    def meter(self):
        return self.connect(user="meter", password="secret")

    def environment(self):
        return os.environ | {
            "PGHOST": "127.0.0.1", "PGPORT": str(self.port), "PGSSLMODE": "require", "PGUSER": "app", "PGPASSWORD": "secret"}

    def text(self):
        return self.log.read_text()


@contextlib.contextmanager
def verbose():
    os.environ["SIDECAR_LOG_LEVEL"] = "debug"
    try:
        yield
    finally:
        del os.environ["SIDECAR_LOG_LEVEL"]


def news(agent):
    """What was told of the activity so far, in order."""
    return re.findall(r"running -> running: (active: \w+|idle|activity unknown)", agent.text())


def becomes(agent, word):
    eventually(lambda: news(agent)[-1:] == [word], 30, word)


@pytest.fixture(scope="module")
def compute():
    folder = new_folder()
    with Watched(folder) as agent:
        yield agent
    shutil.rmtree(folder, ignore_errors=True)


def test_a_client(compute):
    with compute.app() as connection:
        with connection.transaction():
            becomes(compute, "active: client")
        # Connected, and not at work.
        becomes(compute, "idle")


def test_our_own_sessions_and_those_that_only_measure(compute):
    with compute.meter() as meter, compute.administrator() as ours:
        # Whose they were cannot be said of sessions that came; these stay.
        becomes(compute, "idle")
        before = len(news(compute))
        with meter.transaction(), ours.transaction():
            ours.execute("select 1")
            looks = "select xact_commit from pg_stat_database where datname = 'postgres'"
            began = meter.execute(looks).fetchone()[0]

            def has_looked():
                meter.execute("select pg_stat_clear_snapshot()")
                return meter.execute(looks).fetchone()[0] > began + 10
            eventually(has_looked, 30, "looks of the agent's")
        assert not [word for word in news(compute)[before:] if word != "idle"]


def test_a_reader_of_changes(compute):
    slot = ["pg_recvlogical", "-d", "shop", "--slot", "reader"]
    subprocess.run([*slot, "-P", "test_decoding", "--create-slot"], env=compute.environment(), check=True, timeout=60)
    reader = subprocess.Popen([*slot, "--start", "-f", "/dev/null"], env=compute.environment())
    try:
        becomes(compute, "active: wal_sender")
    finally:
        reader.kill()
        reader.wait(timeout=30)
    # The slot is still there, and nobody reads from it.
    becomes(compute, "idle")
    subprocess.run([*slot, "--drop-slot"], env=compute.environment(), check=True, timeout=60)


def test_a_subscription(compute, database):
    with database.connect() as publisher, compute.administrator(dbname="shop") as subscriber:
        publisher.execute("create table told (n int primary key)")
        publisher.execute("create publication told for table told")
        subscriber.execute("create table told (n int primary key)")
        subscriber.execute(
            f"create subscription heard connection 'host=127.0.0.1 port={database.port} user=postgres dbname=postgres "
            f"password=\"{database.password}\"' publication told".replace('"', "''"))
        becomes(compute, "active: logical_subscription")
        publisher.execute("insert into told values (7)")
        eventually(lambda: subscriber.execute("select n from told").fetchall() == [(7,)], 30, "what was told")
        subscriber.execute("alter subscription heard disable")
        becomes(compute, "idle")
        subscriber.execute("drop subscription heard")
        publisher.execute("drop publication told; drop table told")


def vacuumed(agent):
    """Once a vacuum is at work, which goes on for longer than any test."""
    with agent.administrator() as ours:
        with agent.app() as connection:
            connection.execute(f"create table worn (n int) with ({WEARS})")
            connection.execute("insert into worn select generate_series(1, 200000)")
            connection.execute("delete from worn")
        workers = "select count(*) from pg_stat_activity where backend_type = 'autovacuum worker' and query like '%worn%'"
        eventually(lambda: ours.execute(workers).fetchone()[0] > 0, 60, "a vacuum")
        yield
        assert ours.execute(workers).fetchone()[0] > 0


def test_autovacuum_by_policy(compute):
    for _ in vacuumed(compute):
        becomes(compute, "active: autovacuum")
    folder = new_folder()
    with Watched(folder, "--monitor-ignore-autovacuum") as other:
        for _ in vacuumed(other):
            # Somebody comes and goes, which would be told again if it were something that counts.
            with other.app() as connection, connection.transaction():
                becomes(other, "active: client")
            becomes(other, "idle")
        assert "active: autovacuum" not in news(other)
    shutil.rmtree(folder, ignore_errors=True)


def test_a_copy_of_the_log(database):
    """At a Postgres that lets such readers in, which those of our own do not."""
    folder = new_folder()
    with verbose():
        agent = Attached(folder / "agent", database).start()
    with agent:
        agent.runs()
        reader = subprocess.Popen(
            ["pg_receivewal", "-D", folder, "-h", "127.0.0.1", "-p", str(database.port), "-U", "postgres"],
            env=os.environ | {"PGPASSWORD": database.password})
        try:
            becomes(agent, "active: wal_sender")
        finally:
            reader.terminate()
            reader.wait(timeout=30)
        becomes(agent, "idle")
        agent.end(9)
    shutil.rmtree(folder, ignore_errors=True)
