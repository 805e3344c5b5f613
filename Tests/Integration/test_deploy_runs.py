"""The fleet as deploy/kubernetes has it: every process with the arguments, variables and secrets of its container; places apart."""
import base64
import copy
import json
import os
import select
import shutil
import subprocess

import psycopg

import processes
from fleet import BINARY, ROOT
from kubernetes import NAMESPACE, Cluster, Pods
from kustomize import built, containers, key, pod_of
from lone_agent import verifier
from processes import free_port
from waiting import eventually

HERE = ROOT / "deploy" / "kubernetes"
# Where the names of services lead to on this machine, by port: two processes of one machine cannot share one.
POD_IP = "127.0.0.1"


class Container:
    """A process with what its container is given: files of secrets below a folder, its service's names as ports of this machine."""

    def __init__(self, thing, things, secrets, folder, name, ports, extra=()):
        """:param ports: what takes the place of `host:port` in the arguments, as it is spelt there."""
        self.name, self.log = name, folder / f"{name}.log"
        pod, container = pod_of(thing), next(c for c in containers(thing) if c["args"][0] in ("proxy", "control-plane", "agent"))
        sources = {volume["name"]: volume["secret"]["secretName"] for volume in pod["volumes"] if "secret" in volume}
        places = {}
        # What is only scratch is this machine's own.
        for mount in (mount for mount in container["volumeMounts"] if mount["mountPath"] not in ("/tmp", "/dev/shm")):
            places[mount["mountPath"]] = str(secrets / sources[mount["name"]] if mount["name"] in sources
                                             else folder / f"{name}-{mount['name']}")
            os.makedirs(places[mount["mountPath"]], exist_ok=True)
        self.environment = {"POD_NAME": name, "POD_IP": POD_IP, "GENERATION": "1"}
        for source in container.get("envFrom", []):
            [settings] = [other for other in things if other["kind"] == "ConfigMap" and other["metadata"]["name"] == source["configMapRef"]["name"]]
            self.environment |= settings["data"]
        self.words = []
        for word in container["args"]:
            for variable in container.get("env", []):
                word = word.replace(f"$({variable['name']})", self.environment[variable["name"]])
            for path, place in places.items():
                word = word.replace(f"={path}", f"={place}")
            for spelt, port in ports.items():
                word = word.replace(spelt, port)
            assert "$(" not in word, word
            self.words.append(word)
        self.words += extra
        self.process = None

    def start(self, **changes):
        with open(self.log, "ab") as log:
            self.process = subprocess.Popen(
                [BINARY, *map(str, self.words)], env=os.environ | self.environment | changes, stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE, stderr=log, text=True)
        return self

    def ready(self):
        assert select.select([self.process.stdout], [], [], 60)[0], self.log.read_text()
        word, _, told = self.process.stdout.readline().partition(" ")
        assert word == "ready", self.log.read_text()
        return json.loads(told)

    def end(self):
        return processes.end(self.process, limit=60)


class ManifestPods(Pods):
    """Pods of the endpoint as its manifest has them."""

    def __init__(self, container, cluster, name, endpoint):
        self.container = container
        super().__init__(cluster, name, endpoint, "")

    def _start(self, generation):
        words = list(self.container.words)
        self.container.words = [f"--generation={generation}" if word.startswith("--generation=") else word for word in words]
        self.process = self.container.start().process
        self.generation = generation

    def log(self):
        return self.container.log.read_text()


def mounted(folder):
    """As kubelet lays out a Secret: each name is a link into what is exchanged as a whole."""
    (now := folder / "..2026_11_21").mkdir(mode=folder.stat().st_mode & 0o777)
    os.chown(now, folder.stat().st_uid, folder.stat().st_gid)
    for file in [file for file in folder.iterdir() if file.is_file()]:
        file.rename(now / file.name)
        file.symlink_to(f"..data/{file.name}")
    (folder / "..data").symlink_to(now.name)


def test_a_client_wakes_the_endpoint_of_the_manifests(folder):
    things = built(HERE / "overlays/kind")
    by_key = {key(thing)[1:]: thing for thing in things}
    [job] = [thing for thing in things if thing["kind"] == "Job"]
    secrets = folder / "secrets"
    words = [word for word in containers(job)[0]["args"] if word != "--secrets"]
    subprocess.run([BINARY, *words, f"--out={secrets}"], check=True, timeout=60, capture_output=True)
    spec = by_key["Secret", NAMESPACE, "demo-roles"]["stringData"]["spec.json"]
    spec = spec.replace("SCRAM-SHA-256$4096:PUT-YOUR-OWN-HERE", verifier(b"a password"))
    (secrets / "demo-roles").mkdir()
    (secrets / "demo-roles/spec.json").write_text(spec)
    # Postgres' own user passes through on the way to its data.
    for path in (folder, secrets):
        os.chmod(path, 0o755)

    (folder / "certs").mkdir()
    for name in ("ca.crt", "ca.key"):
        shutil.copy(secrets / "sidecar-authority" / name, folder / name)
    for secret in secrets.iterdir():
        mounted(secret)
    cluster = Cluster(folder)
    started = []
    try:
        stateful_set = copy.deepcopy(by_key["StatefulSet", NAMESPACE, "demo"])
        stateful_set["status"] = {"replicas": 0}
        cluster.put("statefulsets", "demo", lambda thing: thing.update(
            spec=stateful_set["spec"], status=stateful_set["status"], metadata=thing["metadata"] | {"labels": stateful_set["metadata"]["labels"]}))
        cluster.put("secrets", "demo-roles", lambda thing: thing.update(data={"spec.json": base64.b64encode(spec.encode()).decode()}))
        plane_ports = {f"0.0.0.0:{port}": f"127.0.0.1:{free_port()}" for port in (3000, 3001)}
        plane = Container(
            by_key["Deployment", "sidecar", "control-plane"], things, secrets, folder, "control-plane-0", plane_ports,
            [f"--kubernetes-api={cluster.address}", f"--kubernetes-credentials={cluster.account}"]).start(SIDECAR_SUSPEND_AFTER="2s")
        started.append(plane)
        names = {"control-plane.sidecar.svc:3000": plane_ports["0.0.0.0:3000"], "control-plane.sidecar.svc:3001": plane_ports["0.0.0.0:3001"]}

        told = []
        for number in range(2):
            ports = names | {f"0.0.0.0:{port}": "127.0.0.1:0" for port in (4432, 7001)} | {
                "0.0.0.0:7002": f"127.0.0.1:{(grpc := free_port())}", f"{POD_IP}:7002": f"127.0.0.1:{grpc}",
                f"={POD_IP}:7946": f"={POD_IP}:0", "members.sidecar.svc:7946": told[0]["gossip"] if told else "127.0.0.1:9"}
            proxy = Container(by_key["Deployment", "sidecar", "proxy"], things, secrets, folder, f"proxy-{number}", ports).start(
                SIDECAR_REPLICAS="2")
            started.append(proxy)
            told.append(proxy.ready())
        names["proxy-internal.sidecar.svc:7002"] = told[1]["grpc"]
        # The agent of this machine is root, and its Postgres somebody else: only the numbers of ports are changed for that.
        compute = Container(
            stateful_set, things, secrets, folder, "demo-0", names | {"--port=5432": f"--port={free_port()}", "--grpc-port=7003": "--grpc-port=0"},
            ["--external-http-port=none", "--internal-http-port=none", "--monitor-interval=100"])
        os.chmod(folder / "demo-0-data", 0o755)
        pods = ManifestPods(compute, cluster, "demo", "demo")
        try:
            for each in told:
                with psycopg.connect(
                        host="demo.localtest.me", hostaddr="127.0.0.1", port=each["postgres"].rsplit(":", 1)[1], user="demo",
                        password="a password", dbname="demo", sslmode="verify-full", sslrootcert=str(secrets / "edge-tls/ca.crt"),
                        connect_timeout=40, autocommit=True) as client:
                    assert client.execute("select current_user").fetchone() == ("demo",)
            assert cluster.generation("demo") == 1, "one wake for both proxies"
            eventually(lambda: cluster.stateful_set("demo")["spec"]["replicas"] == 0, 60, "sleep")
            # An event is told after what it is about, and nobody waits for it.
            eventually(lambda: {event["reason"] for event in cluster.events()} == {"Woken", "Suspended"}, 10, "the events")
        finally:
            pods.close()
        for process in reversed(started):
            assert process.end() == 0, process.log.read_text()[-2000:]
    finally:
        for process in started:
            process.process.kill()
        cluster.close()
