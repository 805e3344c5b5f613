"""`sidecar agent check`: what a person or a script is told of a spec, by the real program."""
import json
import os
import subprocess

import pytest
from fleet import BINARY

TENANT = "5c1d2e3f405162738495a6b7c8d9eafb"
VERIFIER = ("SCRAM-SHA-256$4096:c2FsdHNhbHRzYWx0c2FsdA==$c3RvcmVkIGtleSBzdG9yZWQga2V5IHN0b3JlZCBrZXk=:"
            "c2VydmVyIGtleSBzZXJ2ZXIga2V5IHNlcnZlciBrZXk=")


def spec(**changes):
    cluster = {
        "roles": [{"name": "app", "encrypted_password": VERIFIER}], "databases": [{"name": "shop", "owner": "app"}],
        "settings": [{"name": "port", "value": "1", "vartype": "integer"}],
    }
    cluster.update(changes.pop("cluster", {}))
    return {"spec": {"format_version": 1.0, "suspend_timeout_seconds": 300, "cluster": cluster, **changes}}


def remote(**changes):
    servers = [{"id": 11, "libpq_url": "postgres://no_user:hunter2@ps-a:6400", "grpc_url": "grpc://ps-a:51051"}]
    return spec(**{
        "tenant_id": TENANT, "timeline_id": TENANT, "safekeepers_generation": 3,
        "safekeeper_connstrings": ["sk-0:5454"], "storage_auth_token": "t0ken",
        "pageserver_connection_info": {
            "shard_count": 1, "stripe_size": 2048, "shards": {"0001": {"pageservers": servers}}},
        **changes,
    })


def check(tmp_path, text, *arguments):
    path = tmp_path / "spec.json"
    path.write_text(text if isinstance(text, str) else json.dumps(text))
    done = subprocess.run(
        [BINARY, "agent", "check", str(path), *arguments], capture_output=True, text=True, timeout=60, check=False)
    assert "hunter2" not in done.stdout + done.stderr
    assert "t0ken" not in done.stdout + done.stderr
    assert "SCRAM-SHA-256$" not in done.stdout + done.stderr
    return done


def test_a_plan_for_people(tmp_path):
    done = check(tmp_path, remote(
        swap_size_bytes=1, brand_new=True, delta_operations=[{"action": "delete_role", "name": "old"}]))
    assert done.returncode == 0, done.stdout + done.stderr
    for line in [
        "  primary: reads and writes", "  safekeepers, generation 3: sk-0:5454",
        "  1 shards, 2048 pages of 8 KiB a stripe; base backups over libpq",
        "  shard 0001: pageserver 11, postgres://no_user:***@ps-a:6400 or grpc://ps-a:51051",
        '  "app": LOGIN, SCRAM-SHA-256 verifier', '  "shop": owner "app"', '  delete role "old"',
        "  spec.swap_size_bytes: is kept and not acted on", "  spec.brand_new: is not known here; kept",
        "  spec.cluster.settings[0]: port is the agent's; the value has no effect",
    ]:
        assert line in done.stdout.splitlines(), done.stdout


def test_a_plan_for_scripts(tmp_path):
    done = check(tmp_path, remote(mode={"Static": "0/16E4018"}), "--json", "--conf")
    answer = json.loads(done.stdout)
    assert done.returncode == 0 and answer["ok"] is True
    assert "static: read-only at 0/16E4018, whose pages are leased" in answer["plan"]["storage"]
    assert "standby.signal" in answer["plan"]["files"]
    assert "neon.pageserver_connstring = 'postgres://no_user:***@ps-a:6400'\n" in answer["postgresql_conf"]


def test_what_would_be_said(tmp_path):
    changes = [{"action": "rename_role", "name": "old", "new_name": "app"}, {"action": "delete_db", "name": "gone"}]
    text = remote(delta_operations=changes, cluster={
        "settings": [{"name": "shared_preload_libraries", "value": "neon,pg_stat_statements", "vartype": "string"}]})
    done = check(tmp_path, text, "--sql", "--privileged-role-name", "chief")
    assert done.returncode == 0, done.stdout + done.stderr
    said = done.stdout[done.stdout.index("\nsql\n") + 5:].splitlines()
    assert [line.strip() for line in said] == [
        '"postgres": CREATE ROLE "chief" CREATEDB CREATEROLE NOLOGIN REPLICATION BYPASSRLS;',
        '"postgres": GRANT pg_read_all_data, pg_write_all_data TO "chief";',
        '"postgres": ALTER ROLE "old" RENAME TO "app";', '''"postgres": ALTER ROLE "app" PASSWORD '***';''',
        '"postgres": GRANT "chief" TO "app";', '"postgres": DROP DATABASE IF EXISTS "gone" WITH (FORCE);',
        '"postgres": CREATE DATABASE "shop" OWNER "app";', '"postgres": GRANT ALL ON DATABASE "shop" TO "chief";',
        '"postgres": CREATE EXTENSION IF NOT EXISTS "pg_stat_statements" WITH SCHEMA "public";',
        '"postgres": CREATE SCHEMA IF NOT EXISTS neon;',
        '"postgres": CREATE EXTENSION IF NOT EXISTS "neon" WITH SCHEMA "neon";'], said
    told = json.loads(check(tmp_path, text, "--sql", "--json").stdout)["sql"]
    assert told[0] == '"postgres": ALTER ROLE "old" RENAME TO "app";' and len(told) == 7
    assert json.loads(check(tmp_path, remote(mode="Replica"), "--sql", "--json").stdout)["sql"] == []
    assert check(tmp_path, text, "--privileged-role-name", "pg_chief").returncode == 2


def test_every_fault_with_its_place(tmp_path):
    broken = spec(
        cluster={"roles": [{"name": "a"}, {"name": "a"}], "databases": [{"name": "d", "owner": "nobody"}]},
        delta_operations=[{"action": "rename_db", "name": "x"}])
    done = check(tmp_path, broken)
    assert done.returncode == 2
    paths = [line.removeprefix("error: ").split(":")[0] for line in done.stdout.splitlines()]
    assert paths == [
        "spec.cluster.roles[1]", "spec.cluster.databases[0].owner", "spec.delta_operations[0].new_name"]
    done = check(tmp_path, broken, "--json")
    assert done.returncode == 2
    assert [problem["path"] for problem in json.loads(done.stdout)["problems"]] == paths


@pytest.mark.parametrize("text, complaint", [
    ("{", "error: is not JSON"), ("{}", "error: spec: is missing"),
    (spec(mode="Primery"), "error: spec.mode: is none of"),
    (spec(format_version=2), "error: spec.format_version: 2.0 is not a version"),
])
def test_a_text_that_is_no_spec(tmp_path, text, complaint):
    done = check(tmp_path, text)
    assert done.returncode == 2 and done.stdout.startswith(complaint), done.stdout


def test_no_file_and_no_spec(tmp_path):
    gone = subprocess.run(
        [BINARY, "agent", "check", str(tmp_path / "gone")], capture_output=True, text=True, timeout=60, check=False)
    assert gone.returncode == 2 and "cannot be read" in gone.stderr
    piped = subprocess.run(
        [BINARY, "agent", "check", "-"], input='{"spec": null}', capture_output=True, text=True, timeout=60, check=False)
    assert (piped.returncode, piped.stdout) == (0, "no spec: waits for one\n")


def test_the_agent_itself_is_still_called_agent():
    usage = subprocess.run([BINARY, "agent"], capture_output=True, text=True, timeout=60, check=False)
    assert usage.returncode == 64 and "--endpoint" in usage.stderr
    named = subprocess.run(
        [BINARY, "agent", "--generation", "1"], capture_output=True, text=True, timeout=60, check=False,
        env={**os.environ, "SIDECAR_ENDPOINT": "Not A Name", "SIDECAR_COMPUTE_ID": "c", "SIDECAR_PGDATA": "/nowhere",
             "SIDECAR_CERTS_DIR": "/nowhere", "SIDECAR_CONFIG": "/spec.json"})
    assert named.returncode == 2 and "SIDECAR_ENDPOINT" in named.stderr, named.stderr

