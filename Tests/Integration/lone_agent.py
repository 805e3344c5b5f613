"""`sidecar agent` alone, without a proxy or a control plane, and what it leaves behind."""
import base64
import hashlib
import hmac
import json
import shutil
import signal
import socket
import subprocess
import threading
from pathlib import Path

import psycopg

import processes
from fleet import BINARY
from guest import openssl
from lone import server_certificate
from waiting import eventually

TENANT, TIMELINE, TOKEN = "5c1d2e3f405162738495a6b7c8d9eafb", "0a1b2c3d4e5f60718293a4b5c6d7e8f9", "t0ken.of.storage"


def verifier(password, salt=b"0123456789abcdef"):
    """As PostgreSQL stores it. RFC 5802 §3."""
    salted = hashlib.pbkdf2_hmac("sha256", password, salt, 4096)
    keys = [hmac.new(salted, name, "sha256").digest() for name in (b"Client Key", b"Server Key")]
    encoded = [base64.b64encode(part).decode() for part in (salt, hashlib.sha256(keys[0]).digest(), keys[1])]
    return f"SCRAM-SHA-256$4096:{encoded[0]}${encoded[1]}:{encoded[2]}"


class Agent:
    """`sidecar agent`, its spec and what stands `beside` that, which the test may change before `start`."""

    def __init__(self, folder, pageservers, safekeepers, **fields):
        self.folder, self.log, self.process = Path(folder), [], None
        self.data, self.beside = self.folder / "pgdata", {}
        with socket.create_server(("127.0.0.1", 0)) as free:
            self.port = free.getsockname()[1]
        shards = {"0000": {"pageservers": pageservers}}
        self.spec = {
            "format_version": 1.0, "suspend_timeout_seconds": 300, "storage_mode": "pageserver", "tenant_id": TENANT,
            "timeline_id": TIMELINE, "storage_auth_token": TOKEN,
            "safekeeper_connstrings": [safekeeper.address for safekeeper in safekeepers],
            "pageserver_connection_info": {"shard_count": 0, "shards": shards, "prefer_protocol": "libpq"},
            "cluster": {"roles": [{"name": "app", "encrypted_password": verifier(b"secret")}],
                        "databases": [{"name": "shop", "owner": "app"}], "settings": []}} | fields
        (self.folder / "certs").mkdir()
        openssl("req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2", "-subj",
                "/CN=test authority", "-keyout", self.folder / "ca.key", "-out", self.folder / "ca.crt")
        server_certificate(self.folder, "tls", "DNS:c1,URI:sidecar://compute/demo/c1")
        shutil.copy(self.folder / "ca.crt", self.folder / "certs" / "ca.crt")

    def start(self, *arguments):
        (self.folder / "spec.json").write_text(json.dumps({"spec": self.spec} | self.beside))
        self.log = []
        self.process = subprocess.Popen(
            [BINARY, "agent", "--endpoint", "demo", "--compute-id", "c1", "--generation", "1", "--config",
             self.folder / "spec.json", "--pgdata", self.data, "--port", str(self.port), "--certs-dir",
             self.folder / "certs", "--safekeeper-limit", "5s", "--external-http-port", "none",
             "--internal-http-port", "none", *arguments],
            stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
        process, log = self.process, self.log
        self.reader = threading.Thread(target=lambda: log.extend(iter(process.stderr.readline, "")), daemon=True)
        self.reader.start()
        return self

    def __enter__(self):
        return self.start() if self.process is None else self

    def __exit__(self, *_):
        self.end(signal.SIGQUIT)
        assert self.leftovers() == []

    def end(self, with_signal=signal.SIGTERM):
        return processes.end(self.process, with_signal, limit=30)

    def text(self):
        return "".join(self.log)

    def says(self, words, seconds=30):
        eventually(lambda: words in self.text() or self.process.poll() is not None, seconds, words)
        if words not in self.text():
            # Its last words may be on their way still.
            self.reader.join(timeout=10)
        assert words in self.text(), self.text()[-3000:]

    def runs(self):
        self.says("-> running")

    def connect(self, dbname="postgres", user="app", sslmode="require"):
        return psycopg.connect(host="127.0.0.1", port=self.port, user=user, password="secret", dbname=dbname,
                               sslmode=sslmode, connect_timeout=10, autocommit=True)

    def running_session(self, **changes):
        self.runs()
        return self.connect(**changes)

    def kept(self):
        """What was in the cluster that the base backup is of."""
        with self.connect() as connection:
            return connection.execute("select relname from pg_class where relname = 'kept'").fetchone()

    def leftovers(self):
        """Whatever runs for it, and whatever stands half-made beside its data."""
        half = [path.name for path in self.folder.iterdir() if path.name in ("pgdata.partial", "pgdata.sync")]
        return half + processes.within([str(self.folder)])
