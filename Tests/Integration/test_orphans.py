"""What is left when an agent and its postmaster are killed together, and an agent that is the first process of a container."""
import os
import signal
from contextlib import closing

import psycopg
import pytest

import processes
from http_agent import HTTPAgent, a_spec
from lone import BIN
from lone_agent import verifier
from processes import free_port
from waiting import eventually


def spec():
    text = a_spec()
    text["spec"]["cluster"]["roles"][0]["encrypted_password"] = verifier(b"secret")
    return text


@pytest.fixture
def agent(folder):
    agent = HTTPAgent(folder, port=free_port(), spec=spec())
    yield agent
    if agent.process:
        agent.end(signal.SIGQUIT)


def runs(agent):
    eventually(lambda: agent.state() == "running", 60, "a running compute")
    return agent


def session(agent):
    return psycopg.connect(host="127.0.0.1", port=agent.port, user="app", password="secret", dbname="shop", autocommit=True,
                           connect_timeout=10)


def test_backends_that_outlive_agent_and_postmaster_are_ended_before_the_next_start(agent):
    runs(agent.start())
    with closing(session(agent)) as busy, closing(session(agent)) as still, closing(session(agent)) as other:
        other.execute("create table kept as select 1 n; create table half (n int)")
        half = agent.folder / "pgdata" / other.execute("select pg_relation_filepath('half')").fetchone()[0]
        # A loop in a procedure never looks whether its postmaster lives, and goes on writing.
        busy.pgconn.send_query(b"do $$ begin loop insert into half values (1); end loop; end $$")
        eventually(lambda: other.execute("select pg_relation_size('half')").fetchone()[0] > 0, 20, "something written")
        orphans = [busy.info.backend_pid, still.info.backend_pid]
        os.kill(orphans[1], signal.SIGSTOP)
        postmaster = agent.postmaster()
        agent.process.kill()
        agent.process.wait()
        os.kill(postmaster, signal.SIGKILL)
        eventually(lambda: not processes.is_alive(postmaster), 10, "the postmaster's end")
        size = half.stat().st_size
        eventually(lambda: half.stat().st_size > size, 20, "an orphan that writes on")
        assert [processes.is_alive(orphan) for orphan in orphans] == [True, True]

        # The very same agent: a Postgres without its postmaster is none to go on with.
        runs(agent.start())
        assert [processes.is_alive(orphan) for orphan in orphans] == [False, False]
        assert "ending what an earlier Postgres left" in agent.log.read_text()
        assert agent.postmaster() != postmaster
        assert "going on with the postgres of an earlier agent" not in agent.log.read_text()
    with session(agent) as fresh:
        assert fresh.execute("select (select n from kept), (select count(*) from half)").fetchone() == (1, 0)
    assert agent.end(signal.SIGTERM) == 0


class Contained:
    """An agent that is process 1 of a namespace, as in a container."""

    def __init__(self, agent):
        self.agent = agent
        agent.start("unshare", "--pid", "--fork", "--mount-proc")
        self.pid = eventually(lambda: self._child() or agent.process.poll() is not None, 10, "the agent in its namespace")

    def _child(self):
        """`None` before the first and after the last."""
        parent = self.agent.process.pid
        return next((pid for pid in processes.children_of(parent) if processes.parent_of(pid) == parent), None)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.end(signal.SIGKILL)

    def own_number(self):
        with open(f"/proc/{self.pid}/status") as status:
            return next(line.split()[-1] for line in status if line.startswith("NSpid:"))

    def end(self, with_signal):
        if self.agent.process.poll() is None:
            os.kill(self.pid, with_signal)
        return self.agent.process.wait(timeout=40)


@pytest.mark.skipif(os.geteuid() != 0, reason="only root makes a namespace of processes")
def test_it_is_the_first_process_of_a_container(agent):
    with Contained(agent) as contained:
        runs(agent)
        assert contained.own_number() == "1"
        administrator = psycopg.connect(
            host="127.0.0.1", port=agent.port, user="cloud_admin", dbname="postgres", autocommit=True,
            password=(agent.folder / "pgdata.admin-password").read_text())
        with administrator:
            # Shells that end before what they have started does.
            administrator.execute("copy (select 1) to program 'cat >/dev/null; for i in 1 2 3; do sleep 0.3 & done'")
            eventually(lambda: len(processes.ended_children_of(contained.pid)) >= 3, 10, "ended processes that are nobody's")
            eventually(lambda: not processes.ended_children_of(contained.pid), 20, "nobody who has ended and is still there")
        assert processes.is_alive(contained.pid) and agent.state() == "running"
        # Passed on: Postgres ends in order, and the agent with it.
        assert contained.end(signal.SIGTERM) == 0
        assert "its last position" in agent.log.read_text() and "not obtained" not in agent.log.read_text()
    assert not processes.within([str(agent.folder / "pgdata")])

    # Whatever a Postgres ends with is what the container ends with.
    (programs := agent.folder / "bin").mkdir()
    for program in BIN.iterdir():
        if program.name != "postgres":
            (programs / program.name).symlink_to(program)
    (programs / "postgres").write_text(f'#!/bin/sh\n[ $# = 2 ] && exit 3\nexec {BIN}/postgres "$@"\n')
    (programs / "postgres").chmod(0o755)
    agent.command += ["--pgbin", programs / "postgres", "--http-linger", "0"]
    with Contained(agent):
        assert agent.process.wait(timeout=40) == 3
