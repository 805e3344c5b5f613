"""pgaudit as a spec asks for it, by Debian's packages: what clients do is written, and nobody's verifier is."""
import signal

import psycopg
import pytest

from http_agent import HTTPAgent, a_spec
from lone_agent import verifier
from processes import free_port
from waiting import eventually

SECRET = verifier(b"secret")


@pytest.fixture
def agent(folder):
    agent = HTTPAgent(folder, port=free_port())
    yield agent
    if agent.process:
        agent.end(signal.SIGQUIT)


def configured(agent, level):
    spec = a_spec()
    spec["spec"]["audit_log_level"] = level
    spec["spec"]["cluster"]["roles"] = [{"name": name, "encrypted_password": SECRET} for name in ("app", "other")]
    status, answer = agent.call("POST", "/configure", spec)
    assert status == 200, answer


def client_acts(agent):
    with psycopg.connect(host="127.0.0.1", port=agent.port, user="app", password="secret", dbname="shop", autocommit=True) as session:
        session.execute("create table if not exists audited (n int)")
        session.execute("insert into audited values (%s)", [4711])
        session.execute("alter role app password 'another'")
        session.execute("alter role app password 'secret'")


def test_base_and_then_more(agent):
    agent.start()
    configured(agent, "Base")
    client_acts(agent)
    written = lambda: agent.log.read_text()
    eventually(lambda: "DDL,CREATE TABLE" in written() and "ROLE,ALTER ROLE" in written(), 10, "what the client did")
    assert "INSERT" not in written(), "only what is made and who may"
    assert "SCRAM-SHA-256$" not in written() and "another" not in written()
    assert agent.end(signal.SIGTERM) == 0

    # All of it, and into a file of its own, once the library is loaded.
    agent.start()
    configured(agent, "Full")
    client_acts(agent)
    files = lambda: [path for path in (agent.folder / "pgdata/log").glob("audit*")]
    text = lambda: "".join(path.read_text() for path in files())
    eventually(lambda: "WRITE,INSERT" in text() and "4711" in text(), 10, "what the client wrote, with its values")
    assert "AUDIT:" not in written()
    assert "SCRAM-SHA-256$" not in text() + written()
    status, answer = agent.call("GET", "/database_schema?database=postgres")
    assert status == 200 and "EXTENSION IF NOT EXISTS pgauditlogtofile" in answer
