"""One agent that a test starts itself, with its HTTP interface on free ports and a key to sign tokens for it."""
import base64
import json
import os
import re
import signal
import socket
import ssl
import struct
import subprocess
import time
import urllib.error
import urllib.request
from pathlib import Path

import processes
from fleet import BINARY
from guest import openssl
from waiting import eventually

READY_LIMIT = 30


def text_of(data):
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


class TokenKey:
    """An Ed25519 key pair as files, by OpenSSL."""

    def __init__(self, folder, name):
        self.path, self.name = Path(folder) / f"{name}.pem", name
        openssl("genpkey", "-algorithm", "ed25519", "-out", self.path)
        raw = subprocess.run(["openssl", "pkey", "-in", self.path, "-pubout", "-outform", "DER"], capture_output=True, check=True)
        self.public = raw.stdout[-32:]

    @property
    def jwk(self):
        return {"kty": "OKP", "crv": "Ed25519", "alg": "EdDSA", "use": "sig", "kid": self.name, "x": text_of(self.public)}

    def token(self, **claims):
        signed = ".".join(text_of(json.dumps(part).encode()) for part in ({"alg": "EdDSA", "kid": self.name}, claims))
        (source := self.path.with_suffix(".signed")).write_text(signed)
        done = subprocess.run(["openssl", "pkeyutl", "-sign", "-rawin", "-inkey", self.path, "-in", source], capture_output=True,
                              check=True)
        return f"{signed}.{text_of(done.stdout)}"


class HTTPAgent:
    """`sidecar agent` for compute `compute-demo-1` of endpoint `demo`, its data in a folder of its own."""
    compute = "compute-demo-1"

    def __init__(self, folder, *arguments, port, spec=None):
        """:param spec: `None` has the spec pushed."""
        self.folder, self.port, self.process = Path(folder), port, None
        self.key = TokenKey(self.folder, "first")
        self.keys(self.key)
        certificates(self.folder / "certs", self.compute)
        self.command = [
            BINARY, "agent", "--endpoint", "demo", "--compute-id", self.compute, "--generation", "1", "--pgdata",
            self.folder / "pgdata", "--port", str(port), "--certs-dir", self.folder / "certs", "--external-http-port", "0",
            "--internal-http-port", "0", "--http-listen", "127.0.0.1", "--jwks-file", self.folder / "jwks.json",
            "--monitor-interval", "50", *arguments]
        if spec is not None:
            (self.folder / "spec.json").write_text(json.dumps(spec))
            self.command += ["--config", self.folder / "spec.json"]

    def __enter__(self):
        return self.start()

    def __exit__(self, *_):
        self.end(signal.SIGTERM)

    def start(self, *within):
        """:param within: words before the program's."""
        self.log = self.folder / f"agent-{time.monotonic_ns()}.log"
        with open(self.log, "wb") as log:
            self.process = subprocess.Popen([*within, *self.command], stdout=log, stderr=subprocess.STDOUT)
        self.outside, self.inside = (self.listener(side) for side in ("external", "loopback"))
        return self

    def story(self):
        return "\n".join(self.log.read_text().splitlines()[-60:])

    def listener(self, side):
        return listener(self, side)

    def keys(self, *keys):
        (new := self.folder / "jwks.new").write_text(json.dumps({"keys": [key.jwk for key in keys]}))
        os.replace(new, self.folder / "jwks.json")

    def token(self, key=None, **claims):
        return (key or self.key).token(**({"compute_id": self.compute} | claims))

    def call(self, method, path, body=None, token=None, inside=False, timeout=120):
        """Status and body, the latter parsed where it is JSON."""
        request = urllib.request.Request(
            f"{self.inside if inside else self.outside}{path}", method=method,
            data=None if body is None else json.dumps(body).encode())
        if not inside and token != "":
            request.add_header("Authorization", f"Bearer {token or self.token()}")
        try:
            with urllib.request.urlopen(request, timeout=timeout) as answer:
                status, data = answer.status, answer.read()
        except urllib.error.HTTPError as error:
            with error:
                status, data = error.code, error.read()
        try:
            return status, json.loads(data)
        except ValueError:
            return status, data.decode()

    def state(self):
        return self.call("GET", "/status")[1]["status"]

    def postmaster(self):
        return int((self.folder / "pgdata/postmaster.pid").read_text().split()[0])

    def end(self, with_signal, limit=60):
        """Its exit code."""
        return processes.end(self.process, with_signal, limit=limit)


def listener(agent, side):
    """Where an agent serves HTTP, by its log."""
    def found():
        # Who has ended meanwhile may have said it before.
        has_ended = agent.process.poll() is not None
        lines = [line for line in agent.log.read_text().splitlines() if "serving HTTP" in line and side in line]
        assert lines or not has_ended, agent.log.read_text()
        return lines and re.search(r"port=\"?(\d+)|\"port\":\"?(\d+)", lines[0])
    match = eventually(found, READY_LIMIT, f"the {side} listener")
    return f"http://127.0.0.1:{match[1] or match[2]}"


def certificates(folder, name):
    folder.mkdir(mode=0o700)
    authority, key = folder / "ca.crt", folder / "ca.key"
    openssl("req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2", "-subj", "/CN=test",
            "-keyout", key, "-out", authority)
    (names := folder / "names").write_text(f"subjectAltName=DNS:{name},IP:127.0.0.1,URI:sidecar://compute/demo/{name}")
    openssl("req", "-new", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-subj", f"/CN={name}", "-keyout",
            folder / "tls.key", "-out", folder / "request")
    openssl("x509", "-req", "-in", folder / "request", "-CA", authority, "-CAkey", key, "-days", "2", "-extfile", names,
            "-set_serial", "7", "-out", folder / "tls.crt")
    os.chmod(folder / "tls.key", 0o600)


def certificate_shown(agent):
    """What Postgres shows who asks for TLS."""
    with socket.create_connection(("127.0.0.1", agent.port), timeout=10) as plain:
        plain.sendall(struct.pack("!II", 8, 80877103))
        assert plain.recv(1) == b"S"
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
        with context.wrap_socket(plain) as secure:
            return secure.getpeercert(binary_form=True)


def a_spec(databases=("shop",), settings=()):
    return {
        "spec": {
            "format_version": 1.0, "suspend_timeout_seconds": 300, "cluster": {
                "roles": [{"name": "app", "encrypted_password": VERIFIER}],
                "databases": [{"name": name, "owner": "app"} for name in databases],
                "settings": [dict(zip(("name", "value", "vartype"), setting)) for setting in settings]}},
        "compute_ctl_config": {"jwks": {"keys": []}}}


VERIFIER = ("SCRAM-SHA-256$4096:c2FsdHNhbHRzYWx0c2FsdA==$c3RvcmVkIGtleSBzdG9yZWQga2V5IHN0b3JlZCBrZXk=:"
            "c2VydmVyIGtleSBzZXJ2ZXIga2V5IHNlcnZlciBrZXk=")
