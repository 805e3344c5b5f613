"""A proxy that a test starts itself: no agent reports to it, so what it knows came by gossip."""
import json
import os
import select
import signal
import subprocess
from pathlib import Path

import processes
from fleet import BINARY, sum_of

READY_LIMIT = 30


class Guest:
    """`sidecar proxy` with the fleet's authority, and what it says of itself once it is ready."""

    def __init__(self, fleet, name, *arguments, cluster=None, key_file=None, join=None, within=()):
        """
        :param arguments: options that come last, so that they win.
        :param cluster: the fleet's, if not given; so are the keys and the members to join.
        :param within: words before the program's, such as those that enter a network namespace.
        """
        self.fleet, self.name = fleet, name
        certs, control_plane = fleet.data / "certs", fleet.description["control_plane"]
        certificate, key = identity(fleet.data, name)
        seeds = [proxy["gossip"] for proxy in fleet.proxies] if join is None else join
        self.command = [
            *within, BINARY, "proxy", "--id", name, "--listen", "127.0.0.1:0", "--http", "127.0.0.1:0", "--grpc",
            "127.0.0.1:0", "--gossip", "127.0.0.1:0", "--auth-endpoint",
            f"{control_plane}/authenticate_proxy_request/", "--control-plane-token-file", fleet.data / "token", "-c",
            certs / "edge.crt", "-k", certs / "edge.key", "--ca-file", fleet.data / "ca.crt", "--identity-cert",
            certificate, "--identity-key", key, "--gossip-key-file", key_file or fleet.data / "gossip.keys",
            "--cluster", cluster or fleet.cluster, *(word for seed in seeds for word in ("--join", seed)), *arguments]
        self.process, self.told = None, None

    def __enter__(self):
        return self.start()

    def __exit__(self, *_):
        self.end(signal.SIGTERM)

    def start(self):
        log = open(self.fleet.data / "logs" / f"{self.name}.log", "ab")
        with log:
            self.process = subprocess.Popen(self.command, stdout=subprocess.PIPE, stderr=log, text=True)
        assert select.select([self.process.stdout], [], [], READY_LIMIT)[0], f"{self.name} is not ready"
        word, _, told = self.process.stdout.readline().partition(" ")
        assert word == "ready", (self.fleet.data / "logs" / f"{self.name}.log").read_text()
        self.told = json.loads(told)
        return self

    def end(self, with_signal):
        processes.end(self.process, with_signal, limit=20)

    def metric(self, name, **labels):
        return sum_of(self.fleet.get(self.told["http"], "/metrics")[1], name, labels)

    def gossip(self):
        """How well it agrees with the others, as `sidecar admin members` tells it."""
        data = self.fleet.data / self.name
        data.mkdir(exist_ok=True)
        for name in "ca.crt", "certs":
            if not (data / name).exists():
                (data / name).symlink_to(self.fleet.data / name)
        (data / "fleet.json").write_text(json.dumps(self.fleet.description | {"proxies": [self.told]}))
        return self.fleet.admin("members", data=data)["gossip"]

    def agrees(self):
        """Whether the fleet agrees, and the guest with it."""
        return self.fleet.agrees() and self.gossip()["state_root"] == self.fleet.root_of(0)

    def connect(self, endpoint="demo", **changes):
        return self.fleet.connect(endpoint=endpoint, port=int(self.told["postgres"].rsplit(":", 1)[1]), **changes)


def identity(data, name):
    """Files of a certificate that says “the proxy of this name”, by the fleet's authority."""
    certificate, key = (data / "certs" / f"{name}{suffix}" for suffix in (".crt", ".key"))
    if not certificate.exists():
        request, names = Path(f"{certificate}.request"), Path(f"{certificate}.names")
        names.write_text(f"subjectAltName=URI:sidecar://proxy/{name},DNS:localhost,IP:127.0.0.1")
        openssl("req", "-new", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-subj", f"/CN={name}",
                "-keyout", key, "-out", request)
        os.chmod(key, 0o600)
        openssl("x509", "-req", "-in", request, "-CA", data / "ca.crt", "-CAkey", data / "ca.key", "-days", "2",
                "-extfile", names, "-set_serial", str(int.from_bytes(os.urandom(8), "big") >> 1), "-out", certificate)
    return certificate, key


def openssl(*words):
    done = subprocess.run(["openssl", *words], capture_output=True, text=True, timeout=30)
    assert done.returncode == 0, done.stderr
