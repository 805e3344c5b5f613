"""`sidecar agent check --live`: what a spec would change in a PostgreSQL that runs, object by object, and nothing changed by asking."""
import json
import os
import subprocess

import pytest

from fleet import BINARY
from lone_agent import verifier

OLD, NEW = verifier(b"old"), verifier(b"new")


@pytest.fixture
def secret(folder, database):
    (file := folder / "password").write_text(database.password)
    os.chmod(file, 0o600)
    with database.connect() as session:
        session.execute(f"create role right_already login createrole createdb password '{OLD}'")
        session.execute(f"create role changed login password '{OLD}'")
        session.execute("create role leaving")
        session.execute("create database of_demo owner demo")
        session.execute("create database of_other owner right_already")
    yield file
    with database.connect() as session:
        for name in "of_demo", "of_other":
            session.execute(f"drop database {name}")
        session.execute("drop role right_already, changed, leaving")


def spec(**cluster):
    roles = [{"name": "right_already", "encrypted_password": OLD, "options": [
                 {"name": name, "value": "true", "vartype": "bool"} for name in ("createrole", "createdb")]},
             {"name": "changed", "encrypted_password": NEW}, {"name": "fresh", "encrypted_password": NEW}]
    databases = [{"name": "of_other", "owner": "right_already"}, {"name": "of_demo", "owner": "changed"}, {"name": "made", "owner": "fresh"}]
    return {"spec": {"format_version": 1.0, "suspend_timeout_seconds": 300, "storage_mode": "attached",
                     "delta_operations": [{"action": "delete_role", "name": "leaving"}, {"action": "rename_role", "name": "nowhere", "new_name": "there"}],
                     "cluster": {"roles": roles, "databases": databases, "settings": []} | cluster}}


def check(folder, database, secret, text, *arguments, port=None):
    (path := folder / "spec.json").write_text(json.dumps(text))
    done = subprocess.run(
        [BINARY, "agent", "check", path, "--live", "--port", str(port or database.port), "--attach-user", "postgres",
         "--attach-password-file", secret, *arguments], capture_output=True, text=True, timeout=60)
    assert "SCRAM-SHA-256$" not in done.stdout + done.stderr and database.password not in done.stdout + done.stderr
    return done


def picture(database):
    with database.connect() as session:
        return [session.execute(query).fetchall() for query in (
            "select rolname, rolpassword, rolcanlogin from pg_authid order by 1", "select datname, datdba from pg_database order by 1",
            "select oid::text from pg_namespace order by 1")]


def test_what_would_change_object_by_object(folder, database, secret):
    before = picture(database)
    done = check(folder, database, secret, spec(), "--json")
    told = {entry["object"]: entry for entry in json.loads(done.stdout)["live"]}
    said = {name: [statement for statement in entry["statements"]] for name, entry in told.items()}
    assert said['role "right_already"'] == said['database "of_other"'] == []
    assert any("ALTER ROLE" in text and "PASSWORD '***'" in text for text in said['role "changed"']), said
    assert any("CREATE ROLE" in text for text in said['role "fresh"']), said
    assert said['database "of_demo"'] == ['"postgres": ALTER DATABASE "of_demo" OWNER TO "changed";'], said
    assert any("CREATE DATABASE" in text for text in said['database "made"']), said
    assert any("DROP ROLE" in text for text in said['role "leaving"']), said
    # What cannot be had is told with its reason, and by the exit code.
    problems = {name: entry["problem"] for name, entry in told.items() if entry["problem"]}
    assert done.returncode == 1 and list(problems) == ['role "nowhere"'], (done.returncode, problems)
    assert picture(database) == before

    text = spec()
    text["spec"]["delta_operations"].pop()
    done = check(folder, database, secret, text)
    assert done.returncode == 0, done.stdout + done.stderr
    lines = done.stdout[done.stdout.index("\nlive\n"):].splitlines()
    assert '  role "right_already": as it is to be' in lines and '  role "changed": would be changed' in lines
    assert "pg_monitor" in check(folder, database, secret, text, "--privileged-role-name", "chief").stdout
    assert picture(database) == before


def test_whoever_cannot_be_asked_is_told(folder, database, secret):
    done = check(folder, database, secret, spec(), port=9)
    assert done.returncode == 1 and done.stderr.startswith("sidecar: --live: ") and done.stdout == "", (done.stdout, done.stderr)
