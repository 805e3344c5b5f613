"""Roles, databases and extensions of a spec, applied by a real agent to a real PostgreSQL."""
import json
import shutil
import time

import psycopg
import pytest

from agents import Agent, role
from conftest import new_folder
from lone import LoneProxy
from test_agent_secrets import NoControlPlane, verifier
from waiting import eventually

NOBODY = "127.0.0.1:9"


@pytest.fixture
def folder():
    folder = new_folder()
    LoneProxy(folder, NoControlPlane)._authority()
    yield folder
    shutil.rmtree(folder, ignore_errors=True)


def applies(agent):
    """Statements of every apply so far, in order."""
    lines = [json.loads(line) for line in agent.log.read_text().splitlines() if line.startswith("{")]
    return [int(line["fields"]["statements"]) for line in lines if line["message"] == "applied roles and databases"]


def reload(agent, **spec):
    before = len(applies(agent))
    agent.configure(**spec)
    agent.reload()
    eventually(lambda: len(applies(agent)) > before, 20, "the next apply")
    eventually(lambda: agent.log.read_text().rstrip().rfind("-> running") > agent.log.read_text().rfind("applied roles"), 10, "its end")
    return applies(agent)[-1]


def test_many(folder):
    """500 roles and 200 databases; an apply of the same says nothing."""
    secret = verifier("secret")
    roles = [role(f"role {n}", secret, createdb="true") for n in range(500)]
    databases = [{"name": f"database {n}", "owner": f"role {n}", "options": []} for n in range(200)]
    began = time.monotonic()
    with Agent(folder, NOBODY, roles=roles, databases=databases) as agent:
        print(f"start with 500 roles and 200 databases: {time.monotonic() - began:.1f} s")
        assert applies(agent) == [700]
        began = time.monotonic()
        assert reload(agent, roles=roles, databases=databases, operation_uuid="another") == 0
        print(f"the same again: {time.monotonic() - began:.2f} s, polling included")
        with agent.connect(user="role 7", password="secret", dbname="database 7") as connection:
            connection.execute("create table mine ()")


def test_a_role_goes_from_every_database(folder):
    """Also from one that the spec does not list, and from one that lets nobody in."""
    roles = [role("stays", verifier("secret"), createdb="true"), role("goes", verifier("secret"), createdb="true")]
    with Agent(folder, NOBODY, roles=roles, databases=[{"name": "listed", "owner": "stays"}]) as agent:
        who = dict(user="goes", password="secret")
        with agent.connect(**who) as connection:
            connection.execute("create database unlisted")
            connection.execute("create database closed")
        with agent.connect(user="stays", password="secret", dbname="listed") as connection:
            connection.execute("create table shared (n int); grant select on shared to goes; grant create on schema public to goes")
        for name in "listed", "unlisted", "closed":
            with agent.connect(dbname=name, **who) as connection:
                connection.execute(f"create table kept_{name} (n int); insert into kept_{name} values (1)")
                connection.execute("alter default privileges grant select on tables to stays")
        with agent.connect(**who) as connection:
            connection.execute("alter database closed allow_connections false")
        spec = dict(roles=roles[:1], databases=[{"name": "listed", "owner": "stays"}],
                    delta_operations=[{"action": "delete_role", "name": "goes"}])
        assert reload(agent, **spec) > 0
        with agent.connect(user="stays", password="secret", dbname="listed") as connection:
            assert connection.execute("select count(*) from pg_roles where rolname = 'goes'").fetchone() == (0,)
            assert connection.execute("select * from kept_listed").fetchall() == [(1,)]
            assert connection.execute("select datallowconn from pg_database where datname = 'closed'").fetchone() == (False,)
        assert reload(agent, operation_uuid="again", **spec) == 0


def test_operations(folder):
    roles, secret = [role("a", verifier("secret"), createdb="true", createrole="true")], dict(user="a", password="secret")
    with Agent(folder, NOBODY, "--privileged-role-name", "chief", roles=roles, databases=[
            {"name": "old", "owner": "a"}, {"name": "remade", "owner": "a"}]) as agent:
        with agent.connect(dbname="old", **secret) as connection:
            connection.execute("create table kept ()")
            assert connection.execute("select pg_has_role('a', 'chief', 'member')").fetchone() == (True,)
            assert connection.execute("select has_database_privilege('chief', 'remade', 'create')").fetchone() == (True,)
        with agent.connect(dbname="remade", **secret) as connection:
            connection.execute("create table forgotten ()")
        renamed = dict(
            roles=[role("b", verifier("secret"), createdb="true", createrole="true")],
            databases=[{"name": "new", "owner": "b"}, {"name": "remade", "owner": "b"}], operation_uuid="1",
            delta_operations=[
                {"action": "rename_role", "name": "a", "new_name": "b"}, {"action": "delete_db", "name": "remade"},
                {"action": "rename_db", "name": "old", "new_name": "new"}, {"action": "delete_db", "name": "never there"}])
        assert reload(agent, **renamed) > 0
        secret["user"] = "b"
        with agent.connect(dbname="new", **secret) as connection:
            connection.execute("select * from kept")
        with agent.connect(dbname="remade", **secret) as connection:
            assert connection.execute("select count(*) from pg_class where relname = 'forgotten'").fetchone() == (0,)
            connection.execute("create table stays ()")
        assert reload(agent, **renamed | {"audit_log_level": "Disabled", "suspend_timeout_seconds": 7}
                      | {"settings": [{"name": "shared_preload_libraries", "value": "", "vartype": "string"}]}) == 0
        with agent.connect(dbname="remade", **secret) as connection:
            connection.execute("select * from stays")
            # Attributes of roles that are there converge, whoever changed them.
            connection.execute("alter role b nocreatedb")
        assert reload(agent, **renamed | {"operation_uuid": "2", "delta_operations": []}) == 1


def test_one_that_fails_keeps_nobody_else(folder):
    roles = [role("a", verifier("secret"))]
    with Agent(folder, NOBODY, roles=roles) as agent:
        agent.configure(roles=[*roles, role("b", verifier("secret"))], databases=[
            {"name": "odd", "owner": "a", "options": [{"name": "encoding", "value": "nonsense", "vartype": "string"}]},
            {"name": "even", "owner": "b"}])
        agent.reload()
        eventually(lambda: agent.told(r'database \"odd\"'), 20, "the failure's words")

        def is_there():
            try:
                agent.connect(user="b", password="secret", dbname="even").close()
                return True
            except psycopg.OperationalError as error:
                assert "does not exist" in str(error)
        eventually(is_there, 20, "the database whose neighbour failed")
