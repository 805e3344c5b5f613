"""Roles, databases and extensions of a spec, applied by a real agent to a real PostgreSQL."""
import json
import os
import shutil
import time
import urllib.request

import psycopg
import pytest

from agents import Agent, role
from conftest import new_folder
from http_agent import listener
from lone import LoneProxy
from test_agent_secrets import NoControlPlane, verifier
from waiting import eventually

NOBODY = "127.0.0.1:9"


MEMORY, ROOM = "/dev/shm", 6 << 30


@pytest.fixture
def folder(request):
    folder = new_folder(place=getattr(request, "param", None))
    LoneProxy(folder, NoControlPlane)._authority()
    yield folder
    shutil.rmtree(folder, ignore_errors=True)


def in_memory():
    """For 60,000 files, which a disk takes a minute to forget; only where there is room."""
    return MEMORY if os.path.isdir(MEMORY) and shutil.disk_usage(MEMORY).free > ROOM else None


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


@pytest.mark.parametrize("folder", [in_memory()], indirect=True, ids=[""])
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


@pytest.fixture(scope="module")
def compute():
    """For tests that bring roles and databases of their own."""
    folder = new_folder()
    LoneProxy(folder, NoControlPlane)._authority()
    with Agent(folder, NOBODY) as agent:
        yield agent
    shutil.rmtree(folder, ignore_errors=True)


def test_a_role_goes_from_every_database(compute):
    """Also from one that the spec does not list, and from one that lets nobody in."""
    roles = [role("stays", verifier("secret"), createdb="true"), role("goes", verifier("secret"), createdb="true")]
    # By name before those that are the role's own: they must not become its owner's.
    listed = [{"name": "a-bystander", "owner": "stays"}, {"name": "listed", "owner": "stays"}]
    reload(compute, roles=roles, databases=listed)
    with compute.connect(user="stays", password="secret", dbname="a-bystander") as connection:
        connection.execute("grant create on schema public to goes; grant connect on database \"a-bystander\" to goes")
    who = dict(user="goes", password="secret")
    with compute.connect(**who) as connection:
        connection.execute("create database unlisted")
        connection.execute("create database closed")
    with compute.connect(user="stays", password="secret", dbname="listed") as connection:
        connection.execute("create table shared (n int); grant select on shared to goes; grant create on schema public to goes")
    for name in "listed", "unlisted", "closed":
        with compute.connect(dbname=name, **who) as connection:
            connection.execute(f"create table kept_{name} (n int); insert into kept_{name} values (1)")
            connection.execute("alter default privileges grant select on tables to stays")
    with compute.connect(**who) as connection:
        connection.execute("alter database closed allow_connections false")
    spec = dict(roles=roles[:1], databases=listed,
                delta_operations=[{"action": "delete_role", "name": "goes"}])
    assert reload(compute, **spec) > 0
    with compute.connect(user="stays", password="secret", dbname="listed") as connection:
        assert connection.execute("select count(*) from pg_roles where rolname = 'goes'").fetchone() == (0,)
        assert connection.execute("select * from kept_listed").fetchall() == [(1,)]
        assert connection.execute("select datallowconn from pg_database where datname = 'closed'").fetchone() == (False,)
        assert dict(connection.execute("select datname, datdba::regrole::text from pg_database where datname !~ 'template|postgres'")) == {
            "a-bystander": "stays", "listed": "stays", "closed": "cloud_admin", "unlisted": "cloud_admin"}
    assert reload(compute, operation_uuid="again", **spec) == 0


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


def test_inherited_subscriptions_go_once(compute, database):
    """What a branch took over is its parent's; what somebody subscribes to afterwards is theirs."""
    spec = dict(roles=[role("a", verifier("secret"))], databases=[{"name": "shop", "owner": "a"}])
    agent = compute
    reload(agent, **spec)
    with database.connect() as publisher:
        publisher.execute("create table passed_on (n int primary key)")
        publisher.execute("create publication passing for table passed_on")
        source = f"host=127.0.0.1 port={database.port} user=postgres dbname=postgres password=''{database.password}''"
        with agent.administrator(dbname="shop") as subscriber:
            subscriber.execute("create table passed_on (n int primary key)")
            subscriber.execute(f"create subscription inherited connection '{source}' publication passing")
            assert reload(agent, **spec, drop_subscriptions_before_start=True, operation_uuid="1") > 0
            assert subscriber.execute("select subname from pg_subscription").fetchall() == []
            # The parent still reads from its slot.
            slots = "select slot_name from pg_replication_slots where slot_name = 'inherited'"
            assert publisher.execute(slots).fetchall() == [("inherited",)]
            subscriber.execute(f"create subscription own connection '{source}' publication passing")
            assert reload(agent, **spec, drop_subscriptions_before_start=True, operation_uuid="2") == 0
            publisher.execute("insert into passed_on values (7)")
            eventually(lambda: subscriber.execute("select n from passed_on").fetchall() == [(7,)], 30, "what was passed on")
            subscriber.execute("drop subscription own")
        eventually(lambda: publisher.execute("select active from pg_replication_slots where slot_name = 'inherited'").fetchone()
                   == (False,), 30, "the end of the inherited reader")
        publisher.execute("select pg_drop_replication_slot('inherited')")
        publisher.execute("drop publication passing; drop table passed_on")


def test_migrations_are_done_once_and_go_on_where_they_failed(folder):
    with Agent(folder, NOBODY) as agent, agent.administrator() as ours:
        ours.execute("create role stray bypassrls")
        ours.execute("create schema neon_migration")
        ours.execute("create table neon_migration.migration_id (key int primary key default 0, id bigint not null default 0 "
                     "constraint stuck check (id < 4))")
    roles = [role("a", verifier("secret"))]
    with Agent(folder, NOBODY, "--privileged-role-name", "chief", "--internal-http-port", "0",
               "--installed-extensions-collection-interval", "1", generation=2, roles=roles,
               databases=[{"name": "shop", "owner": "a"}]) as agent, agent.administrator() as ours:
        done = lambda: ours.execute("select id from neon_migration.migration_id").fetchone()[0]
        page = lambda: urllib.request.urlopen(f"{listener(agent, 'loopback')}/metrics", timeout=10).read().decode()
        stray = "select rolbypassrls from pg_roles where rolname = 'stray'"
        assert (done(), ours.execute(stray).fetchone()) == (3, (False,))
        assert 'compute_ctl_db_migration_failed_total{migration_id="4"} 1' in page()
        assert f'pg_cctl_attached{{pg_compute_id="{agent.compute_id}",pg_instance_id="2",' in page()
        # Nothing of a migration that failed is there.
        members = ("select r.rolname from pg_auth_members m join pg_roles r on r.oid = m.roleid join pg_roles c on c.oid = m.member "
                   "where c.rolname = 'chief' and m.admin_option order by 1")
        assert ours.execute(members).fetchall() == []
        ours.execute("alter table neon_migration.migration_id drop constraint stuck")
        # What was undone on purpose after its turn stays so.
        ours.execute("alter role stray bypassrls")
        spec = dict(roles=roles, databases=[{"name": "shop", "owner": "a"}])
        assert reload(agent, **spec, operation_uuid="1") == 0
        assert (done(), ours.execute(stray).fetchone()) == (12, (True,))
        assert ours.execute(members).fetchall() == [("pg_monitor",), ("pg_signal_backend",)]
        chief = "select rolbypassrls, has_function_privilege('chief', 'pg_show_replication_origin_status()', 'execute') from pg_roles"
        assert ours.execute(f"{chief} where rolname = 'chief'").fetchone() == (True, True)
        ours.execute("revoke pg_monitor from chief")
        assert reload(agent, **spec, operation_uuid="2") == 0
        assert ours.execute(members).fetchall() == [("pg_signal_backend",)]
        # Extensions are counted again and again, in every database.
        series = 'compute_installed_extensions{extension_name="citext",version="1.6",owned_by_superuser="1"}'
        with agent.administrator(dbname="shop") as shop:
            shop.execute("create extension citext")
            eventually(lambda: f"{series} 1" in page(), 20, "a count of extensions")
            shop.execute("drop extension citext")
            eventually(lambda: f"{series} 0" in page(), 20, "a count without it")
        assert 'compute_installed_extensions{extension_name="plpgsql",version="1.0",owned_by_superuser="1"} 3' in page()


def test_one_that_fails_keeps_nobody_else(compute):
    """The last at this compute, which goes on trying."""
    compute.configure(roles=[role("c", verifier("secret")), role("d", verifier("secret"))], databases=[
        {"name": "odd", "owner": "c", "options": [{"name": "encoding", "value": "nonsense", "vartype": "string"}]},
        {"name": "even", "owner": "d"}])
    compute.reload()
    eventually(lambda: compute.told(r'database \"odd\"'), 20, "the failure's words")

    def is_there():
        try:
            compute.connect(user="d", password="secret", dbname="even").close()
            return True
        except psycopg.OperationalError as error:
            assert "does not exist" in str(error)
    eventually(is_there, 20, "the database whose neighbour failed")
