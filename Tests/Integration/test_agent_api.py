"""The agent's HTTP interface: asked by a tool that knows only its description, and through faults of all kinds."""
import calendar
import http.server
import json
import os
import re
import shutil
import signal
import socket
import subprocess
import threading
import time
from pathlib import Path

import psycopg
import pytest

import processes
from http_agent import HTTPAgent, TokenKey, a_spec, certificate_shown, certificates
from conftest import new_folder
from lone import BIN
from lone_agent import verifier
from processes import free_port
from waiting import eventually

TOOL = Path(__file__).resolve().parents[2] / ".build/schemathesis/bin/schemathesis"
CHECKS = ("not_a_server_error,status_code_conformance,content_type_conformance,response_headers_conformance,"
          "response_schema_conformance,unsupported_method")


@pytest.fixture(scope="module")
def agent():
    """Running, for tests that leave it so."""
    with HTTPAgent(new_folder(), port=free_port(), spec=a_spec()) as agent:
        eventually(lambda: agent.state() == "running", 60, "a running compute")
        yield agent


@pytest.fixture
def own_agent():
    """Not started, for tests that break it. Its spec is pushed."""
    agent = HTTPAgent(new_folder(), port=free_port())
    yield agent
    # Not killed: that would leave its Postgres, for an agent that is started again.
    if agent.process:
        agent.end(signal.SIGTERM)


@pytest.mark.parametrize("side", ["outside", "inside"])
def test_it_is_what_its_description_says(agent, side):
    url = getattr(agent, side)
    # What would end the compute, or make another of it, is asked by tests that want that.
    done = subprocess.run(
        [TOOL, "run", f"{url}/openapi.json", "--checks", CHECKS, "--phases", "examples,coverage,fuzzing", "--max-examples", "8",
         "--generation-deterministic", "--no-color", "--exclude-path-regex", "^/(terminate|configure|refresh_configuration)$",
         "--request-timeout", "20", "-H", f"Authorization: Bearer {agent.token()}"],
        capture_output=True, text=True, timeout=120, cwd=agent.folder)
    assert done.returncode == 0, done.stdout[-6000:]
    assert agent.state() == "running"


def test_keys_are_exchanged_while_it_runs(agent):
    new = TokenKey(agent.folder, "second")
    assert agent.call("GET", "/status", token=agent.token(new))[0] == 401
    agent.keys(agent.key, new)
    assert agent.call("GET", "/status", token=agent.token(new))[0] == 200
    agent.keys(new)
    assert agent.call("GET", "/status", token=agent.token(agent.key))[0] == 401
    assert agent.call("GET", "/status", token=agent.token(new))[0] == 200
    agent.keys(agent.key)
    now = int(time.time())
    for claims, status in ({"exp": now - 120}, 401), ({"exp": now + 60}, 200), ({"nbf": now + 120}, 401):
        assert agent.call("GET", "/status", token=agent.token(**claims))[0] == status, claims


def test_questions_of_its_own_keep_nobody_awake(agent):
    def were_none():
        since = agent.call("GET", "/status")[1]["last_active"]
        for _ in range(20):
            assert agent.call("POST", "/check_writability") == (200, True)
        assert agent.call("GET", "/database_schema?database=shop")[0] == 200
        for _ in range(20):
            assert agent.call("GET", "/hadron_liveness_probe")[0] == 200
        status = agent.call("GET", "/status")[1]
        assert status["last_active_reason"] == "idle"
        return status["last_active"] == since
    # Postgres counts the sessions of the start a moment after they were there.
    eventually(were_none, 20, "questions that are no use of the compute")


def test_statements_that_cost_most(own_agent):
    agent = configured(own_agent, settings=[("shared_preload_libraries", "pg_stat_statements", "string")])
    assert agent.call("POST", "/check_writability") == (200, True)
    status, text = agent.call("GET", "/insights")
    rows = json.loads(text)
    assert status == 200 and 0 < len(rows) <= 100
    assert any("health_check" in row["query"] and row["calls"] >= 1 for row in rows)
    assert [row["total_exec_time"] for row in rows] == sorted((row["total_exec_time"] for row in rows), reverse=True)


class Plane:
    """A control plane; `answer` gives status and body of each question, and is called by threads of its own."""

    def __init__(self, answer):
        self.asked = []

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_GET(handler):
                self.asked.append((handler.path, handler.headers["Authorization"]))
                status, body = answer(len(self.asked))
                handler.send_response(status)
                handler.send_header("Content-Length", str(len(body)))
                handler.end_headers()
                handler.wfile.write(body)

            def log_message(self, *_):
                pass
        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)

    def __enter__(self):
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        return self

    def __exit__(self, *_):
        self.server.shutdown()
        self.server.server_close()

    def of(self, agent):
        """The agent, which asks here."""
        (agent.folder / "token").write_text("t0ken\n")
        agent.command += ["--control-plane-uri", f"http://127.0.0.1:{self.server.server_port}", "--control-plane-token-file",
                          agent.folder / "token"]
        return agent

    @staticmethod
    def spec(**changes):
        return 200, json.dumps(a_spec(**changes) | {"status": "attached"}).encode()


def test_a_spec_is_pulled_and_the_questions_are_counted(own_agent):
    with Plane(lambda count: (503, b"") if count == 1 else Plane.spec()) as plane:
        plane.of(own_agent).start()
        eventually(lambda: own_agent.state() == "running", 60, "a running compute")
    assert plane.asked == [(f"/compute/api/v2/computes/{own_agent.compute}/spec", "Bearer t0ken")] * 2
    page = own_agent.call("GET", "/metrics", token="")[1]
    for status in 200, 503:
        assert f'compute_ctl_cplane_requests_total{{rpc="GetComputeSpec",http_status="{status}"}} 1' in page


def test_a_spec_that_was_pulled_too_late_does_not_replace_one_that_was_pushed(own_agent):
    pushed = threading.Event()

    def answer(_):
        assert pushed.wait(60)
        return Plane.spec(databases=("late",))
    with Plane(answer) as plane:
        agent = configured(plane.of(own_agent))
        pushed.set()
        eventually(lambda: 'http_status="200"} 1' in agent.call("GET", "/metrics", token="")[1], 20, "the late answer")
        # Behind whatever the agent has made of it.
        assert agent.call("POST", "/configure", a_spec(settings=[("work_mem", "5MB", "string")]))[0] == 200
        with administrator(agent) as session:
            assert session.execute("select datname from pg_database where datname in ('late', 'shop')").fetchall() == [("shop",)]


def test_a_postgres_that_serves_is_not_called_failed_because_nobody_gives_a_spec(own_agent):
    is_there = threading.Event()
    is_there.set()
    with Plane(lambda _: Plane.spec() if is_there.is_set() else (500, b"")) as plane:
        plane.of(own_agent).start()
        eventually(lambda: own_agent.state() == "running", 60, "a running compute")
        postmaster = own_agent.postmaster()
        is_there.clear()
        own_agent.end(signal.SIGKILL)
        own_agent.start()
        eventually(lambda: "there is no spec yet" in own_agent.log.read_text(), 60, "a control plane that does not answer")
        assert own_agent.state() == "empty" and processes.is_alive(postmaster)
        is_there.set()
        eventually(lambda: own_agent.state() == "running", 60, "a compute that runs as before")
        assert own_agent.postmaster() == postmaster


def run_again(agent, *changes):
    """The same command for a second agent, but for these options; returns how it ended."""
    words = [str(word) for word in agent.command]
    for name, value in changes:
        words[words.index(name) + 1] = value
    return subprocess.run(words, capture_output=True, text=True, timeout=60)


def test_a_second_agent_in_the_same_folder_ends_before_it_says_a_word(own_agent):
    agent = configured(own_agent)
    told = (agent.folder / "pgdata.reports").read_bytes()
    for generation in "1", "2":
        second = run_again(agent, ("--generation", generation))
        assert second.returncode == 1 and "another agent holds this data directory" in second.stderr
        assert (agent.folder / "pgdata.reports").read_bytes().startswith(told)
    assert agent.state() == "running"


def test_a_port_that_somebody_else_has_is_a_failure(own_agent):
    with socket.create_server(("127.0.0.1", 0)) as somebody:
        done = run_again(own_agent, ("--external-http-port", str(somebody.getsockname()[1])))
    assert done.returncode == 1 and "cannot serve HTTP" in done.stderr


def administrator(agent):
    return psycopg.connect(host="127.0.0.1", port=agent.port, user="cloud_admin", dbname="postgres", autocommit=True,
                           password=(agent.folder / "pgdata.admin-password").read_text())


def test_an_exchanged_authority_does_not_shut_the_agent_out(own_agent):
    agent = configured(own_agent)
    first = certificate_shown(agent)
    certificates(agent.folder / "other", agent.compute)
    for name in "tls.key", "tls.crt", "ca.crt":
        os.replace(agent.folder / "other" / name, agent.folder / "certs" / name)
    eventually(lambda: certificate_shown(agent) != first, 20, "the other certificate")

    def own_sessions(session):
        return {pid for pid, in session.execute("select pid from pg_stat_activity where application_name = 'sidecar-agent'")}
    with administrator(agent) as session:
        before = eventually(lambda: own_sessions(session), 20, "sessions of the agent")
        session.execute("select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'sidecar-agent'")
        eventually(lambda: own_sessions(session) - before, 20, "a new session of the agent")
    assert agent.state() == "running"
    assert agent.call("POST", "/check_writability") == (200, True)


def configured(agent, **changes):
    agent.start()
    status, answer = agent.call("POST", "/configure", a_spec(**changes))
    assert status == 200, answer
    return agent


def test_a_killed_postgres_is_told_and_carried_through(own_agent):
    agent = configured(own_agent)
    os.kill(agent.postmaster(), signal.SIGKILL)
    eventually(lambda: agent.state() == "failed", 20, "the failure")
    assert "signal 9" in agent.call("GET", "/status")[1]["error"]
    assert agent.call("GET", "/readyz", token="")[0] == 503
    assert agent.call("GET", "/livez", token="")[0] == 200
    # What it left has become the agent's, and is not left as ended processes that nobody waits for.
    eventually(lambda: not processes.ended_children_of(agent.process.pid), 30, "reaped orphans")
    assert agent.end(signal.SIGTERM) == 1
    assert not processes.within([str(agent.folder / "pgdata")])


def test_a_change_that_postgres_refuses_leaves_it_serving(own_agent):
    agent = configured(own_agent)
    status, answer = agent.call("POST", "/configure", a_spec(settings=[("work_mem", "lots", "string")]))
    assert (status, answer["error"].startswith("compute configuration failed")) == (500, True), answer
    assert agent.call("POST", "/check_writability") == (200, True)
    told = agent.call("GET", "/status")[1]
    assert (told["status"], told["pending_restart"]) == ("running", []) and "work_mem" in told["error"], told
    # It can be put right, and it can be ended.
    assert agent.call("POST", "/configure", a_spec(databases=("shop", "more")))[0] == 200
    assert "more" in {database["name"] for database in agent.call("GET", "/dbs_and_roles")[1]["databases"]}
    status, answer = agent.call("POST", "/terminate?mode=immediate")
    assert (status, answer["lsn"]) == (200, None)
    assert agent.process.wait(timeout=10) == 0


def test_a_client_that_sits_on_a_lock_keeps_no_compute(own_agent):
    agent, secret = own_agent, verifier(b"secret")
    spec = a_spec()
    spec["spec"]["cluster"]["roles"] = [{"name": name, "encrypted_password": secret} for name in ("app", "goes")]
    agent.start()
    status, answer = agent.call("POST", "/configure", spec)
    assert status == 200, answer

    def connect(user):
        return psycopg.connect(host="127.0.0.1", port=agent.port, user=user, password="secret", dbname="shop",
                               application_name="sits", connect_timeout=10, autocommit=True)
    with connect("app") as holder:
        holder.execute("grant create on schema public to goes")
        with connect("goes") as owner:
            owner.execute("create table theirs (); grant select on theirs to app")
        holder.execute("begin; select * from theirs")
        spec["spec"]["cluster"]["roles"].pop()
        spec["spec"]["delta_operations"] = [{"action": "delete_role", "name": "goes"}]
        began = time.monotonic()
        status, answer = agent.call("POST", "/configure", spec)
        # Three waits of three seconds, and some for a slow machine.
        assert time.monotonic() - began < 30
        assert status == 500 and f'held by pid {holder.info.backend_pid} (application "sits"' in answer["error"], answer
        told = agent.call("GET", "/status")[1]
        assert told["status"] == "running" and 'role "goes" has in database "shop"' in told["error"], told
        assert agent.call("POST", "/check_writability") == (200, True)
        holder.execute("commit")
        assert agent.call("POST", "/configure", spec)[0] == 200
        assert holder.execute("select count(*) from pg_roles where rolname = 'goes'").fetchone() == (0,)


def test_postgres_own_exit_code_is_carried_and_is_none_of_ours(own_agent):
    # All of the installation's programs, with a server that ends with a code of the test's choice.
    (programs := own_agent.folder / "bin").mkdir()
    for program in BIN.iterdir():
        if program.name != "postgres":
            (programs / program.name).symlink_to(program)
    code = own_agent.folder / "code"
    (programs / "postgres").write_text(f'#!/bin/sh\n[ $# = 2 ] && exit $(cat {code})\nexec {BIN}/postgres "$@"\n')
    (programs / "postgres").chmod(0o755)
    own_agent.command += ["--pgbin", programs / "postgres", "--http-linger", "0"]
    for its, ours in ("2", 102), ("3", 3):
        code.write_text(its)
        own_agent.start()
        status, answer = own_agent.call("POST", "/configure", a_spec())
        assert (status, f"code {its}" in answer["error"]) == (500, True), answer
        assert own_agent.process.wait(timeout=20) == ours
    # Ours, for comparison.
    own_agent.command += ["--port", "0"]
    assert subprocess.run(own_agent.command, capture_output=True, timeout=20).returncode == 2


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can take somebody's rights")
def test_lost_rights_are_told(own_agent):
    agent = configured(own_agent)
    assert agent.end(signal.SIGTERM) == 0
    data = agent.folder / "pgdata"
    owner = data.stat()
    os.chown(data, 0, 0)
    agent.start()
    status, answer = agent.call("POST", "/configure", a_spec())
    assert status == 500 and answer["error"].startswith("compute configuration failed: "), answer
    status = agent.call("GET", "/status")[1]
    assert status["status"] == "failed" and status["error"], status
    assert agent.end(signal.SIGTERM) != 0
    os.chown(data, owner.st_uid, owner.st_gid)
    configured(agent)
    assert agent.end(signal.SIGTERM) == 0


def test_a_signal_is_a_graceful_end(own_agent):
    agent = configured(own_agent)
    began = time.monotonic()
    assert agent.end(signal.SIGTERM) == 0
    assert time.monotonic() - began < 15
    assert "its last position" in agent.log.read_text() and "not obtained" not in agent.log.read_text()
    assert not processes.within([str(agent.folder / "pgdata")])


def test_postgres_in_another_time_zone_is_idle_all_the_same(own_agent):
    agent = configured(own_agent, settings=[("timezone", "Pacific/Kiritimati", "string")])
    status = eventually(lambda: agent.call("GET", "/status")[1], 10)
    assert status["last_active_reason"] == "idle"
    seen = time.strptime(status["last_active"].split(".")[0], "%Y-%m-%dT%H:%M:%S")
    assert abs(time.mktime(seen) - time.mktime(time.gmtime())) < 60


def test_a_clock_that_is_set_makes_nobody_idle_for_an_hour(own_agent, monkeypatch):
    """The agent's alone: Postgres's environment is its own."""
    library, clock = own_agent.folder / "clock.so", own_agent.folder / "clock"
    compiler = shutil.which("cc") or shutil.which("clang")
    subprocess.run([compiler, "-shared", "-fPIC", "-o", library, Path(__file__).with_name("clock.c"), "-ldl"], check=True)
    clock.write_text("0")
    for name, value in ("LD_PRELOAD", library), ("CLOCK_OFFSET_FILE", clock):
        monkeypatch.setenv(name, str(value))
    agent, spec = own_agent.start(), a_spec()
    spec["spec"]["cluster"]["roles"][0]["encrypted_password"] = verifier(b"secret")
    assert agent.call("POST", "/configure", spec)[0] == 200
    monkeypatch.undo()

    def seconds(status):
        return calendar.timegm(time.strptime(status["last_active"].split(".")[0], "%Y-%m-%dT%H:%M:%S"))

    def idle():
        status = agent.call("GET", "/status")[1]
        return status if status["last_active_reason"] == "idle" else None

    def is_seen():
        with psycopg.connect(host="127.0.0.1", port=agent.port, user="app", dbname="shop", password="secret") as client:
            client.execute("select 1")
            eventually(lambda: agent.call("GET", "/status")[1]["last_active_reason"] == "client", 20, "somebody who is served")
    is_seen()
    before = eventually(idle, 20, "an idle compute")
    # Of its nature a token's time is the time of day, and no more than that: one without a time is for ever.
    token = agent.token(exp=int(time.time()) + 1800, nbf=int(time.time()) - 600)
    assert agent.call("GET", "/status", token=token)[0] == 200
    for jumps, offset in enumerate((3600, 0), start=1):
        (new := own_agent.folder / "clock.new").write_text(str(offset))
        os.replace(new, clock)
        eventually(lambda: agent.log.read_text().count("the time of day was set") == jumps, 20, "the jump")
        assert agent.call("GET", "/status", token=token)[0] == (401 if offset else 200)
        # It has been idle for as long as before, by the clock that counts now; and never since a time that has not come.
        eventually(lambda: (now := idle()) and abs(seconds(now) - offset - time.time()) < 60 + time.time() - seconds(before), 20,
                   f"a last use by the clock that is {offset} s ahead")
        assert agent.state() == "running" and agent.call("GET", "/readyz", token="")[0] == 200
    is_seen()
    assert agent.end(signal.SIGTERM) == 0


def versions(agent):
    return [int(number) for number in re.findall(r'"version":"1\.(\d+)"', agent.log.read_text())]


@pytest.mark.skipif(os.geteuid() != 0, reason="only root mounts a small disk")
def test_a_start_without_room(own_agent):
    data = own_agent.folder / "disk"
    data.mkdir()
    subprocess.run(["mount", "-t", "tmpfs", "-o", "size=16m,mode=0711", "tmpfs", data], check=True)
    own_agent.command += ["--pgdata", data / "pgdata", "--http-linger", "0"]
    try:
        own_agent.start()
        status, answer = own_agent.call("POST", "/configure", a_spec())
        assert (status, "No space left on device" in answer["error"]) == (500, True), answer
        assert own_agent.process.wait(timeout=20) == 1
        assert not (data / "pgdata").exists() and not processes.within([str(data)])
        subprocess.run(["mount", "-o", "remount,size=96m", data], check=True)
        configured(own_agent)
        assert not (data / "pgdata.partial").exists()
        assert own_agent.end(signal.SIGTERM) == 0
    finally:
        own_agent.end(signal.SIGTERM)
        subprocess.run(["umount", "-l", data], check=True)


def configuration(agent):
    """Whatever stands in the data directory about settings, also what is on its way."""
    data = own_data(agent)
    return {path.name: path.read_bytes() for pattern in ("*.conf*", "server.*") for path in data.glob(pattern)}


def own_data(agent):
    """Where the last `--pgdata` leads."""
    words = [str(word) for word in agent.command]
    return Path(words[len(words) - words[::-1].index("--pgdata")])


def shown(agent, name):
    """As the agent's own role sees it, which is let in whatever the roles of a spec are."""
    password = Path(f"{own_data(agent)}.admin-password").read_text()
    with psycopg.connect(host="127.0.0.1", port=agent.port, user="cloud_admin", dbname="postgres", password=password,
                         sslmode="require", autocommit=True) as session:
        return session.execute(f"show {name}").fetchone()[0]


@pytest.mark.skipif(os.geteuid() != 0, reason="only root mounts a small disk")
def test_a_full_disk(own_agent):
    data = own_agent.folder / "disk"
    data.mkdir()
    subprocess.run(["mount", "-t", "tmpfs", "-o", "size=96m,mode=0711", "tmpfs", data], check=True)
    own_agent.command += ["--pgdata", data / "pgdata"]
    try:
        agent = configured(own_agent)
        before = configuration(agent)
        (filler := data / "filler").touch()
        with open(filler, "wb") as file, pytest.raises(OSError):
            while True:
                file.write(bytes(1 << 20))
                file.flush()
        # Whoever asks whether the compute can be used is not told to replace it.
        assert agent.call("POST", "/check_writability") == (200, True)
        # What cannot be written down is told all the same. Each change makes a few transitions.
        for _ in range(20):
            if "transitions are not kept on disk" in agent.log.read_text():
                break
            status, answer = agent.call("POST", "/configure", a_spec(settings=[("work_mem", "5MB", "string")]))
            assert status == 500 and answer["error"].startswith("compute configuration failed: "), answer
            assert "postgresql.conf" in answer["error"] and "No space left on device" in answer["error"], answer
        else:
            raise AssertionError("there is still room for transitions")
        # What was good stays, whole, and nothing half-written takes room beside it.
        assert configuration(agent) == before and shown(agent, "work_mem") == "4MB"
        told = agent.call("GET", "/status")[1]
        assert told["status"] == "running" and "No space left on device" in told["error"], told
        filler.unlink()
        assert eventually(lambda: agent.call("POST", "/check_writability") == (200, True), 20)
        assert agent.call("POST", "/configure", a_spec(settings=[("work_mem", "5MB", "string")]))[0] == 200
        assert shown(agent, "work_mem") == "5MB" and agent.call("GET", "/status")[1]["error"] is None
        # By then all of it is written down, and an agent that comes after goes on with the numbers.
        agent.end(signal.SIGKILL)
        told = versions(agent)
        agent.start()
        assert agent.call("POST", "/configure", a_spec())[0] == 200
        assert min(versions(agent)) > max(told)
        assert agent.end(signal.SIGTERM) == 0
    finally:
        own_agent.end(signal.SIGTERM)
        subprocess.run(["umount", "-l", data], check=True)


def test_an_agent_that_is_killed_and_started_again_goes_on_with_its_postgres(own_agent, monkeypatch):
    # Every number is told, also of what only moves the activity.
    monkeypatch.setenv("SIDECAR_LOG_LEVEL", "debug")
    agent = configured(own_agent)
    postmaster = agent.postmaster()
    agent.end(signal.SIGKILL)
    assert processes.is_alive(postmaster)
    agent.start()
    # A spec that it refuses is no reason to end a Postgres that serves.
    status, answer = agent.call("POST", "/configure", a_spec(settings=[("work_mem", "lots", "string")]))
    assert (status, "work_mem" in answer["error"]) == (500, True), answer
    status = agent.call("GET", "/status")[1]
    assert (status["status"], "work_mem" in status["error"]) == ("running", True), status
    assert agent.call("GET", "/readyz", token="")[0] == 200
    assert agent.call("POST", "/configure", a_spec(databases=("shop", "more")))[0] == 200
    assert agent.postmaster() == postmaster
    assert "more" in {database["name"] for database in agent.call("GET", "/dbs_and_roles")[1]["databases"]}
    steps = versions(agent)
    assert steps and steps[0] > 1 and steps == list(range(steps[0], steps[0] + len(steps)))
    status, answer = agent.call("POST", "/terminate")
    assert status == 200 and answer["lsn"], answer
    assert not processes.is_alive(postmaster)
    assert agent.end(signal.SIGTERM) == 0


def test_what_changed_while_the_agent_was_away_is_loaded_or_waits_for_a_restart(own_agent):
    def spec(memory, connections):
        return a_spec(settings=[("work_mem", memory, "string"), ("max_connections", connections, "integer")])

    def away(then, text=None):
        """The agent is gone; its files may have been written by then, and Postgres not told of it."""
        agent.end(signal.SIGKILL)
        if text:
            (own_data(agent) / "postgresql.conf").write_bytes(text)
        agent.start()
        assert agent.call("POST", "/configure", then)[0] == 200
        assert agent.postmaster() == postmaster
        return shown(agent, "work_mem"), agent.call("GET", "/status")[1]["pending_restart"]
    agent = own_agent.start()
    assert agent.call("POST", "/configure", spec("6MB", "60"))[0] == 200
    postmaster, written = agent.postmaster(), (own_data(agent) / "postgresql.conf").read_bytes()
    assert agent.call("POST", "/configure", spec("5MB", "60"))[0] == 200
    assert away(spec("6MB", "60"), written) == ("6MB", [])
    assert away(spec("7MB", "50")) == ("7MB", ["max_connections"])
    # Also when nothing is changed any more, and not when it is what it was.
    assert away(spec("7MB", "50")) == ("7MB", ["max_connections"])
    assert away(spec("7MB", "60")) == ("7MB", [])
    assert agent.end(signal.SIGTERM) == 0
