"""A cluster on one machine: every pod a host of its own with the containers of its manifest, cluster DNS, and HAProxy with PROXY v2 in front.

The API server is our own (kubernetes.py); the proxies, control planes, agents, Postgres, dnsmasq and HAProxy are real.
"""
import concurrent.futures
import json
import os
import re
import shutil
import signal
import subprocess
import threading
import urllib.request
from pathlib import Path

import psycopg
import pytest

import hosts
import processes
from conftest import new_folder
from fleet import ROOT, sum_of
from guest import openssl
from hosts import NET
from kubectl import secret
from kubernetes import Cluster
from kustomize import built
from lone_agent import verifier
from nodes import BALANCER, Node, renamed
from waiting import eventually

HERE = ROOT / "deploy" / "kubernetes"
# One for each test that breaks something, so that each starts from sleep.
ENDPOINTS = ["shop", "news", "maps", "mail", "bank", "cafe", "park", "dock", "pier"]
PASSWORD = "a password"


@pytest.fixture(scope="module")
def node():
    if not hosts.can_be_made():
        pytest.skip("no network namespaces here, or not root")
    folder = new_folder()
    node = None
    try:
        openssl("req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2", "-subj",
                "/CN=the API server's authority", "-keyout", folder / "ca.key", "-out", folder / "ca.crt")
        (folder / "certs").mkdir()
        node = Node(folder, lambda address: Cluster(folder, address))
        install(node)
        yield node
    finally:
        if node:
            node.close()
        shutil.rmtree(folder, ignore_errors=True)


def install(node):
    """As docs/operations.md has it, by an overlay of our own."""
    things = {(thing["kind"], thing["metadata"]["name"]): thing for thing in built(HERE / "base") + built(HERE / "certificates/job")}
    settings = things["ConfigMap", "proxy-settings"]["data"]
    settings |= {"SIDECAR_DOMAIN": "localtest.me", "SIDECAR_PROXY_PROTOCOL_V2": "required",
                 "SIDECAR_PROXY_PROTOCOL_FROM": f"{NET}.0.{BALANCER}", "SIDECAR_DRAIN_LAG": "1s", "SIDECAR_DRAIN_DEADLINE": "15s"}
    things["ConfigMap", "control-plane-settings"]["data"]["SIDECAR_SUSPEND_AFTER"] = "never"
    things["Deployment", "proxy"]["spec"]["minReadySeconds"] = 1
    words = things["Job", "certificates"]["spec"]["template"]["spec"]["containers"][0]["args"]
    words[2:] = ["--edge-name=*.localtest.me", *(f"--compute=databases/{name}" for name in ENDPOINTS)]
    node.apply(things.values())
    node.run_job("certificates")
    for name in ENDPOINTS:
        node.apply([secret("databases", f"{name}-superuser", {"password": "of the superuser"})])
        node.apply(thing for thing in renamed(with_password(built(HERE / "compute/attached")), name) if thing["kind"] != "Certificate")
    node.deploy("control-plane")
    node.deploy("proxy")
    eventually(lambda: node.balancer.count() == 3, 60, "three proxies behind the balancer")


def with_password(things):
    text = json.dumps(things).replace("SCRAM-SHA-256$4096:PUT-YOUR-OWN-HERE", verifier(PASSWORD.encode()))
    return json.loads(text)


def conninfo(node, endpoint, proxy=None, **changes):
    """By the balancer."""
    return dict(
        host=f"{endpoint}.localtest.me", hostaddr=node.balancer.address, port=node.balancer.port, user=endpoint, password=PASSWORD,
        dbname=endpoint, sslmode="verify-full", sslrootcert=str(node.folder / "edge-ca.crt"), connect_timeout=40) | changes


def connect(node, endpoint, **changes):
    authority = node.folder / "edge-ca.crt"
    if not authority.exists():
        authority.write_bytes(node.secret("edge-tls")["ca.crt"])
    with node.client.inside():
        return psycopg.connect(**conninfo(node, endpoint, **changes), autocommit=True)


def answered(node, endpoint):
    """A connection, or nothing."""
    try:
        return connect(node, endpoint)
    except psycopg.OperationalError:
        return None


def says(connection, query="select current_database()"):
    return connection.execute(query).fetchone()[0]


def ask(node, pod, port, path, method="GET", timeout=40, **headers):
    """Status and text, from within the cluster."""
    token = node.secret("control-plane-token")["token"].decode().split()[0]
    request = urllib.request.Request(f"http://{pod.address}:{port}{path}", method=method,
                                     headers={"Authorization": f"Bearer {token}"} | headers)
    with node.client.inside():
        try:
            with urllib.request.urlopen(request, timeout=timeout) as answer:
                return answer.status, answer.read().decode()
        except urllib.error.HTTPError as error:
            with error:
                return error.code, error.read().decode()


def metric(node, pod, name, **labels):
    return sum_of(ask(node, pod, 7001, "/metrics")[1], name, labels)


def alive(node, pod):
    return metric(node, pod, "sidecar_gossip_members", health="alive")


def suspend(node, endpoint):
    plane = node.of("control-plane")[0]
    status, text = ask(node, plane, 3000, f"/sidecar/v1/endpoints/{endpoint}/suspend", "POST")
    assert status == 200, text
    eventually(lambda: node.sets[endpoint].pod is None, 30, "no pod")


def test_a_client_behind_the_balancer_wakes_an_endpoint_once(node):
    for pod in node.of("proxy"):
        eventually(lambda: alive(node, pod) == 3, 20, "three proxies that know each other by DNS")
    assert node.sets["shop"].started == []
    with pytest.raises(psycopg.OperationalError, match="password authentication failed"):
        connect(node, "shop", password="wrong")
    assert node.sets["shop"].started == [], "strangers wake nobody"
    with concurrent.futures.ThreadPoolExecutor(12) as pool:
        clients = [pool.submit(connect, node, "shop") for _ in range(12)]
    for client in clients:
        with client.result() as connection:
            assert says(connection) == "shop"
    assert node.sets["shop"].started == [1], "one start for twelve clients of three proxies"
    accepted = [metric(node, pod, "proxy_accepted_connections_total") for pod in node.of("proxy")]
    assert all(accepted), "the balancer gave each of them some"
    suspend(node, "shop")
    with connect(node, "shop") as connection:
        assert says(connection) == "shop"
    assert node.sets["shop"].started == [1, 2]
    reasons = [event["reason"] for event in node.cluster.events() if event["involvedObject"]["name"] == "shop"]
    assert reasons == ["Woken", "Suspended", "Woken"]


def test_a_cancel_through_the_balancer_finds_its_session_on_any_proxy(node):
    for _ in range(6):
        with connect(node, "shop") as connection, concurrent.futures.ThreadPoolExecutor(1) as pool:
            asleep = pool.submit(connection.execute, "select pg_sleep(60)")
            with connect(node, "shop") as other:
                eventually(lambda: says(other, "select count(*) from pg_stat_activity where query = 'select pg_sleep(60)'"
                                               " and state = 'active'") == 1, 10, "the query")
            with node.client.inside():
                connection.cancel()
            with pytest.raises(psycopg.errors.QueryCanceled):
                asleep.result(timeout=10)


def test_the_clients_address_is_the_one_that_the_balancer_tells(node):
    with connect(node, "shop"):
        pages = [pod.log() for pod in node.of("proxy")]
    assert any(node.client.address in page for page in pages), "PROXY v2"


def test_a_changed_password_is_heard_of_by_every_proxy(node):
    def opens(password):
        try:
            connect(node, "shop", password=password).close()
            return True
        except psycopg.OperationalError as error:
            assert "password authentication failed" in str(error), error
            return False

    def questions():
        """How often each proxy has asked the control plane who may log in; every one of them has a client first."""
        assert all(opens(PASSWORD) for _ in range(3))
        return [metric(node, pod, "sidecar_cache_lookups_total", cache="role_secret", outcome="miss") for pod in node.of("proxy")]
    eventually(lambda: questions() == questions(), 20, "proxies that remember")
    before = questions()
    with connect(node, "shop") as connection:
        # The same password, with another salt: nobody's login fails, so that no proxy asks for that reason.
        connection.execute(f"alter role shop password '{PASSWORD}'")
    eventually(lambda: all(now > then for now, then in zip(questions(), before)), 20, "a question of each")
    with connect(node, "shop") as connection:
        connection.execute("alter role shop password 'another one'")
    eventually(lambda: [opens("another one") for _ in range(3)] == [True] * 3, 20, "the new one everywhere")
    assert not any([opens(PASSWORD) for _ in range(3)])
    with connect(node, "shop", password="another one") as connection:
        connection.execute(f"alter role shop password '{PASSWORD}'")
    eventually(lambda: [opens(PASSWORD) for _ in range(3)] == [True] * 3, 20, "the first one")


class Visits:
    """Clients that come and go, one after the other, for as long as something is done; every one of them is served."""

    def __init__(self, node, endpoint):
        self.node, self.endpoint, self.count, self.error, self._over = node, endpoint, 0, None, threading.Event()
        self._thread = threading.Thread(target=self._run)

    def _run(self):
        try:
            while not self._over.wait(0.05):
                with connect(self.node, self.endpoint) as connection:
                    assert says(connection) == self.endpoint
                self.count += 1
        except BaseException as error:
            self.error = error

    def __enter__(self):
        self._thread.start()
        return self

    def __exit__(self, *_):
        self._over.set()
        self._thread.join(60)
        assert self.error is None and self.count > 5, (self.error, self.count)


def exchange(node, name, pods=None, **files):
    """New files in a Secret, beside those that stay; the pods, or these of them, have them at once."""
    texts = {file: data.decode() for file, data in node.secret(name).items()} | files
    node.apply([secret("sidecar", name, texts)])
    node.secrets_changed(pods)


def test_the_control_planes_token_is_exchanged_as_the_text_says(node):
    """docs/operations.md, “Rotation”."""
    old, new = node.secret("control-plane-token")["token"].decode().strip(), "a-new-token-of-32-characters-or-so"
    fresh = iter(["cafe", "park", "dock", "pier"])
    with connect(node, "shop"), Visits(node, "shop"):
        for tokens in f"{old}\n{new}\n", f"{new}\n{old}\n", f"{new}\n":
            # Kubelet comes to some pods before it comes to others.
            exchange(node, "control-plane-token", pods=node.of("proxy"), token=tokens)
            # Of whom no proxy has heard yet: it is asked for.
            with connect(node, next(fresh)) as connection:
                assert says(connection)
            exchange(node, "control-plane-token", token=tokens)
        for plane in node.of("control-plane"):
            assert [ask(node, plane, 3000, "/sidecar/v1/endpoints", Authorization=f"Bearer {token}")[0] for token in (old, new)] == [401, 200]
    for name in "cafe", "park", "dock":
        suspend(node, name)


def test_the_authority_is_exchanged_as_the_text_says(node):
    """docs/operations.md, “Rotation”."""
    names = ["proxy-tls", "control-plane-tls", "admin-tls", *(f"{name}-tls" for name in ENDPOINTS)]
    folder = node.folder / "authority"
    folder.mkdir()
    openssl("req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2", "-subj",
            "/CN=the next authority", "-keyout", folder / "ca.key", "-out", folder / "ca.crt")
    old, new = node.secret("proxy-tls")["ca.crt"].decode(), (folder / "ca.crt").read_text()

    def trust_both():
        exchange(node, "sidecar-authority", **{"ca.crt": new + old, "ca.key": (folder / "ca.key").read_text()})
        for name in names:
            exchange(node, name, **{"ca.crt": old + new})

    def issue_anew():
        for name in names:
            node.cluster.delete("secrets", name)
        node.run_job("certificates")
        node.secrets_changed()

    def trust_the_new_one():
        for name in ["sidecar-authority", *names]:
            exchange(node, name, **{"ca.crt": new})

    def loads(words="certificate loaded"):
        return [pod.log().count(words) for pod in node.of("proxy") + node.of("control-plane") + [node.sets["shop"].pod]]

    with connect(node, "shop"), Visits(node, "shop"):
        for step in trust_both, issue_anew, trust_the_new_one:
            before, of_postgres = loads(), loads("postgres has a renewed")[-1]
            step()
            eventually(lambda: all(now > then for now, then in zip(loads(), before)), 20, "everybody's look at the new files")
            if step is issue_anew:
                eventually(lambda: loads("postgres has a renewed")[-1] > of_postgres, 20, "Postgres with it")
            # A new agent, who meets control planes and proxies.
            with connect(node, "dock") as connection:
                assert says(connection) == "dock"
            suspend(node, "dock")
    # Who comes now has nothing of the old one.
    lost = node.of("proxy")[0]
    node.end(lost, at_once=True)
    fresh = node.start("sidecar", "proxy-fresh", lost.template)
    eventually(lambda: fresh.ready and alive(node, fresh) == 3 and metric(node, fresh, "sidecar_gossip_synced") == 1, 30, "its place among them")


def test_proxies_are_replaced_under_load_and_no_client_notices(node):
    with connect(node, "shop") as connection:
        connection.execute("create table counted (n int)")
        connection.execute("insert into counted values (0)")

    def count():
        with connect(node, "shop") as connection:
            return says(connection, "select n from counted")
    script = node.folder / "script.sql"
    script.write_text("update counted set n = n + 1;\n")
    known = conninfo(node, "shop")
    names = {"host": "PGHOST", "hostaddr": "PGHOSTADDR", "port": "PGPORT", "user": "PGUSER", "password": "PGPASSWORD",
             "dbname": "PGDATABASE", "sslmode": "PGSSLMODE", "sslrootcert": "PGSSLROOTCERT"}
    old = node.of("proxy")
    load = subprocess.Popen(
        [*node.client.words("net"), "pgbench", "-n", "-C", "-c", "4", "-T", "300", "-f", script],
        env=os.environ | {names[key]: str(value) for key, value in known.items() if key in names},
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    try:
        node.restart("proxy")
        assert load.poll() is None, load.communicate()
        assert not set(map(id, old)) & set(map(id, node.of("proxy"))) and len(node.of("proxy")) == 3
        counted = count()
        eventually(lambda: count() > counted, 20, "a load that goes on")
    finally:
        # Ends when what is under way is done: the command's own process, below the one that entered the network.
        load.terminate()
        out, err = load.communicate(timeout=20)
    assert err.replace("pgbench: ", "").strip() in ("", "starting vacuum...end."), err
    for pod in node.of("proxy"):
        eventually(lambda: alive(node, pod) == 3, 20, "three again, and nobody else")


def test_a_proxy_that_is_cut_off_is_missed_by_nobody_and_comes_back(node):
    sessions = [connect(node, "shop") for _ in range(6)]
    lost, *others = node.of("proxy")
    started = list(node.sets["shop"].started)
    lost.host.cut()
    try:
        for pod in others:
            eventually(lambda: alive(node, pod) == 2, 15, "the verdict")
        going_on = 0
        for session in sessions:
            with concurrent.futures.ThreadPoolExecutor(1) as pool:
                try:
                    going_on += pool.submit(says, session).result(timeout=1) == "shop"
                except concurrent.futures.TimeoutError:
                    session.pgconn.finish()
        assert going_on == 4, "a third of them was the lost one's"
        for _ in range(8):
            with connect(node, "shop", connect_timeout=5) as connection:
                assert says(connection) == "shop"
        with connect(node, "news") as connection:
            assert says(connection) == "news"
        assert node.sets["shop"].started == started and node.sets["news"].started == [1]
    finally:
        lost.host.heal()
    for pod in [lost, *others]:
        eventually(lambda: alive(node, pod) == 3, 30, "the three of them")
    eventually(lambda: node.balancer.count() == 3, 20, "the balancer's word for it")
    # What it has not heard meanwhile it knows now, and it wakes nobody for that.
    accepted = metric(node, lost, "proxy_accepted_connections_total")
    for _ in range(6):
        with connect(node, "news") as connection:
            assert says(connection) == "news"
    assert metric(node, lost, "proxy_accepted_connections_total") > accepted and node.sets["news"].started == [1]


def test_without_control_planes_what_runs_is_served_and_a_wake_fails_in_plain_words(node):
    with connect(node, "maps"):
        eventually(lambda: "roles.json" in node.secret("maps-roles"), 10, "a copy of its roles")
    # Every proxy knows their roles, as they are now, and who may connect.
    for _ in range(6):
        with connect(node, "maps") as connection:
            assert says(connection) == "maps"
            with connect(node, "news") as connection:
                assert says(connection) == "news"
    suspend(node, "maps")
    planes = node.of("control-plane")
    for plane in planes:
        plane.host.cut()
    try:
        for _ in range(6):
            with connect(node, "news") as connection:
                assert says(connection) == "news"
        with concurrent.futures.ThreadPoolExecutor(2) as pool:
            asleep, unknown = pool.submit(connect, node, "maps"), pool.submit(connect, node, "bank")
            for client, words in (asleep, "Databases that are already running stay reachable"), (
                    unknown, "The service that knows the roles does not answer"):
                with pytest.raises(psycopg.OperationalError, match=f"Control plane request failed\nHINT:  {words}. Try again"):
                    client.result(timeout=35)
        assert node.sets["maps"].started == [1] and node.sets["bank"].started == []
    finally:
        for plane in planes:
            plane.host.heal()
    for endpoint in "maps", "bank":
        # What has just failed is the answer for a moment more.
        with eventually(lambda: answered(node, endpoint), 20, "an answer") as connection:
            assert says(connection) == endpoint
    assert node.sets["maps"].started == [1, 2] and node.sets["bank"].started == [1]
    suspend(node, "bank")


def test_a_control_plane_that_is_cut_off_is_passed_over(node):
    for number in range(3):
        # Every proxy has spoken to either of them, and holds on to its connections.
        with connect(node, "maps"):
            pass
    suspend(node, "maps")
    lost, other = node.of("control-plane")
    lost.host.cut()
    try:
        # Some proxy's wake goes where nobody is, whoever wakes.
        starts = len(node.sets["maps"].started)
        with connect(node, "maps") as connection:
            assert says(connection) == "maps"
        assert len(node.sets["maps"].started) == starts + 1
    finally:
        lost.host.heal()
    # What happened meanwhile it learns anew, by a watch of its own making.
    eventually(lambda: json.loads(ask(node, lost, 3000, "/sidecar/v1/endpoints/maps")[1])["state"] == "running", 20, "the news")
    suspend(node, "maps")


def test_two_control_planes_that_are_asked_at_once_start_once(node):
    planes = node.of("control-plane")
    together = threading.Barrier(4)

    def wake(plane):
        together.wait()
        return ask(node, plane, 3000, "/authenticate_proxy_request/wake_compute?endpointish=mail", **{"Idempotency-Key": "mail:0:0"})
    with concurrent.futures.ThreadPoolExecutor(4) as pool:
        answers = [answer for answer in pool.map(wake, planes * 2)]
    places = [json.loads(text) for status, text in answers if status == 200]
    assert len(places) == 4, answers
    assert {(place["generation"], place["address"]) for place in places} == {(1, f"{node.sets['mail'].pod.address}:5432")}
    assert node.sets["mail"].started == [1]


def test_an_address_that_another_endpoint_has_now_is_never_taken_for_the_old_one(node):
    """The pod's node is lost, nobody says so, and the address goes to the next pod that starts."""
    with connect(node, "mail") as connection:
        connection.execute("create table letters (n int)")
    address = node.sets["mail"].pod.address
    node.sets["mail"].lose()
    with connect(node, "bank") as connection:
        assert says(connection) == "bank"
    assert node.sets["bank"].pod.address == address
    node.sets["mail"].image_is_there = True
    # Each proxy remembers the old place, and each of them is asked.
    for _ in range(6):
        with connect(node, "mail") as connection:
            assert says(connection) == "mail" and says(connection, "select count(*) from letters") == 0
    assert says(connect(node, "bank")) == "bank"


def test_a_number_in_postmaster_pid_that_is_another_process_now_keeps_no_database_from_starting(node):
    """As after the loss of a node: the file is on the volume, and here the number is a neighbour's, of the same user."""
    with connect(node, "pier") as connection:
        assert says(connection) == "pier"
    pod = node.sets["pier"].pod
    agent, postgres = pod.containers
    neighbour = subprocess.Popen(agent.inside("sleep", "300"), env=agent.environment, stdin=subprocess.DEVNULL)
    try:
        [process] = eventually(
            lambda: [pid for pid in processes.children_of(neighbour.pid) if processes.name_of(pid) == "sleep"], 10, "a neighbour")
        [number] = re.findall(r"(?m)^NSpid:.*\b(\d+)$", Path(f"/proc/{process}/status").read_text())
        postgres.restart_if_ended = lambda: None
        postgres.signal(signal.SIGKILL)
        postgres.process.wait(20)
        left = node.sets["pier"].claims["data"] / "pgdata" / "postmaster.pid"
        lines = left.read_text().splitlines(keepends=True)
        left.write_text("".join([f"{number}\n", *lines[1:]]))
        restarts = postgres.restarts
        del postgres.restart_if_ended

        def accepts():
            return postgres.pid and postgres.execute(
                "/usr/lib/postgresql/15/bin/pg_isready", "--host=/var/run/postgresql").returncode == 0
        # Its own restarts are enough: by a new pod it would be another story.
        eventually(lambda: postgres.restarts > restarts and accepts(), 30, "a database")
        assert node.sets["pier"].pod is pod and neighbour.poll() is None
    finally:
        postgres.__dict__.pop("restart_if_ended", None)
        neighbour.kill()
        neighbour.wait()
    suspend(node, "pier")


def test_no_role_allows_more_than_is_made_use_of(node):
    with connect(node, "news") as connection:
        # Somebody has deleted it, and it is made anew with what the database says.
        node.cluster.delete("secrets", "news-roles")
        connection.execute(f"alter role news password '{PASSWORD}'")
        eventually(lambda: "news-roles" in node.cluster.objects["secrets"], 20, "a Secret")
    # Somebody else's change comes between a look at a StatefulSet and its change.
    node.cluster.fail("PATCH", "/statefulsets/", status=409)
    suspend(node, "news")
    for account in ("sidecar", "control-plane"), ("sidecar", "certificates"):
        assert {right for right in node.cluster.rights.used if right[0] == account} == node.cluster.rights.granted(account)
