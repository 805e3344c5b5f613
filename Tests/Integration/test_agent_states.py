"""What every call of an agent's HTTP and gRPC does in every state in which somebody outside can find it: one table.

`configuration_pending` is over before a request could come; the lifecycle's own table has it. Each state is held where it is:
by a program that waits, a control plane that does not answer or fails, a session that stays, a process that stands still.
"""
import http.server
import json
import os
import re
import signal
import threading
from concurrent.futures import ThreadPoolExecutor

import grpc
import psycopg
import pytest

import processes
from guest import identity
from http_agent import HTTPAgent, a_spec
from lone import BIN, server_certificate
from lone_agent import verifier
from processes import free_port
from waiting import eventually

STATES = ["empty", "init", "running", "configuration", "refresh_configuration_pending", "refresh_configuration",
          "termination_pending_fast", "termination_pending_immediate", "terminated", "failed"]
TENANT = "5c1d2e3f405162738495a6b7c8d9eafb"
EXTENSION = {"extension": "pg_stat_statements", "database": "shop", "version": "1.10"}
GRANT = {"database": "shop", "schema": "public", "privileges": ["SELECT"], "role": "app"}
KEEPERS = {"tenant_id": TENANT, "timeline_id": TENANT, "generation": 2, "safekeepers": [{"id": 1, "hostname": "sk"}]}


def spec(*settings):
    """One that storage controllers may speak of; only the first of its pageservers is read from."""
    text = a_spec(settings=[("shared_preload_libraries", "pg_stat_statements", "string"), *settings])
    text["spec"]["cluster"]["roles"][0]["encrypted_password"] = verifier(b"secret")
    nodes = [{"id": number, "libpq_url": f"postgres://ps-{number}"} for number in (1, 2)]
    text["spec"] |= {
        "storage_mode": "local", "tenant_id": TENANT, "timeline_id": TENANT, "safekeepers_generation": 1,
        "safekeeper_connstrings": ["sk-0:5454"],
        "pageserver_connection_info": {"shard_count": 0, "shards": {"0000": {"pageservers": nodes}}}}
    return text


def attached(node):
    return {"tenant_id": TENANT, "preferred_az": None, "stripe_size": None, "shards": [{"node_id": node, "shard_number": 0}]}

# In the order of STATES; one word is for all of them. A dash is asked by the story below, since it moves the compute on.
TABLE = """
outside GET    /startupz              503 503 200 200 200 200 200 200 200 200
inside  GET    /startupz              503 503 200 200 200 200 200 200 200 200
outside GET    /livez                 200
inside  GET    /livez                 200
outside GET    /readyz                503 503 200 200 200 200 503 503 503 503
inside  GET    /readyz                503 503 200 200 200 200 503 503 503 503
outside GET    /metrics               200
inside  GET    /metrics               200
outside GET    /openapi.json          200
inside  GET    /openapi.json          200
outside GET    /status                200
outside GET    /metrics.json          200
outside POST   /configure             -   412 -   412 -   412 412 412 412 412
outside POST   /terminate             -   -   -   -   -   -   -   -   201 -
outside POST   /check_writability     412 412 200 200 200 200 500 500 412 412
outside GET    /dbs_and_roles         412 412 200 200 200 200 500 500 412 412
outside GET    /database_schema       412 412 200 200 200 200 500 500 412 412
outside GET    /insights              412 412 200 200 200 200 500 500 412 412
outside GET    /hadron_liveness_probe 412 412 200 200 200 200 500 500 412 412
outside POST   /promote               412 412 412 412 412 412 500 500 412 412
outside PUT    /notify-attach         423 423 -   423 -   423 200 200 200 200
outside PUT    /notify-safekeepers    423 423 -   423 -   423 200 200 200 200
outside GET    /lfc/prewarm           412
outside POST   /lfc/prewarm           412
outside DELETE /lfc/prewarm           412
outside GET    /lfc/offload           412
outside POST   /lfc/offload           412
outside GET    /autoscaling_metrics   412
inside  POST   /extensions            412 412 201 201 201 201 500 500 412 412
inside  POST   /grants                412 412 201 201 201 201 500 500 412 412
inside  POST   /refresh_configuration 412 200 -   412 200 200 412 412 412 412
inside  POST   /failpoints            412
inside  POST   /extension_server/a.so 412
gRPC    -      Health/Check           2   2   1   1   1   1   2   2   2   2
gRPC    -      Health/List            2   2   1   1   1   1   2   2   2   2
gRPC    -      Health/Watch           2   2   1   1   1   1   2   2   2   2
gRPC    -      Reflection             0
gRPC    -      RoleSecrets/Get        14  14  0   0   0   0   14  14  14  14
gRPC    -      RoleSecrets/List       14  14  0   0   0   0   14  14  14  14
"""
# By reflection's own protocol; each service has its rows above.
LIST_SERVICES = b"\x3a\x00"
SERVICES = {b"sidecar.secret.v1.RoleSecrets", b"grpc.health.v1.Health", b"grpc.reflection.v1.ServerReflection",
            b"grpc.reflection.v1alpha.ServerReflection"}
QUERIES = {"/database_schema": "?database=shop"}
BODIES = {"/configure": spec(), "/promote": {"spec": spec()["spec"], "wal_flush_lsn": "0/1"}, "/notify-attach": attached(2),
          "/notify-safekeepers": KEEPERS, "/extensions": EXTENSION, "/grants": GRANT}


def rows():
    for line in TABLE.strip().splitlines():
        side, method, path, *words = line.split()
        yield (side, method, path), words * len(STATES) if len(words) == 1 else words


def expected(state):
    return {call: int(words[STATES.index(state)]) for call, words in rows() if words[STATES.index(state)] != "-"}


class Plane(http.server.ThreadingHTTPServer):
    """A control plane that has no spec at first, and then the one that it is given; or fails, or does not answer."""

    def __init__(self):
        self.spec, self.fails, self.asked = None, False, 0
        self.answers = threading.Event()
        self.answers.set()
        plane = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_GET(self):
                plane.asked += 1
                plane.answers.wait()
                status = "empty" if plane.spec is None else "attached"
                body = json.dumps((plane.spec or {"spec": None, "compute_ctl_config": {}}) | {"status": status}).encode()
                self.send_response(500 if plane.fails else 200)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_):
                pass
        super().__init__(("127.0.0.1", 0), Handler)
        threading.Thread(target=self.serve_forever, args=(0.05,), daemon=True).start()


class HeldAgent(HTTPAgent):
    """Its `postgres -C` waits while there is a file `hold`, and says so by a file `reached`."""

    def __init__(self, folder, *arguments):
        folder.chmod(0o777)
        (programs := folder / "bin").mkdir()
        for program in BIN.iterdir():
            if program.name != "postgres":
                (programs / program.name).symlink_to(program)
        self.hold, self.reached = folder / "hold", folder / "reached"
        (programs / "postgres").write_text(
            f'#!/bin/sh\ncase "$*" in *" -C "*) while [ -e {self.hold} ]; do touch {self.reached}; sleep 0.05; done;; esac\n'
            f'exec {BIN}/postgres "$@"\n')
        (programs / "postgres").chmod(0o755)
        self.plane, self.grpc = Plane(), free_port()
        super().__init__(
            folder, "--pgbin", programs / "postgres", "--control-plane-uri", f"http://127.0.0.1:{self.plane.server_port}",
            "--http-linger", "20", "--grpc-port", str(self.grpc), *arguments,
            port=free_port())
        self.pool, self.signed = ThreadPoolExecutor(4), None

    def start(self):
        super().start()
        certs = self.folder / "certs"
        (certs / "certs").mkdir(exist_ok=True)
        self.proxy = self.channel(*identity(certs, "some-proxy"))
        self.control = self.channel(*server_certificate(certs, "plane", "URI:sidecar://control-plane/one"))
        return self

    def channel(self, certificate, key):
        credentials = grpc.ssl_channel_credentials(
            (self.folder / "certs/ca.crt").read_bytes(), key.read_bytes(), certificate.read_bytes())
        return grpc.secure_channel(f"127.0.0.1:{self.grpc}", credentials)

    def close(self):
        self.hold.unlink(missing_ok=True)
        self.plane.answers.set()
        if self.process:
            self.end(signal.SIGQUIT)
            self.proxy.close()
            self.control.close()
        self.plane.shutdown()
        self.plane.server_close()
        self.pool.shutdown()

    def token(self, key=None, **claims):
        """Signed once: what is held is not held for long."""
        self.signed = self.signed or super().token(key, **claims)
        return self.signed

    def later(self, *call, **more):
        return self.pool.submit(self.call, *call, **more)

    def wait_for(self, state, seconds=30):
        eventually(lambda: self.state() == state, seconds, state)

    def ask(self, side, method, path):
        if side == "gRPC":
            return self.ask_grpc(path)
        status, _ = self.call(method, path + QUERIES.get(path, ""), BODIES.get(path), inside=side == "inside")
        return status

    def ask_grpc(self, path):
        if path == "Health/Check":
            return self.proxy.unary_unary("/grpc.health.v1.Health/Check")(b"", timeout=10)[1]
        if path == "Health/List":
            # A map of names to answers, of which all are the same: a field, a number.
            [status] = set(re.findall(rb"\x12\x02\x08(.)", self.proxy.unary_unary("/grpc.health.v1.Health/List")(b"", timeout=10)))
            return status[0]
        if path == "Health/Watch":
            watch = self.proxy.unary_stream("/grpc.health.v1.Health/Watch")(b"", timeout=10)
            status = next(watch)[1]
            watch.cancel()
            return status
        if path == "Reflection":
            ask = self.proxy.stream_stream("/grpc.reflection.v1.ServerReflection/ServerReflectionInfo")
            [answer] = ask(iter([LIST_SERVICES]), timeout=10)
            return 0 if set(re.findall(rb"[a-z0-9.]+\.[A-Z]\w+", answer)) == SERVICES else answer
        channel = self.proxy if path.endswith("Get") else self.control
        message = b"".join(bytes([tag, len(text)]) + text for tag, text in ((0x0A, b"demo"), (0x12, b"app")))
        try:
            channel.unary_unary(f"/sidecar.secret.v1.{path}")(message if path.endswith("Get") else message[:6], timeout=10)
            return 0
        except grpc.RpcError as error:
            return error.code().value[0]

    def walk(self, state):
        """Asks everything while it is in this state, and sees that it stays there."""
        self.wait_for(state)
        wanted = expected(state)
        found = {call: self.ask(*call) for call in wanted}
        # One that is tried again and again leaves it for a moment; all others never come back.
        self.wait_for(state, 2)
        wrong = {" ".join(call): (status, wanted[call]) for call, status in found.items() if status != wanted[call]}
        assert not wrong, f"{state}: answered and expected: {wrong}"

    def session(self):
        return psycopg.connect(host="127.0.0.1", port=self.port, user="app", password="secret", dbname="shop", autocommit=True)


@pytest.fixture
def agent(folder):
    agent = HeldAgent(folder, "--smart-stop-limit", "60")
    yield agent
    agent.close()


def test_every_call_in_every_state(agent):
    agent.start()
    # No route is forgotten, whatever comes to be.
    described = {("outside" if side == agent.outside else "inside", method.upper(), path.replace("{file}", "a.so"))
                 for side in (agent.outside, agent.inside)
                 for path, methods in agent.call("GET", "/openapi.json", inside=side == agent.inside)[1]["paths"].items()
                 for method in methods} | {(side, "GET", "/openapi.json") for side in ("outside", "inside")}
    assert described == {call for call, _ in rows() if call[0] != "gRPC"}
    agent.walk("empty")

    agent.hold.touch()
    configured = agent.later("POST", "/configure", spec())
    eventually(agent.reached.exists, 30, "a start that is held")
    agent.walk("init")
    agent.hold.unlink()
    assert configured.result()[0] == 200
    agent.plane.spec = spec()
    # What a storage controller had said meanwhile was written down; what it says now is applied at once, and once.
    reads_from(agent, "postgres://ps-2", "g#2:sk:5454")
    for text in "applied", "known already":
        assert agent.call("PUT", "/notify-attach", attached(1)) == (200, {"status": text})
    assert agent.call("PUT", "/notify-safekeepers", KEEPERS) == (200, {"status": "known already"})
    reads_from(agent, "postgres://ps-1", "g#2:sk:5454")
    # Somebody watches its roles from now on.
    eventually(lambda: agent.ask_grpc("RoleSecrets/Get") == 0, 10, "an answer about a role")
    agent.walk("running")

    agent.reached.unlink()
    agent.hold.touch()
    configured = agent.later("POST", "/configure", spec(("work_mem", "5MB", "string")))
    eventually(agent.reached.exists, 30, "a change that is held")
    agent.walk("configuration")
    agent.hold.unlink()
    assert configured.result()[0] == 200
    reads_from(agent, "postgres://ps-2", "g#2:sk:5454")

    # A refresh that fails waits for its next attempt, and what is pushed or notified goes before it.
    agent.plane.fails = True
    for call in ("PUT", "/notify-attach", attached(1)), ("PUT", "/notify-safekeepers", KEEPERS | {"generation": 3}), (
            "POST", "/configure", spec()):
        before = agent.plane.asked
        assert agent.call("POST", "/refresh_configuration", inside=True)[0] == 200
        eventually(lambda: agent.plane.asked >= before + 3, 30, "attempts that fail, with longer and longer rests between them")
        if call[1] == "/notify-attach":
            agent.walk("refresh_configuration_pending")
        eventually(lambda: agent.call(*call)[0] == 200, 20, f"{call[1]} between two attempts")
        agent.wait_for("running")
    reads_from(agent, "postgres://ps-1", "g#1:sk-0:5454")

    agent.plane.fails = False
    agent.plane.answers.clear()
    before = agent.plane.asked
    assert agent.call("POST", "/refresh_configuration", inside=True)[0] == 200
    agent.walk("refresh_configuration")
    agent.plane.answers.set()
    agent.wait_for("running")
    # Somebody asked while it was under way, so it is done once more.
    assert agent.plane.asked == before + 2
    reads_from(agent, "postgres://ps-2", "g#2:sk:5454")

    with agent.session() as client:
        ends = [agent.later("POST", "/terminate")]
        agent.wait_for("termination_pending_fast")
        ends.append(agent.later("POST", "/terminate?mode=fast"))
        agent.walk("termination_pending_fast")
        os.kill(client.info.backend_pid, signal.SIGSTOP)
        ends.append(agent.later("POST", "/terminate?mode=immediate"))
        agent.walk("termination_pending_immediate")
        os.kill(client.info.backend_pid, signal.SIGCONT)
        # All who asked share one ending.
        answers = [end.result() for end in ends]
        assert answers[0][0] == 200 and answers[0][1]["lsn"] is None and answers == [answers[0]] * 3, answers
        assert agent.process.wait(timeout=20) == 0


def reads_from(agent, pageserver, safekeepers):
    """Where Postgres is told that pages and log are."""
    eventually(lambda: (shown(agent, "neon.pageserver_connstring"), shown(agent, "neon.safekeepers")) == (pageserver, safekeepers), 20,
               f"{pageserver} and {safekeepers}")
    agent.wait_for("running")


def test_every_call_after_a_start_that_failed_and_after_the_end(agent):
    agent.start()
    status, answer = agent.call("POST", "/configure", spec(("work_mem", "lots", "string")))
    assert status == 500 and "work_mem" in answer["error"], answer
    agent.walk("failed")
    status, answer = agent.call("POST", "/terminate")
    assert status == 200 and answer["lsn_missing_because"], answer
    agent.walk("terminated")
    # The failure is what the exit tells; whoever hurries it does not wait for the linger.
    assert agent.end(signal.SIGTERM, limit=5) == 1


def ended(agent, because):
    """`/terminate` ends it: at once, in order, and whoever asks again hears the same."""
    status, answer = agent.call("POST", "/terminate")
    assert status == 200 and because in answer.get("lsn_missing_because", "") and bool(answer["lsn"]) != bool(because), answer
    assert agent.call("POST", "/terminate?mode=immediate") == (201, answer)
    assert agent.state() == "terminated"
    # Nobody was there, so that nobody was waited for: the agent's own sessions do not count.
    assert "postgres does not stop" not in agent.log.read_text()
    assert processes.within([str(agent.folder / "pgdata")]) == [agent.process.pid]
    assert agent.end(signal.SIGTERM, limit=5) == 0


def test_it_is_ended_from_empty(agent):
    agent.start()
    agent.wait_for("empty")
    ended(agent, because="no postgres was started")


def test_it_is_ended_from_a_start(agent):
    agent.hold.touch()
    agent.start()
    configured = agent.later("POST", "/configure", spec())
    eventually(agent.reached.exists, 30, "a start that is held")
    ended(agent, because="no postgres was started")
    assert configured.result() == (409, {"error": "the compute was told to stop"})


def test_it_is_ended_from_a_change_and_from_one_that_failed(agent):
    agent.start()
    assert agent.call("POST", "/configure", spec())[0] == 200
    # A change that failed leaves one that serves: it can be told to refresh, and be changed, and be ended.
    status, answer = agent.call("POST", "/configure", spec(("work_mem", "lots", "string")))
    assert status == 500 and "work_mem" in answer["error"], answer
    agent.plane.spec = spec(("work_mem", "6MB", "string"))
    assert agent.call("POST", "/refresh_configuration", inside=True)[0] == 200
    eventually(lambda: shown(agent, "work_mem") == "6MB", 20, "the refresh")
    eventually(lambda: agent.call("GET", "/status")[1]["error"] is None, 10, "nothing that is wrong any more")
    agent.hold.touch()
    configured = agent.later("POST", "/configure", spec(("work_mem", "7MB", "string")))
    eventually(agent.reached.exists, 30, "a change that is held")
    ended(agent, because="")
    assert configured.result() == (409, {"error": "the compute was told to stop"})


def shown(agent, name):
    with agent.session() as client:
        return client.execute(f"show {name}").fetchone()[0]


@pytest.mark.parametrize("state", ["refresh_configuration", "refresh_configuration_pending"])
def test_it_is_ended_from_a_refresh(agent, state):
    agent.plane.spec = spec()
    agent.start()
    agent.wait_for("running")
    agent.plane.fails, before = True, agent.plane.asked
    if state == "refresh_configuration":
        agent.plane.answers.clear()
    assert agent.call("POST", "/refresh_configuration", inside=True)[0] == 200
    eventually(lambda: agent.plane.asked > before and agent.state() == state, 20, state)
    ended(agent, because="")
