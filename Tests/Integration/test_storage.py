"""Computes whose storage is elsewhere: where the log ends, base backups over both protocols, their faults, and every stop."""
import gzip
import json
import os
import re
import shutil
import signal
import socket
import tarfile
import time
import urllib.error
import urllib.request
from pathlib import Path
from types import SimpleNamespace

import psycopg
import pytest

import storage
from conftest import new_folder
from http_agent import TokenKey, listener
from lone import LoneProxy, server_certificate
from lone_agent import TENANT, TIMELINE, TOKEN, Agent
from storage import CRAWLING, CUT, DENIED, ERROR, REFUSED, SILENT, SLOW, TRICKLING, TRUNCATED, Backup, Pageserver, Safekeeper, sync_program
from test_agent_secrets import NoControlPlane
from test_reported_details import reported
from waiting import eventually


@pytest.fixture
def stands():
    """Makes servers that end with the test."""
    made = []

    def make(kind, *arguments, **options):
        made.append(kind(*arguments, **options))
        return made[-1]

    yield make
    for stand in made:
        stand.close()


def both(pageserver):
    return {"libpq_url": pageserver.libpq_url, "grpc_url": pageserver.grpc_url}


# A start

@pytest.mark.parametrize("wire", ["libpq", "grpc"])
def test_a_primary_starts_from_where_the_safekeepers_agree(folder, backup, stands, wire):
    keepers = [stands(Safekeeper, backup.lsn, token=TOKEN) for _ in range(2)] + [stands(Safekeeper, None, silent=True)]
    pageserver = stands(Pageserver, backup.packed, token=TOKEN)
    agent = Agent(folder, [both(pageserver)], keepers, drop_subscriptions_before_start=True)
    agent.spec["pageserver_connection_info"]["prefer_protocol"] = wire
    agent.spec["cluster"]["settings"] = [{"name": "neon.max_cluster_size", "value": "10240", "vartype": "integer"}]
    with agent.start("--safekeeper-limit", "1s", "--privileged-role-name", "chief"):
        agent.runs()
        assert agent.kept() == ("kept",)
        with agent.connect() as connection:
            shown = [connection.execute(f"show neon.{name}").fetchone()[0] for name in (
                "privileged_role_name", "max_cluster_size", "disable_logical_replication_subscribers")]
        assert shown == ["chief", "10240", "false"]
        # For us there was no limit, and nothing subscribed before that was over.
        changes = re.findall(r'parameter \\?"neon\.(max|disable)\w+\\?" changed to \\?"([^"\\]*)', agent.text())
        assert changes == [("max", "-1"), ("max", "10240"), ("disable", "false")], agent.text()[-5000:]
        with agent.connect("shop") as connection:
            connection.execute("create table t as select 1")
        assert [keeper.commands for keeper in keepers] == [["TIMELINE_STATUS"]] * 3
        assert keepers[0].sessions[0]["options"] == f"-c timeline_id={TIMELINE} tenant_id={TENANT}"
        if wire == "libpq":
            assert pageserver.commands == [f"basebackup {TENANT} {TIMELINE} {backup.lsn} --gzip"]
            assert pageserver.sessions[0]["application_name"] == "compute_ctl"
            assert pageserver.sessions[0]["options"] == "-c neon.compute_mode=primary"
        else:
            high, low = (int(half, 16) for half in backup.lsn.split("/"))
            [(call, fields, metadata)] = pageserver.calls
            assert (call, fields) == ("GetBaseBackup", {1: high << 32 | low, 4: 2}) and pageserver.commands == []
            assert (metadata["neon-tenant-id"], metadata["neon-timeline-id"], metadata["neon-shard-id"]) == (
                TENANT, TIMELINE, "0000")
        assert (agent.data / "neon.signal").read_text() == "PREV LSN: invalid"
        assert agent.end() == 0
        assert TOKEN not in agent.text()
    # What is there is a copy: the next start makes it anew, and nothing of the old one is left.
    (agent.data / "scribble").write_text("x")
    with agent.start("--safekeeper-limit", "1s"):
        agent.runs()
        assert not (agent.data / "scribble").exists()
        with pytest.raises(psycopg.errors.UndefinedTable), agent.connect("shop") as connection:
            connection.execute("select * from t")


def test_a_start_falls_through_to_the_other_protocol_and_the_other_pageserver(folder, backup, stands):
    bad = stands(Pageserver, backup.packed, token=TOKEN)
    # A plain stream is as good as a packed one.
    good = stands(Pageserver, backup.plain, token=TOKEN, chunk=1_000_003)
    bad.faults, good.faults = [DENIED, DENIED], [REFUSED]
    with Agent(folder, [both(bad), both(good)], [stands(Safekeeper, backup.lsn, token=TOKEN)]) as agent:
        agent.runs()
        assert agent.kept() == ("kept",)
    assert (len(bad.commands), len(bad.calls), len(good.commands), len(good.calls)) == (1, 1, 1, 1)


def test_an_address_that_asks_for_tls_gets_it_from_the_right_server_alone(folder, backup, stands):
    agent = Agent(folder, [], [stands(Safekeeper, backup.lsn, token=TOKEN)])
    certificate = server_certificate(folder, "pageserver", "DNS:localhost")
    secure, plain = (stands(Pageserver, backup.packed, token=TOKEN, tls=tls) for tls in (certificate, None))
    other = stands(Pageserver, backup.packed, token=TOKEN, tls=server_certificate(folder, "other", "DNS:elsewhere"))
    agent.spec["pageserver_connection_info"]["shards"]["0000"]["pageservers"] = [
        {"libpq_url": f"postgres://no_user@localhost:{server.port}?sslmode=require"} for server in (plain, other, secure)]
    with agent.start("--storage-ca-file", folder / "ca.crt"):
        agent.runs()
        assert agent.kept() == ("kept",)
    # Nothing was said to the others, least of all the token.
    assert (len(plain.sessions), len(other.sessions), len(secure.sessions)) == (0, 0, 1)


def test_faults_are_survived_into_a_clean_directory(folder, backup, stands):
    pageserver = stands(Pageserver, backup.packed, token=TOKEN)
    # In turn over libpq and gRPC, so that each protocol has each of them.
    pageserver.faults = [fault for fault in (TRUNCATED, CUT, ERROR, REFUSED) for _ in range(2)] + [SILENT]
    agent = Agent(folder, [both(pageserver)], [stands(Safekeeper, backup.lsn, token=TOKEN)])
    with agent.start("--basebackup-silence-limit", "3s"):
        agent.runs()
        assert agent.kept() == ("kept",)
        assert agent.text().count("no base backup from here") == 9


def test_who_trickles_is_given_up_for_the_next(folder, backup, stands):
    keepers = [stands(Safekeeper, backup.lsn, token=TOKEN) for _ in range(2)] + [stands(Safekeeper, backup.lsn, crawling=True, token=TOKEN)]
    began, agents = time.monotonic(), []
    # Over each protocol by itself, at once.
    for wire, faults in ("libpq_url", (TRICKLING, CRAWLING, SLOW)), ("grpc_url", (TRICKLING, SILENT, SLOW)):
        (place := folder / wire).mkdir(mode=0o755)
        servers = [stands(Pageserver, backup.packed, token=TOKEN) for _ in faults]
        for server, fault in zip(servers, faults):
            server.faults = [fault]
        agent = Agent(place, [{wire: getattr(server, wire)} for server in servers], keepers)
        agent.spec["pageserver_connection_info"]["prefer_protocol"] = wire.removesuffix("_url")
        agents.append((agent.start("--safekeeper-limit", "500ms", "--basebackup-time-limit", "5s", "--basebackup-silence-limit", "2s"), servers))
    for agent, servers in agents:
        with agent:
            agent.runs()
            assert agent.kept() == ("kept",)
            told = [line for line in agent.text().splitlines() if "no base backup from here" in line]
            words = ["is not whole after 5.0 seconds", "nothing more for 2.0 seconds"]
            # A busy machine may be too slow for the slow one as well, and begins again.
            assert len(told) >= 2 and all(word in line for word, line in zip(words, told)), told
            assert "a safekeeper did not answer" in agent.text()
            assert len(told) > 2 or [len(server.commands + server.calls) for server in servers] == [1, 1, 1]
            assert agent.end() == 0
    # Each has its limit, and no more than a moment beyond it.
    assert 0.5 + 5 + 2 < time.monotonic() - began < 40


def test_a_stop_while_it_trickles_leaves_nothing(folder, backup, stands):
    pageserver = stands(Pageserver, backup.packed, token=TOKEN)
    pageserver.faults = [TRICKLING]
    agent = Agent(folder, [both(pageserver)], [stands(Safekeeper, backup.lsn, token=TOKEN)])
    stop(agent.start(), lambda: eventually((folder / "pgdata.partial").exists, 30, "its beginning"), signal.SIGTERM)
    assert not agent.data.exists()


# Shards

def test_the_first_of_many_shards_is_asked_and_all_are_told(folder, backup, stands):
    shards = [stands(Pageserver, backup.packed, token=TOKEN) for _ in range(3)]
    shards[0].faults = [REFUSED]
    # Beside each other, by one authority.
    for name in "agent", "proxy":
        (folder / name).mkdir(mode=0o755)
    agent = Agent(folder / "agent", [], [stands(Safekeeper, backup.lsn, token=TOKEN)])
    for name in "ca.crt", "ca.key":
        shutil.copy(agent.folder / name, folder / "proxy" / name)
    agent.spec["pageserver_connection_info"] = {
        "shard_count": 3, "stripe_size": 2048, "prefer_protocol": "grpc", "shards": {
            f"0{number}03": {"pageservers": [{"id": number + 1} | both(server)]} for number, server in enumerate(shards)}}
    with LoneProxy(folder / "proxy", NoControlPlane, "--auth-backend", "agent") as proxy, \
            agent.start("--report-to", proxy.told["grpc"]), agent.running_session() as connection:
        # Over both protocols.
        assert [(len(server.commands), len(server.calls)) for server in shards] == [(1, 1), (0, 0), (0, 0)]
        assert shards[0].calls[0][2]["neon-shard-id"] == "0003"
        shown = [connection.execute(f"show neon.{name}").fetchone()[0] for name in ("pageserver_connstring", "stripe_size")]
        assert shown == [",".join(server.libpq_url for server in shards), "2048"]
        # The stripe size has to be known when the addresses are assigned.
        written = (agent.data / "postgresql.conf").read_text()
        assert 0 < written.index("neon.stripe_size") < written.index("neon.pageserver_connstring")
        told = eventually(lambda: reported(proxy), 10, "the agent's word")["pageserver"]
        assert (told["shard_count"], told["stripe_size"], told["prefer_protocol"]) == (3, 2048, "grpc")
        assert [(shard["index"], [server["id"] for server in shard["pageservers"]]) for shard in told["shards"]] == [
            (f"0{number}03", [number + 1]) for number in range(3)]
        assert agent.end() == 0


# Contents that nobody should start from

def wrong(backup):
    return {
        "another version": (backup.changed("PG_VERSION", b"14\n"), "PostgreSQL 14, the program is 15"),
        "no control file": (backup.without("global/pg_control"), "no control file"),
        "no version": (backup.without("PG_VERSION"), "no PG_VERSION"),
        "no signal": (backup.without("zenith.signal"), "does not say where its log begins"),
        "a file behind the control file": (backup.plain[:-1024] + storage.file_entry("base/late", b"x") + bytes(1024),
                                           "base/late behind its control file"),
        "a symbolic link": (storage.link_entry("base", "/etc") + backup.plain, "link("),
        "a hard link": (storage.link_entry("base", "/etc/passwd", tarfile.LNKTYPE) + backup.plain, "link("),
        "an absolute path": (storage.file_entry("/tmp/escaped", b"x") + backup.plain, "badPath"),
        "a way out": (storage.file_entry("base/../../escaped", b"x") + backup.plain, "badPath"),
        "one file twice": (storage.file_entry("base/x", b"1") + storage.file_entry("base/x", b"2") + backup.plain,
                           "File exists"),
        "a standby's signal": (storage.file_entry("standby.signal", b"") + backup.plain, "standby.signal"),
        "no archive": (b"<html>" * 1000, "badChecksum"),
        "no archive, packed": (gzip.compress(b"<html>" * 1000), "badChecksum"),
        "a damaged stream": (backup.packed[:2000] + bytes(50) + backup.packed[2050:], "no base backup from here"),
        "an endless file": (gzip.compress(storage.file_entry("base/x", b"")[:0]
                                          + huge_header("base/huge", 1 << 40)), "fileTooLarge"),
        "a bomb": (gzip.compress(bytes(80 << 20)), "tooLarge"),
    }


def huge_header(name, size):
    info = tarfile.TarInfo(name)
    info.size = size
    return info.tobuf(tarfile.GNU_FORMAT)


def wrong_messages(backup):
    """Streams of gRPC that end in order, and are none."""
    return {
        "no message": ([], "truncated"),
        "messages without content": ([b"", b"\x0a\x00"] * 3, "truncated"),
        "no protobuf": ([b"\xff" * 40], "no base backup from here"),
        "a field of another type": ([b"\x08\x01"], "no base backup from here"),
        "a length beyond its message": ([b"\x0a" + storage.varint(1 << 20) + backup.packed[:100]], "no base backup from here"),
        "a message beyond the limit": ([storage.chunk(bytes(5 << 20))], "resource"),
    }


@pytest.mark.parametrize("wire", ["libpq", "grpc"])
def test_wrong_contents_start_nothing_and_leave_nothing(folder, backup, stands, wire):
    # Everything at once, each in an agent of its own.
    agents, messages = {}, {}
    cases = wrong(backup) | {"nothing": (b"", "truncated")}
    if wire == "grpc":
        messages = wrong_messages(backup)
        cases |= {name: (b"", words) for name, (_, words) in messages.items()}
    for number, (name, (content, words)) in enumerate(cases.items()):
        place = folder / f"case-{number:02}"
        place.mkdir(mode=0o755)
        pageserver = stands(Pageserver, content, token=TOKEN)
        pageserver.messages = messages.get(name, (None, words))[0]
        agents[name] = words, Agent(
            place, [{f"{wire}_url": getattr(pageserver, f"{wire}_url")}], [stands(Safekeeper, backup.lsn, token=TOKEN)])
        agents[name][1].spec["pageserver_connection_info"]["prefer_protocol"] = wire
    for name, (words, agent) in agents.items():
        agent.start("--basebackup-limit", "60")
    for name, (words, agent) in agents.items():
        try:
            agent.says(words)
        except AssertionError as error:
            raise AssertionError(f"{name}: {words}: {error}") from None
        finally:
            agent.end()
        assert not agent.data.exists() and agent.leftovers() == [], name
        assert "running" not in agent.text(), name
    assert not Path("/tmp/escaped").exists() and not list(folder.glob("**/escaped"))


def test_data_that_no_pageserver_gave_is_left_alone(folder, backup, stands):
    pageserver = stands(Pageserver, backup.packed, token=TOKEN)
    agent = Agent(folder, [both(pageserver)], [stands(Safekeeper, backup.lsn, token=TOKEN)])
    agent.data.mkdir()
    (agent.data / "PG_VERSION").write_text("15\n")
    (agent.data / "thesis").write_text("years")
    agent.start()
    agent.says("did not come from a pageserver")
    assert agent.process.wait(timeout=30) == 1
    assert (agent.data / "thesis").read_text() == "years" and pageserver.commands == []


# Safekeepers

def test_safekeepers_that_differ_are_synchronized(folder, backup, stands):
    keepers = [stands(Safekeeper, backup.lsn, token=TOKEN), stands(Safekeeper, "0/1", token=TOKEN)]
    pageserver = stands(Pageserver, backup.packed, token=TOKEN)
    # It finds what it needs where the original does: in the folder's configuration and in the environment.
    program = sync_program(folder, f"""
        [ "$1" = --sync-safekeepers ] && [ "$NEON_AUTH_TOKEN" = {TOKEN} ] || exit 3
        grep -q "^neon.timeline_id = '{TIMELINE}'" "$PGDATA/postgresql.conf" || exit 4
        [ -e {folder}/once ] || {{ touch {folder}/once; echo "an election was lost" >&2; exit 1; }}
        echo "elected" >&2
        [ -e "$PGDATA/PG_VERSION" ] && echo "at the end" >&2
        echo {backup.lsn}""")
    folder.chmod(0o777)
    with Agent(folder, [both(pageserver)], keepers).start("--sync-safekeepers-program", program) as agent:
        agent.runs()
        assert pageserver.commands == [f"basebackup {TENANT} {TIMELINE} {backup.lsn} --gzip"]
        assert "an election was lost" in agent.text() and "sync: elected" in agent.text()
        environment = Path(f"/proc/{int((agent.data / 'postmaster.pid').read_text().split()[0])}/environ").read_bytes()
        assert f"NEON_AUTH_TOKEN={TOKEN}".encode() in environment.split(b"\0")
        assert TOKEN not in agent.text()
        assert agent.end() == 0
        # What was written last has reached a majority before the end is told.
        assert "sync: at the end" in agent.text() and "the log ends here" in agent.text()


def test_a_synchronization_that_fails_at_the_end_is_told(folder, backup, stands):
    keepers = [stands(Safekeeper, backup.lsn, token=TOKEN), stands(Safekeeper, "0/1", token=TOKEN)]
    program = sync_program(folder, f"""
        [ ! -e "$PGDATA/PG_VERSION" ] || {{ echo asked >> {folder}/asked; echo "no majority" >&2; exit 1; }}
        echo {backup.lsn}""")
    folder.chmod(0o777)
    key, linger = TokenKey(folder, "key"), 4
    (folder / "jwks.json").write_text(json.dumps({"keys": [key.jwk]}))
    agent = Agent(folder, [both(stands(Pageserver, backup.packed, token=TOKEN))], keepers)
    with agent.start("--sync-safekeepers-program", program, "--external-http-port", "0", "--http-listen", "127.0.0.1",
                     "--jwks-file", folder / "jwks.json", "--http-linger", str(linger)):
        agent.runs()
        base = listener(SimpleNamespace(process=agent.process, log=SimpleNamespace(read_text=agent.text)), "external")

        def call(method, path):
            request = urllib.request.Request(f"{base}{path}", method=method,
                                             headers={"Authorization": f"Bearer {key.token(compute_id='c1')}"})
            with urllib.request.urlopen(request, timeout=60) as answer:
                return answer.status, json.loads(answer.read())
        status, ended = call("POST", "/terminate?mode=fast")
        began = time.monotonic()
        assert (status, ended["lsn"]) == (200, None) and "no majority" in ended["lsn_missing_because"], ended
        # Whoever wants to look has as long as after any other end.
        assert call("POST", "/terminate?mode=fast") == (201, ended)
        assert call("GET", "/status")[1]["status"] == "terminated"
        assert agent.process.wait(timeout=30) == 0
        assert time.monotonic() - began > linger - 1
        assert re.search(r"-> terminated: postgres has stopped, its last position not obtained[^\n]*no majority", agent.text()), (
            agent.text()[-3000:])
    # Postgres had ended in order by then; one attempt was made.
    assert "database system is shut down" in agent.text()
    assert (folder / "asked").read_text() == "asked\n"


@pytest.mark.parametrize("first", ["a signal", "Postgres"])
def test_a_second_word_to_end_waits_for_the_synchronization(folder, backup, stands, first):
    """Also when Postgres ended by itself, and the agent was ending for that."""
    program = sync_program(folder, f"""
        [ -e "$PGDATA/PG_VERSION" ] || {{ echo {backup.lsn}; exit; }}
        echo "waiting" >&2
        until [ -e {folder}/go ]; do sleep 0.05; done
        echo 7/ABCD""")
    folder.chmod(0o777)
    keepers = [stands(Safekeeper, backup.lsn, token=TOKEN), stands(Safekeeper, "0/1", token=TOKEN)]
    agent = Agent(folder, [both(stands(Pageserver, backup.packed, token=TOKEN))], keepers)
    with agent.start("--sync-safekeepers-program", program, "--internal-http-port", "0"):
        agent.runs()
        if first == "Postgres":
            os.kill(int((agent.data / "postmaster.pid").read_text().split()[0]), signal.SIGKILL)
        else:
            agent.process.send_signal(signal.SIGTERM)
        agent.says("sync: waiting")
        agent.process.send_signal(signal.SIGQUIT)
        agent.says("-> termination_pending_immediate")
        (folder / "go").touch()
        agent.says("-> terminated: postgres has stopped, its last position 7/ABCD")
        agent.process.wait(timeout=30)
        assert agent.text().count("sync: waiting") == 1 and "the log ends here" in agent.text()


def test_a_timeline_without_log_starts_from_the_newest(folder, backup, stands):
    pageserver = stands(Pageserver, backup.packed, token=TOKEN)
    with Agent(folder, [both(pageserver)], [stands(Safekeeper, "0/0", token=TOKEN)]) as agent:
        agent.runs()
        assert pageserver.commands == [f"basebackup {TENANT} {TIMELINE} --gzip"]


def test_a_program_that_gives_no_lsn_ends_the_start(folder, backup, stands):
    pageserver = stands(Pageserver, backup.packed, token=TOKEN)
    program = sync_program(folder, "echo started; echo 0/1")
    agent = Agent(folder, [both(pageserver)], [stands(Safekeeper, None, token=TOKEN)])
    agent.start("--sync-safekeepers-program", program)
    agent.says("-> failed", 60)
    assert agent.process.wait(timeout=30) == 1
    assert pageserver.commands == [] and agent.leftovers() == [] and not agent.data.exists()


# Read-only computes

def test_a_replica_starts_from_the_newest_and_stays_one(folder, backup, stands):
    pageserver = stands(Pageserver, backup.packed, token=TOKEN)
    with Agent(folder, [both(pageserver)], [], mode="Replica") as agent:
        agent.runs()
        assert pageserver.commands == [f"basebackup {TENANT} {TIMELINE} --gzip --replica"]
        assert pageserver.sessions[0]["options"] == "-c neon.compute_mode=replica"
        assert (agent.data / "standby.signal").read_bytes() == b""
        assert agent.end() == 0


# A stop at every step of a start

@pytest.mark.parametrize("step, with_signal", [
    ("sync", signal.SIGTERM), ("sync", signal.SIGQUIT), ("silent pageserver", signal.SIGTERM),
    ("first bytes", signal.SIGTERM), ("middle of the stream", signal.SIGTERM), ("middle of the stream", signal.SIGQUIT)])
def test_a_stop_leaves_nothing(folder, backup, stands, step, with_signal):
    safekeeper = stands(Safekeeper, None if step == "sync" else backup.lsn, token=TOKEN)
    pageserver = stands(Pageserver, backup.packed, token=TOKEN)
    program = sync_program(folder, "echo waiting >&2; sleep 1000" if step == "sync" else f"echo {backup.lsn}")
    agent = Agent(folder, [both(pageserver)], [safekeeper])
    if step == "silent pageserver":
        with socket.create_server(("127.0.0.1", 0)) as silent:
            agent.spec["pageserver_connection_info"]["shards"]["0000"]["pageservers"] = [
                {"libpq_url": f"postgres://127.0.0.1:{silent.getsockname()[1]}"}]
            stop(agent.start(), lambda: silent.accept(), with_signal)
        return
    if step in ("first bytes", "middle of the stream"):
        pageserver.faults = [SILENT]
        if step == "first bytes":
            pageserver.content = pageserver.content[:2]
    agent.start("--sync-safekeepers-program", program)
    stop(agent, lambda: agent.says("sync: waiting") if step == "sync" else eventually(
        lambda: pageserver.commands, 30, "a request"), with_signal)


@pytest.mark.parametrize("with_signal", [signal.SIGTERM, signal.SIGQUIT])
def test_a_stop_while_postgres_replays_its_log(folder, backup, stands, with_signal):
    # A log that is waited for: until it comes Postgres is there and serves nobody.
    agent = Agent(folder, [both(stands(Pageserver, backup.packed, token=TOKEN))], [], mode="Replica")
    agent.spec["cluster"]["settings"] = [
        {"name": "restore_command", "value": f"touch {folder}/reached; sleep 1000", "vartype": "string"}]
    folder.chmod(0o777)
    agent.start()
    stop(agent, lambda: eventually((folder / "reached").exists, 30, "the wait for a log"), with_signal)


# What somebody else is doing to the catalog, without ever coming to an end, and what we then wait for in which relation.
HELD = {"roles": ("create role app", "pg_authid"),
        "migrations": ("grant execute on function pg_show_replication_origin_status() to reader", "pg_proc")}


@pytest.fixture(scope="module", params=HELD)
def held_backup(request):
    prepared, relation = HELD[request.param]
    folder = new_folder()
    yield Backup(folder / "backup", prepared=prepared), relation
    shutil.rmtree(folder, ignore_errors=True)


@pytest.mark.parametrize("with_signal", [signal.SIGTERM, signal.SIGQUIT])
def test_a_stop_while_the_catalog_is_worked_on(folder, held_backup, stands, with_signal):
    held_backup, relation = held_backup
    pageserver = stands(Pageserver, held_backup.packed, token=TOKEN)
    agent = Agent(folder, [both(pageserver)], [stands(Safekeeper, held_backup.lsn, token=TOKEN)])
    agent.spec["cluster"]["settings"] = [
        {"name": name, "value": value, "vartype": "integer"} for name, value in (
            ("max_prepared_transactions", "1"), ("log_lock_waits", "on"), ("deadlock_timeout", "100"))]
    agent.start("--privileged-role-name", "chief")
    # One of the next lines says of what relation.
    stop(agent, lambda: eventually(
        lambda: relation in "".join(agent.text().partition("still waiting for ShareLock on transaction")[1:]), 30,
        f"a wait for {relation}"), with_signal)


def stop(agent, reached, with_signal):
    reached()
    agent.end(with_signal)
    assert "-> running" not in agent.text(), agent.text()[-3000:]
    assert agent.process.returncode == 0, agent.text()[-3000:]
    assert agent.leftovers() == [], agent.text()[-3000:]


# Leases

def test_a_static_compute_keeps_a_lease_and_says_when_it_is_lost(folder, backup, stands, monkeypatch):
    # Transitions that change no state are told at this level.
    monkeypatch.setenv("SIDECAR_LOG_LEVEL", "debug")
    pageservers = [stands(Pageserver, backup.packed, token=TOKEN) for _ in range(2)]

    def lease(seconds):
        for pageserver in pageservers:
            pageserver.lease = seconds and int((time.time() + seconds) * 1000)

    def ready():
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{port}/readyz", timeout=5) as answer:
                return answer.status, answer.read().decode()
        except urllib.error.HTTPError as refusal:
            return refusal.code, refusal.read().decode()

    # Refused from the beginning, before it ran.
    lease(None)
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    agent = Agent(folder, [{"libpq_url": pageservers[0].libpq_url}, {"grpc_url": pageservers[1].grpc_url}], [],
                  mode={"Static": backup.lsn})
    with agent.start("--internal-http-port", str(port)):
        agent.runs()
        agent.says("running -> running: lease lost: refused")
        assert ready()[0] == 503 and "lease lost: refused" in ready()[1]
        assert agent.end() == 0
    lease(3)
    with agent.start("--internal-http-port", str(port)):
        agent.runs()
        assert pageservers[0].commands.count(f"basebackup {TENANT} {TIMELINE} {backup.lsn} --gzip --replica") == 2
        with agent.connect(user="reader") as connection:
            assert connection.execute("select pg_is_in_recovery()").fetchone() == (True,)
        asked = f"lease lsn {TENANT} {TIMELINE} {backup.lsn}"
        lease(3)
        eventually(lambda: pageservers[0].commands.count(asked) > 1, 20, "a renewal")
        high, low = (int(half, 16) for half in backup.lsn.split("/"))
        assert ("LeaseLsn", {1: high << 32 | low}) in [call[:2] for call in pageservers[1].calls]
        held = agent.text().count("lease held")
        lease(None)
        agent.says("lease lost: refused")
        eventually(lambda: ready()[0] == 503, 20, "a compute that is not ready")
        assert "lease lost: refused" in ready()[1]
        # Its listeners are told why, under the state that it is still in.
        agent.says("running -> running: lease lost: refused")
        # Whatever moves meanwhile says it as well.
        lost = agent.text().index("running -> running: lease lost: refused")
        with agent.connect(user="reader") as connection:
            connection.execute("select 1")
            eventually(lambda: re.search(r"running -> running: (active|idle)[^\n]*lease lost: refused", agent.text()[lost:]), 20,
                       "a step about activity that tells of the lease")
        lease(600)
        eventually(lambda: agent.text().count("lease held") > held, 20, "the lease again")
        eventually(lambda: ready() == (200, "ok\n"), 20, "a compute that is ready again")
        assert agent.end() == 0
