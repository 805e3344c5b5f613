"""What stands around pods: names of services, a load balancer, and the node that keeps pods as their manifests say."""
import base64
import contextlib
import copy
import csv
import io
import os
import re
import signal
import socket
import subprocess
import threading
import time

import yaml

import processes
from hosts import NET, Network
from kubernetes import GENERATION, StatefulSetController
from kustomize import key, pod_of
from pods import Pod
from waiting import eventually

DNS, API, BALANCER, CLIENT, KUBELET = 2, 3, 4, 5, 6


class Names:
    """Cluster DNS by dnsmasq: services as their pods' addresses (nobody translates a service's own here), and pods by name."""

    def __init__(self, network, folder):
        self.host = network.host("dns", DNS)
        self.address, self.file, self._known = self.host.address, folder / "hosts", ""
        self.file.write_text("")
        log = open(folder / "dnsmasq.log", "ab")
        with log:
            self.process = subprocess.Popen(
                [*self.host.words(), "dnsmasq", "--keep-in-foreground", "--user=root", "--no-resolv", "--no-hosts", "--pid-file=",
                 f"--addn-hosts={self.file}", "--local=/cluster.local/", "--local=//", f"--listen-address={self.address}",
                 # The balancer, for clients.
                 f"--address=/db.example.com/{NET}.0.{BALANCER}", "--bind-interfaces", "--log-facility=-"], stdin=subprocess.DEVNULL, stdout=log, stderr=log)
        # SIGHUP ends who is not dnsmasq yet, and means nothing to one that has just begun.
        eventually(lambda: "started, version" in (folder / "dnsmasq.log").read_text(), 20, "names")

    def close(self):
        self.host.close()
        self.process.wait()

    def set(self, records):
        lines = "".join(f"{address} {name}.cluster.local\n" for address, name in sorted(records))
        if lines != self._known:
            self._known = lines
            self.file.write_text(lines)
            # Below the one that entered the namespaces.
            for pid in processes.children_of(self.process.pid):
                os.kill(pid, signal.SIGHUP)


class HAProxy:
    """TCP to the proxies that say that they are ready, found by name; who connects is said by PROXY v2."""

    def __init__(self, network, names, folder):
        self.host = network.host("balancer", BALANCER)
        self.address, self.port = self.host.address, 5432
        file, log = folder / "haproxy.cfg", open(folder / "haproxy.log", "ab")
        self.console = folder / "haproxy.sock"
        file.write_text(f"""
global
    stats socket {self.console}
defaults
    mode tcp
    timeout connect 2s
    timeout check 500ms
    timeout client 1h
    timeout server 1h
    retries 3
    option redispatch
resolvers cluster
    nameserver dns {names.address}:53
    timeout resolve 200ms
    timeout retry 200ms
    hold valid 200ms
    hold obsolete 0s
    hold nx 0s
listen postgres
    bind {self.address}:{self.port}
    balance roundrobin
    option httpchk GET /readyz
    default-server check port 7001 inter 200ms fall 1 rise 1 send-proxy-v2 init-addr none resolvers cluster resolve-prefer ipv4
    server-template proxy 8 members.sidecar.svc.cluster.local:4432
""")
        with log:
            self.process = subprocess.Popen([*self.host.words(), "haproxy", "-db", "-f", file], stdin=subprocess.DEVNULL,
                                            stdout=log, stderr=log)

    def close(self):
        self.process.kill()
        self.process.wait()


    def count(self):
        """Of the proxies that it passes clients on to."""
        with socket.socket(socket.AF_UNIX) as console:
            console.connect(str(self.console))
            console.sendall(b"show stat\n")
            rows = csv.DictReader(io.TextIOWrapper(console.makefile("rb")))
            return sum(row["svname"].startswith("proxy") and row["status"] == "UP" for row in rows)


class Node:
    """Runs what has been applied, with the Secrets of an API server of our own."""

    def __init__(self, folder, api):
        """:param api: makes the API server of a network; it needs an address first."""
        self.folder = folder
        self.network = Network()
        self._stack = contextlib.ExitStack()
        self._stack.callback(self.network.close)
        try:
            self.kubelet = self.network.host("kubelet", KUBELET)
            self.client = self.network.host("client", CLIENT)
            self.names = self._with(Names(self.network, folder))
            self.balancer = self._with(HAProxy(self.network, self.names, folder))
            host = self.network.host("api", API)
            with host.inside():
                self.cluster = self._with(api(host.address))
            self.api_host = host
        except BaseException:
            self._stack.close()
            raise
        self.api_authority = (folder / "ca.crt").read_text()
        self.environment = {"KUBERNETES_SERVICE_HOST": host.address, "KUBERNETES_SERVICE_PORT": str(self.cluster.port)}
        self.things, self.pods, self.sets, self._over = {}, [], {}, threading.Event()
        self._lock = threading.RLock()
        self._watcher = threading.Thread(target=self._look, daemon=True)
        self._watcher.start()

    def _with(self, thing):
        self._stack.callback(thing.close)
        return thing

    def close(self):
        for each in self.sets.values():
            each.close(at_once=True)
        self._over.set()
        self._watcher.join(10)
        for pod in list(self.pods):
            pod.kill()
        self._stack.close()

    def story(self):
        with self._lock:
            pods = list(self.pods)
        return "\n".join(f"{pod.name}/{container.name}: {line}" for pod in pods for container in pod.containers
                         for line in container.log.read_text().splitlines()[-12:])

    # What pods are given

    def secret(self, name):
        with self.cluster._lock:
            return {file: base64.b64decode(data) for file, data in self.cluster.objects["secrets"][name]["data"].items()}

    def settings(self, namespace, name):
        return self.things["ConfigMap", namespace, name]["data"]

    def token(self, namespace, account):
        return self.cluster.token_of(namespace, account)

    # `kubectl`

    def apply(self, things):
        for thing in things:
            self.things[key(thing)[1:]] = thing
            metadata, kind = thing["metadata"], thing["kind"]
            if kind == "Secret":
                data = {name: base64.b64encode(text.encode()).decode() for name, text in thing["stringData"].items()}
                self.cluster.put("secrets", metadata["name"], lambda known: known.update(data=data))
            elif kind == "StatefulSet":
                self._apply_stateful_set(thing)

    def secrets_changed(self, pods=None):
        """As kubelet sees to it after a while."""
        for pod in self.pods if pods is None else pods:
            for write in pod.secrets.values():
                write()

    def _apply_stateful_set(self, thing):
        name = thing["metadata"]["name"]

        def edit(known):
            known["metadata"]["labels"] = thing["metadata"]["labels"]
            known["spec"] = copy.deepcopy(thing["spec"])
            known.setdefault("status", {"replicas": 0})
        self.cluster.put("statefulsets", name, edit)
        if name not in self.sets:
            self.sets[name] = Computes(self, thing)

    def run_job(self, name, limit=60):
        thing = self.things["Job", "sidecar", name]
        pod = Pod(self, "sidecar", name, thing["spec"]["template"])
        try:
            status = pod.containers[0].process.wait(limit)
            assert status == 0, pod.log()
            return pod.log()
        finally:
            pod.kill()

    def start(self, namespace, name, template, claims=None):
        pod = Pod(self, namespace, name, template, claims)
        with self._lock:
            self.pods.append(pod)
        return pod

    def deploy(self, name):
        """All of its pods, and waits until they are ready."""
        thing = self.things["Deployment", "sidecar", name]
        for _ in range(thing["spec"]["replicas"]):
            self._replica(thing)
        self.rolled_out(name)

    def _replica(self, thing):
        return self.start("sidecar", f"{thing['metadata']['name']}-{time.monotonic_ns() % 10 ** 8:08d}",
                          thing["spec"]["template"])

    def rolled_out(self, name):
        eventually(lambda: all(pod.ready for pod in self.of(name)), 40, f"{name} that are ready")

    def of(self, name):
        """The pods of a Deployment that are not about to end."""
        with self._lock:
            return [pod for pod in self.pods if pod.labels.get("app.kubernetes.io/name") == name and not pod.ending]

    def restart(self, name):
        """`kubectl rollout restart`, as `maxSurge: 1, maxUnavailable: 0` has it; returns when the last old pod has ended."""
        thing = self.things["Deployment", "sidecar", name]
        assert thing["spec"]["strategy"]["rollingUpdate"] == {"maxUnavailable": 0, "maxSurge": 1}
        ends = []
        for old in self.of(name):
            new = self._replica(thing)
            eventually(lambda: new.ready, 40, f"a new {name}")
            time.sleep(thing["spec"].get("minReadySeconds", 0))
            ends.append(threading.Thread(target=self.end, args=(old,)))
            # It is no longer among the service's from that moment.
            old.ending = True
            ends[-1].start()
        for end in ends:
            end.join()

    def end(self, pod, at_once=False):
        pod.kill() if at_once else pod.end()
        with self._lock:
            self.pods.remove(pod)

    # What goes on

    def _look(self):
        while not self._over.wait(0.05):
            with self._lock:
                pods = list(self.pods)
            for pod in pods:
                if not pod.ending:
                    pod.look()
            self.names.set(self._records())

    def _records(self):
        services = [thing for thing in list(self.things.values()) if thing["kind"] == "Service"]
        with self._lock:
            pods = [pod for pod in self.pods if not pod.ending]
        for service in services:
            metadata, spec = service["metadata"], service["spec"]
            for pod in pods:
                if pod.namespace == metadata["namespace"] and spec["selector"].items() <= pod.labels.items() and (
                        pod.ready or spec.get("publishNotReadyAddresses")):
                    place = f"{metadata['name']}.{metadata['namespace']}.svc"
                    yield pod.address, place
                    if spec.get("clusterIP") == "None":
                        yield pod.address, f"{pod.name}.{place}"


class Computes(StatefulSetController):
    """Pods of one endpoint as its manifest has them, with the volume that outlives them."""

    def __init__(self, node, thing):
        self.node, self.thing, self._lost = node, thing, False
        name = thing["metadata"]["name"]
        self.claims = {}
        for claim in thing["spec"]["volumeClaimTemplates"]:
            place = node.folder / "claims" / f"{claim['metadata']['name']}-{name}-0"
            place.mkdir(parents=True)
            group = pod_of(thing)["securityContext"]["fsGroup"]
            os.chown(place, 0, group)
            os.chmod(place, 0o2775)
            self.claims[claim["metadata"]["name"]] = place
        super().__init__(node.cluster, name)

    @property
    def pod(self):
        return self.process.pod if self.process else None

    def close(self, at_once=False):
        self._lost = at_once
        super().close()

    def _start(self, generation):
        template = self.cluster.stateful_set(self.name)["spec"]["template"]
        assert template["metadata"]["annotations"][GENERATION] == generation
        pod = self.node.start(self.thing["metadata"]["namespace"], f"{self.name}-0", template, self.claims)
        self.process, self.generation = Running(pod), generation

    def lose(self):
        """The pod, with its node and without a word; there is none until `image_is_there` again."""
        self._lost, self.image_is_there = True, False
        eventually(lambda: self.process is None, 10, "no pod")
        self._lost = False

    def _end(self):
        if self.process:
            self.node.end(self.process.pod, at_once=self._lost)
            self.process, self.generation = None, None


class Running:
    """A pod is there until it is deleted, or its node lost."""

    def __init__(self, pod):
        self.pod = pod

    def poll(self):
        return None


def renamed(things, to):
    """An endpoint's objects under another name, as docs/operations.md makes them with perl."""
    return [yaml.safe_load(re.sub(r"\bdemo\b", to, yaml.safe_dump(thing))) for thing in things]
