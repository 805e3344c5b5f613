"""A replica that follows a real primary, and becomes one."""
import json
import socket
import urllib.error
import urllib.request

import psycopg

import storage
from http_agent import TokenKey
from lone import BIN
from lone_agent import TOKEN, Agent
from storage import Backup, Pageserver, Safekeeper, sync_program
from waiting import eventually


class Primary:
    """The server that a backup was made of, running on, for its replicas."""

    def __init__(self, folder):
        self.folder = folder
        with socket.create_server(("127.0.0.1", 0)) as free:
            self.port = free.getsockname()[1]
        self.control("start", "-l", folder / "log", "-o",
                     f"-c listen_addresses=127.0.0.1 -c port={self.port} -c unix_socket_directories={folder} -c fsync=off")

    def control(self, *words):
        storage.run(BIN / "pg_ctl", "-D", self.folder / "origin", "-w", *words)

    def query(self, text):
        with psycopg.connect(host="127.0.0.1", port=self.port, user="cloud_admin", dbname="postgres", autocommit=True) as session:
            cursor = session.execute(text)
            return cursor.fetchone()[0] if cursor.description else None


def test_a_replica_follows_and_is_promoted(folder):
    backup = Backup(folder / "backup")
    primary = Primary(folder / "backup")
    pageserver, keeper = Pageserver(backup.packed, token=TOKEN), Safekeeper(backup.lsn, token=TOKEN)
    (home := folder / "agent").mkdir()
    key = TokenKey(home, "first")
    (home / "jwks.json").write_text(json.dumps({"keys": [key.jwk]}))
    with socket.create_server(("127.0.0.1", 0)) as free:
        http = free.getsockname()[1]
    agent = Agent(home, [{"libpq_url": pageserver.libpq_url}], [keeper])
    promoted = agent.spec | {"mode": "Primary"}
    agent.spec = agent.spec | {"mode": "Replica", "safekeeper_connstrings": []}
    agent.spec["cluster"] = agent.spec["cluster"] | {"settings": [
        {"name": "primary_conninfo", "value": f"host=127.0.0.1 port={primary.port} user=cloud_admin", "vartype": "string"}]}

    def call(method, path, body=None):
        request = urllib.request.Request(
            f"http://127.0.0.1:{http}{path}", method=method, data=None if body is None else json.dumps(body).encode(),
            headers={"Authorization": f"Bearer {key.token(compute_id='c1')}"})
        try:
            with urllib.request.urlopen(request, timeout=100) as answer:
                return answer.status, json.load(answer)
        except urllib.error.HTTPError as refusal:
            with refusal:
                return refusal.code, json.load(refusal)

    def reads(query):
        with agent.connect(user="reader") as session:
            return session.execute(query).fetchone()[0]

    try:
        with agent.start("--external-http-port", str(http), "--http-listen", "127.0.0.1", "--jwks-file", home / "jwks.json",
                         "--sync-safekeepers-program", sync_program(home, "echo 7/ABC")):
            agent.runs()
            assert reads("select pg_is_in_recovery()")
            primary.query("create table followed as select 7 n; grant select on followed to reader")
            eventually(lambda: reads("select count(*) from pg_class where relname = 'followed'") == 1, 30, "what was written")
            assert call("POST", "/check_writability")[0] == 412
            position = primary.query("select pg_current_wal_flush_lsn()")
            primary.control("stop", "-m", "fast")

            # It becomes a primary, but its spec cannot be; what is done is not done again.
            bad = promoted | {"cluster": promoted["cluster"] | {
                "settings": [{"name": "work_mem", "value": "lots", "vartype": "string"}]}}
            status, answer = call("POST", "/promote", {"spec": bad, "wal_flush_lsn": position})
            assert (status, answer["status"]) == (500, "failed") and "work_mem" in answer["error"], answer
            assert not reads("select pg_is_in_recovery()")
            assert call("GET", "/status")[1]["status"] == "running"
            status, answer = call("POST", "/promote", {"spec": promoted, "wal_flush_lsn": position})
            assert (status, answer["status"]) == (200, "completed"), answer
            assert answer["reconfigure_time_ms"] >= 0 and "pg_promote_time_ms" not in answer
            assert call("POST", "/promote", {"spec": promoted, "wal_flush_lsn": position})[0] == 412

            # What the primary of before wrote is here, and so is what the spec wants; and it writes.
            assert reads("select n from followed") == 7
            with agent.connect("shop") as session:
                session.execute("create table written as select 1")
            assert call("POST", "/check_writability") == (200, True)
            status = call("GET", "/status")[1]
            assert (status["status"], status["error"]) == ("running", None), status
            assert reads("show neon.compute_mode") == "primary"
            # A primary's log has an end that is looked for at the safekeepers.
            assert call("POST", "/terminate") == (200, {"lsn": "7/ABC"})
    finally:
        for stand in pageserver, keeper:
            stand.close()
        if (folder / "backup/origin/postmaster.pid").exists():
            primary.control("stop", "-m", "immediate")
