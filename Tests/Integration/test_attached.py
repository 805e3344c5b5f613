"""An agent beside a Postgres that somebody else started: watched, told of, asked to stop, and taken up again."""
import os
import signal
import socket
import subprocess
import threading

import psycopg
import pytest

from accepting import clients
from lone import Database, server_certificate
from lone_agent import Agent, verifier
from waiting import eventually


class Attached(Agent):
    """Logs in as the superuser of a `Database`; sees its data directory, or not."""

    def __init__(self, folder, database, sees=True):
        folder.mkdir(exist_ok=True)
        super().__init__(folder, [], [])
        self.spec = {
            "format_version": 1.0, "suspend_timeout_seconds": 300, "storage_mode": "attached",
            "cluster": {"roles": [{"name": "app", "encrypted_password": verifier(b"secret")}],
                        "databases": [{"name": "shop", "owner": "app"}], "settings": []}}
        self.port, self.data = database.port, database.data if sees else folder / "nowhere"
        words = folder / "password"
        words.write_text(database.password + "\n")
        words.chmod(0o600)
        # As in a container that has no Postgres in it.
        self.arguments = ["--pgbin", "none", "--attach-user", "postgres", "--attach-password-file", words]

    def start(self, *arguments):
        return super().start(*self.arguments, *arguments)

    def leftovers(self):
        return []

    def connect(self, dbname="shop"):
        return super().connect(dbname, sslmode="disable")


@pytest.fixture
def database(folder):
    database = Database(folder / "database")
    yield database
    database.stop()


@pytest.mark.parametrize("sees", [True, False])
def test_it_is_attached_to_applied_to_and_asked_to_stop(folder, database, sees):
    with Attached(folder / "agent", database, sees) as agent:
        agent.runs()
        assert ('"signalled":"by us"' in agent.text()) == sees
        with agent.connect() as connection:
            assert connection.execute("select current_user").fetchone() == ("app",)
        # The files of a Postgres that somebody else started are left alone.
        assert "sidecar" not in (database.data / "pg_hba.conf").read_text()
        assert agent.end() == 0
        assert database.process.wait(timeout=20) == 0, "a fast shutdown"
        assert "database system is shut down" in (database.folder / "log").read_text()


def test_without_a_postgres_of_its_own_nothing_else_is_started(folder, database):
    with Attached(folder / "agent", database) as agent:
        agent.runs()
        assert agent.end() == 0
        agent.spec["storage_mode"] = "local"
        agent.data = folder / "another"
        agent.start()
        agent.says("there is no PostgreSQL here")
        assert agent.process.wait(timeout=60) == 1


@pytest.mark.parametrize("sees", [True, False])
def test_an_agent_that_is_killed_is_followed_by_one_that_finds_it_running(folder, database, sees):
    with Attached(folder / "agent", database, sees) as agent:
        agent.runs()
        with agent.connect() as client:
            agent.end(signal.SIGKILL)
            agent.start()
            agent.runs()
            # Nobody noticed.
            assert client.execute("select 1").fetchone() == (1,)
        assert database.process.poll() is None


def test_one_that_an_agent_left_standing_still_goes_on(folder, database):
    """Killed while it held the door shut, as it does for a moment before it stops an idle Postgres."""
    postmaster = int((database.data / "postmaster.pid").read_text().split()[0])
    os.kill(postmaster, signal.SIGSTOP)
    try:
        with Attached(folder / "agent", database) as agent:
            agent.runs()
            with agent.connect() as connection:
                assert connection.execute("select 1").fetchone() == (1,)
    finally:
        os.kill(postmaster, signal.SIGCONT)


def test_it_is_asked_to_look_when_its_certificate_is_renewed(folder, database):
    with Attached(folder / "agent", database) as agent:
        agent.runs()
        with psycopg.connect(host="127.0.0.1", port=database.port, user="postgres", password=database.password) as session:
            loaded = "select pg_conf_load_time()"
            before = session.execute(loaded).fetchone()
            server_certificate(agent.folder, "tls", "DNS:c1,URI:sidecar://compute/demo/c1")
            eventually(lambda: session.execute(loaded).fetchone() > before, 30, "that it reads its files again")


def test_rights_that_its_role_loses_are_told_and_end_nothing(folder, database):
    """Of a role that owns nothing, so that with being superuser it loses all; and through which alone Postgres can be watched."""
    with psycopg.connect(host="127.0.0.1", port=database.port, user="postgres", password=database.password,
                         autocommit=True) as boss:
        boss.execute("create role agent superuser login password 'secret'")
        database.password = "secret"
        agent = Attached(folder / "agent", database, sees=False)
        agent.arguments[agent.arguments.index("postgres")] = "agent"
        with agent.start("--monitor-interval", "50"), agent.running_session() as client:
            boss.execute("alter role agent nosuperuser")
            agent.says("the agent's role lacks rights")
            agent.says("postgres cannot be asked")
            assert "pg_read_all_stats (nobody can tell who is served), pg_authid (proxies cannot be told of roles), superuser (" in agent.text()
            assert client.execute("select 1").fetchone() == (1,)
            boss.execute("alter role agent superuser")
            agent.says("the agent's role has its rights again")
            assert "-> failed" not in agent.text() and agent.text().count("postgres cannot be asked") < 5
            assert agent.end() == 0
            assert database.process.wait(timeout=20) == 0, "a fast shutdown"


def test_a_signal_that_its_role_may_not_ask_for_waits_until_it_may(folder, database):
    with psycopg.connect(host="127.0.0.1", port=database.port, user="postgres", password=database.password,
                         autocommit=True) as boss:
        # Enough to see which Postgres it is, when it is no superuser any more.
        boss.execute("create role agent superuser login password 'secret' in role pg_read_server_files")
        boss.execute("grant execute on function pg_read_file(text) to agent")
        database.password = "secret"
        agent = Attached(folder / "agent", database, sees=False)
        agent.arguments[agent.arguments.index("postgres")] = "agent"
        with agent.start(), agent.running_session():
            boss.execute("alter role agent nosuperuser")
            before = boss.execute("select pg_conf_load_time()").fetchone()
            server_certificate(agent.folder, "tls", "DNS:c1,URI:sidecar://compute/demo/c1")
            agent.says("pg_execute_server_program")
            assert boss.execute("select pg_conf_load_time()").fetchone() == before
            boss.execute("alter role agent superuser")
            eventually(lambda: boss.execute("select pg_conf_load_time()").fetchone() > before, 30, "that it reads its files again")
            assert agent.text().count("pg_execute_server_program") == 1


@pytest.mark.parametrize("sees", [True, False])
def test_the_end_of_postgres_is_told(folder, database, sees):
    with Attached(folder / "agent", database, sees) as agent:
        agent.runs()
        database.stop()
        agent.says("-> failed: postgres exited")
        assert agent.process.wait(timeout=30) == 1


def test_what_is_in_the_directory_when_postgres_has_died_is_left_to_who_starts_the_next(folder, database):
    left = database.data / "postmaster.pid"
    with Attached(folder / "agent", database) as agent:
        agent.runs()
        # Works there, as the next Postgres may by then.
        next_one = subprocess.Popen(["sleep", "300"], cwd=database.data)
        try:
            os.kill(int(left.read_text().split()[0]), signal.SIGKILL)
            agent.says("-> failed: postgres exited")
            assert agent.process.wait(timeout=30) == 1
            assert left.exists() and next_one.poll() is None
        finally:
            next_one.kill()
            next_one.wait()


def test_what_cannot_be_applied_is_no_reason_to_stop_somebody_elses_postgres(folder, database):
    agent = Attached(folder / "agent", database)
    agent.spec["cluster"]["databases"].append(
        {"name": "odd", "owner": "app", "options": [{"name": "encoding", "value": "none", "vartype": "string"}]})
    with agent.start():
        agent.says("found serving, and could not be changed")
        with agent.connect() as connection:
            assert connection.execute("select current_user").fetchone() == ("app",)
        database.stop()
        agent.says("-> failed: postgres exited")
        assert agent.process.wait(timeout=30) == 1


def test_a_postgres_that_is_late_is_waited_for(folder, database):
    database.stop()
    with Attached(folder / "agent", database) as agent:
        agent.says("postgres is not there yet")
        database.start()
        agent.runs()


def test_a_wait_for_postgres_can_be_called_off_and_has_an_end(folder, database):
    database.stop()
    with Attached(folder / "agent", database) as agent:
        agent.says("postgres is not there yet")
        assert agent.end() == 0
        agent.start("--attach-limit", "1s")
        agent.says("did not let us in within")
        assert agent.process.wait(timeout=30) == 1


class Swallower:
    """Stands before a `Database`. While it swallows, the question which server this is gets no answer, and all else does."""

    def __init__(self, port):
        self.behind, self.swallows, self.swallowed, self.passed = port, False, 0, 0
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port = self.listener.getsockname()[1]
        threading.Thread(target=self.serve, daemon=True).start()

    def serve(self):
        for client in clients(self.listener):
            try:
                server = socket.create_connection(("127.0.0.1", self.behind))
            except ConnectionRefusedError:
                # Nobody listens there any more, so nobody does here.
                self.close()
                return client.close()
            for ends in ((client, server), (server, client)):
                threading.Thread(target=self.carry, args=ends, daemon=True).start()

    def carry(self, source, target):
        try:
            while data := source.recv(64 * 1024):
                asks = b"postmaster.pid" in data
                if asks and self.swallows:
                    self.swallowed += 1
                    continue
                target.sendall(data)
                self.passed += asks
        except OSError:
            pass
        finally:
            target.close()

    def close(self):
        self.listener.close()


@pytest.fixture
def swallower(database):
    stand = Swallower(database.port)
    yield stand
    stand.close()


def test_a_postgres_that_stands_still_after_the_login_does_not_overrun_the_limit(folder, database, swallower):
    swallower.swallows = True
    agent = Attached(folder / "agent", database, sees=False)
    agent.port = swallower.port
    with agent.start("--attach-limit", "1s"):
        agent.says("did not let us in within 1")
        assert agent.process.wait(timeout=30) == 1 and swallower.swallowed


def test_a_postgres_that_stood_still_is_stopped_when_it_goes_on(folder, database, swallower):
    agent = Attached(folder / "agent", database, sees=False)
    agent.port = swallower.port
    with agent:
        agent.runs()
        swallower.swallows = True
        # The session that was open, then the one in its place.
        eventually(lambda: swallower.swallowed == 2, 30)
        swallower.passed, swallower.swallows = 0, False
        agent.says("postgres cannot be asked")
        eventually(lambda: swallower.passed, 30, "a session that is answered")
        assert agent.end() == 0
        assert database.process.wait(timeout=20) == 0, "a fast shutdown"
