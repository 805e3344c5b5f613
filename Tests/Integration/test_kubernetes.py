"""A control plane whose computes are pods: against an API server of our own, with faults, and a Postgres in every pod."""
import base64
import concurrent.futures
import itertools
import json
import shutil
import signal
import subprocess

import psycopg
import pytest

from conftest import new_folder
from fleet import BINARY
from guest import openssl
from kubernetes import COMPUTE, ClusterControlPlane, Cluster, Pods
from lone import LoneProxy
from lone_agent import verifier
from processes import free_port
from waiting import eventually

SPEC = {
    "format_version": 1.0, "suspend_timeout_seconds": 300,
    "cluster": {"roles": [{"name": "demo", "encrypted_password": verifier(b"a password")}],
                "databases": [{"name": "demo", "owner": "demo"}], "settings": [], "postgresql_conf": "fsync = off\n"}}


@pytest.fixture
def cluster():
    folder = new_folder()
    (folder / "certs").mkdir()
    openssl("req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2", "-subj",
            "/CN=test authority", "-keyout", folder / "ca.key", "-out", folder / "ca.crt")
    cluster = Cluster(folder)
    yield cluster
    cluster.close()
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture
def planes(cluster):
    """Two, of the same endpoints."""
    with ClusterControlPlane(cluster, "cp-0", "--suspend-after", "2s") as one:
        with ClusterControlPlane(cluster, "cp-1", "--suspend-after", "2s") as other:
            yield one, other


def runs(cluster, name, generation):
    """As an agent would have it written down."""
    news = {"generation": generation, "sequence": 3, "phase": "running", "address": "10.0.0.7:5432", "computeID": f"{name}-0"}
    cluster.put("statefulsets", name, lambda thing: thing["metadata"]["annotations"].update({COMPUTE: json.dumps(news)}))


def roles(cluster, name):
    """As the control plane has copied them."""
    return json.loads(base64.b64decode(cluster.objects["secrets"][f"{name}-roles"]["data"].get("roles.json", "e30=")))


def is_awake(cluster, name):
    return cluster.stateful_set(name)["spec"]["replicas"] == 1


def test_a_client_wakes_a_pod_and_an_idle_one_sleeps(cluster, planes):
    one, other = planes
    name = cluster.make_endpoint("demo", SPEC)
    eventually(lambda: one.shown("demo").get("state") == "empty", 10, "the endpoint")
    # The agent reports to the other one: what it says gets here by way of the object.
    with LoneProxy(cluster.folder, one) as proxy:
        pods = Pods(cluster, name, "demo", f"{other.grpc},{proxy.told['grpc']}")
        try:
            with pytest.raises(psycopg.OperationalError, match="password authentication failed"):
                proxy.connect(password="wrong", dbname="demo")
            assert pods.started == [], "strangers wake nobody"
            with proxy.connect(dbname="demo") as client:
                assert client.execute("select current_user").fetchone() == ("demo",)
                client.execute("create table kept (x int)")
            assert pods.started == [1] and cluster.generation(name) == 1
            eventually(lambda: not is_awake(cluster, name), 30, "sleep")
            eventually(lambda: pods.process is None, 30, "no pod")
            assert [event["reason"] for event in cluster.events()] == ["Woken", "Suspended"]
            [suspended] = cluster.events("Suspended")
            assert suspended["involvedObject"]["name"] == name and "stopped in order" in suspended["message"]
            assert '-> terminated' in pods.log(), "the agent ended Postgres first"
            with proxy.connect(dbname="demo") as client:
                assert client.execute("select count(*) from kept").fetchone() == (0,)
                client.execute("alter role demo password 'another one'")
                before = SPEC["cluster"]["roles"][0]["encrypted_password"]
                eventually(lambda: roles(cluster, name).get("demo", before) != before, 20, "a copy of the new one")
                assert roles(cluster, name).keys() == {"demo"}
            assert pods.started == [1, 2], pods.started
            eventually(lambda: pods.process is None, 30, "sleep")
            # While it sleeps, the new password is what counts, for a proxy that has not heard of the old one.
            with LoneProxy(cluster.folder, one, name="another") as fresh:
                with pytest.raises(psycopg.OperationalError, match="password authentication failed"):
                    fresh.connect(dbname="demo")
                assert pods.started == [1, 2], "nobody was woken for that"
                with fresh.connect(dbname="demo", password="another one") as client:
                    assert client.execute("select 1").fetchone() == (1,)
            status, shown = other.get("/sidecar/v1/endpoints/demo/suspend", "POST")
            assert status == 200 and shown["state"] == "terminated" and pods.process is None
        finally:
            pods.close()


def test_a_proxy_that_asked_before_a_new_password_was_copied_is_told_of_it(cluster):
    proxies = f"127.0.0.1:{free_port()}"
    name = cluster.make_endpoint("demo", SPEC)
    with ClusterControlPlane(cluster, "cp-0", "--suspend-after", "never", "--notify", proxies) as plane:
        with LoneProxy(cluster.folder, plane, "--grpc", proxies) as proxy:
            pods = Pods(cluster, name, "demo", f"{plane.grpc},{proxies}")

            attempts = itertools.count()

            def who_refuses_the_old_one():
                name = f"attempt-{next(attempts)}"
                with pytest.raises(psycopg.OperationalError, match="password authentication failed"):
                    proxy.connect(dbname="demo", application_name=name)
                return eventually(lambda: [line for line in proxy.log.read_text().splitlines() if name in line], 10, "its line")[-1]

            try:
                with proxy.connect(dbname="demo") as client:
                    eventually(lambda: roles(cluster, name), 20, "a copy of the first one")
                    cluster.fail("PATCH", "/secrets/", status=500, count=10_000)
                    before = cluster.count("PATCH", "/secrets/")
                    client.execute("alter role demo password 'another one'")
                    eventually(lambda: cluster.count("PATCH", "/secrets/") > before, 20, "an attempt to copy it")
                assert "refused_by_compute" in who_refuses_the_old_one(), "the proxy remembers it"
                cluster.faults[-1].count = 0
                eventually(lambda: "refused_by_compute" not in who_refuses_the_old_one(), 10, "the news")
                proxy.connect(dbname="demo", password="another one").close()
            finally:
                pods.close()


def test_two_control_planes_that_race_for_200_wakes_start_200(cluster, planes):
    name = cluster.make_endpoint("demo", SPEC)
    for plane in planes:
        eventually(lambda: plane.shown("demo").get("state") == "empty", 10, "the endpoint")
    with concurrent.futures.ThreadPoolExecutor(4) as pool:
        for generation in range(1, 201):
            answers = [pool.submit(planes[asker % 2].wake, "demo", generation - 1) for asker in range(4)]
            eventually(lambda: cluster.generation(name) == generation, 10, f"generation {generation}")
            runs(cluster, name, generation)
            for answer in answers:
                status, body = answer.result()
                assert status == 200 and body["generation"] == generation, body
            cluster.put("statefulsets", name, lambda thing: thing["spec"].update(replicas=0))
            for plane in planes:
                eventually(lambda: plane.shown("demo")["state"] == "terminated", 10, "sleep, as both see it")
    assert cluster.generation(name) == 200
    eventually(lambda: len(cluster.events("Woken")) == 200, 10, "an event for each")
    assert cluster.count("PATCH", name) > 200, "else nobody raced"


@pytest.mark.parametrize("fault", [
    dict(status=500), dict(status=429, retry_after=1), dict(cut="before"), dict(cut="after"), dict(status=409),
    dict(status=500, count=4), dict(status=409, count=4)])
def test_a_wake_survives_what_goes_wrong_on_its_way(cluster, fault):
    name = cluster.make_endpoint("demo")
    with ClusterControlPlane(cluster, "cp-0") as plane, concurrent.futures.ThreadPoolExecutor(1) as pool:
        cluster.fail("PATCH", name, **fault)
        woken = pool.submit(plane.wake, "demo")
        eventually(lambda: cluster.generation(name) == 1, 15, "the start")
        runs(cluster, name, 1)
        status, body = woken.result()
        assert status == 200 and body["generation"] == 1 and body["address"] == "10.0.0.7:5432"
        assert cluster.generation(name) == 1, "once"


@pytest.mark.parametrize("fault", [
    dict(status=410), dict(status=429, retry_after=1), dict(status=500), dict(cut="before"), dict(status=403)])
def test_a_watch_that_breaks_is_taken_up_again(cluster, fault):
    with ClusterControlPlane(cluster, "cp-0") as plane:
        cluster.fail("GET", "watch=1", **fault)
        cluster.end_watches()
        name = cluster.make_endpoint("demo")
        eventually(lambda: plane.shown("demo").get("state") == "empty", 20, "what came meanwhile")
        cluster.delete("statefulsets", name)
        eventually(lambda: plane.get("/sidecar/v1/endpoints/demo")[0] == 404, 20, "that it is gone")


def test_a_version_that_is_forgotten_means_a_new_list(cluster):
    gone = cluster.make_endpoint("gone")
    with ClusterControlPlane(cluster, "cp-0") as plane:
        assert plane.shown("gone")["state"] == "empty"
        lists = cluster.count("GET", "statefulsets.*limit=")
        with cluster._lock:
            cluster.delete("statefulsets", gone)
            cluster.make_endpoint("demo")
            for _, line in cluster._watches:
                while not line.empty():
                    line.get()
            cluster.forget()
        eventually(lambda: plane.get("/sidecar/v1/endpoints/gone")[0] == 404, 20, "the end of one")
        assert plane.shown("demo")["state"] == "empty"
        assert cluster.count("GET", "statefulsets.*limit=") > lists


def test_a_token_is_read_again_and_many_endpoints_come_in_pages(cluster):
    for number in range(250):
        cluster.make_endpoint(f"e{number}")
    with ClusterControlPlane(cluster, "cp-0") as plane:
        assert len(plane.get("/sidecar/v1/endpoints")[1]["endpoints"]) == 250
        assert cluster.count("GET", "continue=") == 2
        cluster.tokens = {"second"}
        status, body = plane.get("/authenticate_proxy_request/get_endpoint_access_control?endpointish=e1&role=demo")
        assert status == 503, body
        cluster.set_token("second")
        status, body = plane.get("/authenticate_proxy_request/get_endpoint_access_control?endpointish=e1&role=demo")
        assert status == 200 and body["role_secret"] == ""


def test_the_authority_of_the_api_is_read_again(cluster, tmp_path):
    openssl("req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2", "-subj",
            "/CN=the next authority", "-keyout", tmp_path / "ca.key", "-out", tmp_path / "ca.crt")
    (tmp_path / "certs").mkdir()
    cluster.make_endpoint("demo")
    with ClusterControlPlane(cluster, "cp-0") as plane:
        assert plane.shown("demo")["state"] == "empty"
        # Kubelet writes the same file again with each new token, which is no reason to leave anybody.
        watches = cluster.count("GET", "watch=1")
        shutil.copy(cluster.account / "ca.crt", cluster.account / ".ca.crt")
        (cluster.account / ".ca.crt").rename(cluster.account / "ca.crt")
        assert plane.get("/authenticate_proxy_request/get_endpoint_access_control?endpointish=demo&role=demo")[0] == 200
        assert cluster.count("GET", "watch=1") == watches
        cluster.set_authority(tmp_path)
        cluster.make_endpoint("other")
        eventually(lambda: plane.shown("other").get("state") == "empty", 20, "a watch over new connections")


def test_a_secret_that_nobody_answers_for_is_as_it_was_before_its_asker_gives_up(cluster):
    cluster.make_endpoint("demo", SPEC)
    with ClusterControlPlane(cluster, "cp-0") as plane:
        def asked():
            """As a proxy, which waits for five seconds."""
            return plane.get("/authenticate_proxy_request/get_endpoint_access_control?endpointish=demo&role=demo", timeout=5)
        eventually(lambda: asked()[0] == 200, 10, "the endpoint")
        known = asked()
        assert known[1]["role_secret"] == SPEC["cluster"]["roles"][0]["encrypted_password"]
        cluster.fail("GET", "/secrets/", cut="never")
        assert asked() == known
        assert cluster.faults[-1].count == 0, "nobody asked"


def test_an_api_that_is_away_at_the_start_is_waited_for(cluster):
    cluster.make_endpoint("demo", SPEC)
    cluster.fail("GET", "statefulsets", status=503, count=5)
    plane = ClusterControlPlane(cluster, "cp-0").start()
    try:
        eventually(lambda: plane.get("/healthz")[0] == 200, 20, "a control plane")
        assert plane.get("/readyz")[0] == 503
        # Nobody is told that there is no such endpoint.
        assert plane.wake("demo")[0] == 503
        eventually(plane.is_ready, 20, "the end of the outage")
    finally:
        assert plane.end() == 0


def test_a_pod_that_cannot_start_is_told_of_and_put_to_sleep(cluster):
    name = cluster.make_endpoint("demo")
    with ClusterControlPlane(cluster, "cp-0", "--start-limit", "1s") as plane:
        status, body = plane.wake("demo")
        assert status == 503 and "not running after" in body["error"], body
        eventually(lambda: not is_awake(cluster, name), 10, "sleep")
        [event] = eventually(lambda: cluster.events("WakeFailed"), 10, "the event")
        assert event["type"] == "Warning" and "not running after 1" in event["message"]
        assert "a password" not in plane.log.read_text()


def test_a_stop_of_the_control_plane_ends_no_pod(cluster):
    name = cluster.make_endpoint("demo", SPEC)
    with ClusterControlPlane(cluster, "cp-0") as plane, concurrent.futures.ThreadPoolExecutor(1) as pool:
        woken = pool.submit(plane.wake, "demo")
        eventually(lambda: is_awake(cluster, name), 10, "the start")
        assert plane.end(signal.SIGTERM) == 0
        assert woken.result()[0] == 503
        assert is_awake(cluster, name)


@pytest.mark.parametrize("words, named", [
    ([], "--certs-dir"), (["--certs-dir", "/nowhere", "--token-file", "/nowhere"], "--certs-dir"),
    (["--kubernetes-api", "http://127.0.0.1:1"], "--kubernetes-api"),
    (["--start-limit", "0s"], "--start-limit")])
def test_what_is_missing_is_named(cluster, words, named):
    plane = ClusterControlPlane(cluster, "cp-0")
    plane.command = [*plane.command[:plane.command.index("--certs-dir")], *words] if words == [] or "nowhere" in str(words) else [
        *plane.command, *words]
    plane.start()
    assert plane.process.wait(timeout=20) == 2 and named in plane.log.read_text()


def test_what_a_fleet_knows_itself_by_is_made_once(cluster):
    # As the Job does it, from its own namespace.
    cluster.subject = "sidecar", "certificates"
    (cluster.account / "namespace").write_text("sidecar")

    def certs():
        done = subprocess.run(
            [BINARY, "certs", "--secrets", "--kubernetes-api", cluster.address, "--kubernetes-credentials", cluster.account,
             "--edge-name", "*.localtest.me", "--compute", "databases/pg-demo=demo"], capture_output=True, text=True, timeout=60)
        assert done.returncode == 0, done.stderr
        return done.stdout.split()[::2], {name: thing["data"] for name, thing in cluster.objects["secrets"].items()}
    made, first = certs()
    assert set(made) == {"made"} and set(first) == {
        "sidecar-authority", "proxy-tls", "control-plane-tls", "admin-tls", "edge-tls", "control-plane-token", "gossip-keys",
        "pg-demo-tls"}
    kept, second = certs()
    assert set(kept) == {"kept"} and first == second
    # What is missing is made by the same authority.
    cluster.delete("secrets", "pg-demo-tls")
    made, third = certs()
    assert made.count("made") == 1 and third["pg-demo-tls"]["ca.crt"] == first["proxy-tls"]["ca.crt"]
    assert third["pg-demo-tls"]["tls.key"] != first["pg-demo-tls"]["tls.key"]


def test_a_verifier_is_made_of_a_password():
    done = subprocess.run([BINARY, "verifier"], input="a password\n", capture_output=True, text=True, timeout=30)
    iterations, salt = done.stdout.removeprefix("SCRAM-SHA-256$").split("$")[0].split(":")
    assert iterations == "4096" and done.stdout.strip() == verifier(b"a password", base64.b64decode(salt))
    assert subprocess.run([BINARY, "verifier"], input="", capture_output=True, text=True, timeout=30).returncode == 2
