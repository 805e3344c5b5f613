"""A Kubernetes API server of the tests' own, for the calls that a control plane makes, and what makes pods of its StatefulSets."""
import base64
import copy
import json
import os
import queue
import re
import select
import shutil
import signal
import socket
import ssl
import subprocess
import threading
import time
import urllib.request
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import parse_qs, urlparse

import processes
from fleet import BINARY, sum_of
from lone import server_certificate
from processes import free_port
from rights import Fields, Rights
from waiting import eventually

NAMESPACE = "databases"
ENDPOINT, GENERATION, COMPUTE = (f"sidecar.dev/{name}" for name in ("endpoint", "generation", "compute"))
BOOKMARK_SECONDS = 0.2


class Fault:
    """The next `count` calls whose method and path match end otherwise: with a status, or `cut` before or after they are done, or never: nothing is said until the caller hangs up."""

    def __init__(self, method, path, status=None, *, count=1, retry_after=None, cut=None):
        self.method, self.path, self.status, self.count = method, re.compile(path), status, count
        self.retry_after, self.cut = retry_after, cut


class Cluster:
    """Objects with versions; lists in pages, watches with bookmarks, merge patches guarded by `resourceVersion`; HTTPS and tokens."""

    def __init__(self, folder, address="127.0.0.1", port=0):
        self.folder, self.address_of_host = Path(folder), address
        self.account = self.folder / "serviceaccount"
        self.account.mkdir()
        self.tokens, self.faults, self.calls = {"first"}, [], []
        self.minor, self.denied = "34+", set()
        # Whose the tokens above are; further accounts have one each.
        self.subject, self.accounts = ("sidecar", "control-plane"), {}
        self.rights, self.fields = Rights(), Fields()
        (self.account / "namespace").write_text(NAMESPACE)
        shutil.copy(self.folder / "ca.crt", self.account / "ca.crt")
        self.set_token("first")
        self._lock = threading.RLock()
        self._version, self._forgotten = 100, 0
        self.objects = {"statefulsets": {}, "secrets": {}, "events": {}}
        self._history, self._watches = [], []
        certificate, key = server_certificate(self.folder, "api", f"IP:{address}")
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificate, key)
        self.server = ThreadingHTTPServer((address, port), self._handler())
        self.port = self.server.server_address[1]
        self.server.daemon_threads = True
        self._context, self._listening = context, True
        # The handshake belongs to the connection's own thread.
        self.server.socket = context.wrap_socket(self.server.socket, server_side=True, do_handshake_on_connect=False)
        threading.Thread(target=self.server.serve_forever, args=(0.05,), daemon=True).start()

    @property
    def address(self):
        return f"https://{self.address_of_host}:{self.port}"

    def close(self):
        self.end_watches()
        self.server.shutdown()
        self.server.server_close()

    def set_token(self, token):
        """As kubelet replaces one: the file changes at once."""
        new = self.account / ".token"
        new.write_text(token)
        new.rename(self.account / "token")

    def set_authority(self, authority):
        """Another one, for whoever connects from now on; the file changes as a token's does.

        :param authority: folder with `ca.crt` and `ca.key`."""
        self._context.load_cert_chain(*server_certificate(authority, "api", f"IP:{self.address_of_host}"))
        new = self.account / ".ca.crt"
        shutil.copy(authority / "ca.crt", new)
        new.rename(self.account / "ca.crt")
        self.end_watches()

    def token_of(self, namespace, account):
        """Another one than the others have."""
        token = f"token of {namespace}/{account}"
        self.accounts[token] = namespace, account
        return token

    # Objects

    def put(self, kind, name, edit):
        """Makes or changes an object, as anybody else with rights would."""
        with self._lock:
            thing = copy.deepcopy(self.objects[kind].get(name)) or {
                "metadata": {"name": name, "namespace": NAMESPACE, "uid": f"uid-{name}", "labels": {}, "annotations": {}}}
            edit(thing)
            return self._store(kind, thing)

    def stateful_set(self, name):
        with self._lock:
            return copy.deepcopy(self.objects["statefulsets"].get(name))

    def make_endpoint(self, endpoint, spec=None):
        """A StatefulSet without pods and its Secret, as `kubectl apply` would make them."""
        name = f"pg-{endpoint}"

        def edit(thing):
            thing["metadata"]["labels"][ENDPOINT] = endpoint
            thing["spec"] = {"replicas": 0, "template": {"metadata": {"labels": {ENDPOINT: endpoint}}}}
            thing["status"] = {"replicas": 0}
        self.put("statefulsets", name, edit)
        if spec is not None:
            data = {"spec.json": base64.b64encode(json.dumps({"spec": spec}).encode()).decode()}
            self.put("secrets", f"{name}-roles", lambda thing: thing.update(data=data))
        return name

    def events(self, reason=None):
        with self._lock:
            return [thing for thing in self.objects["events"].values() if reason in (None, thing["reason"])]

    def generation(self, name):
        return int(self.stateful_set(name)["metadata"]["annotations"].get(GENERATION, 0))

    def _store(self, kind, thing, deleted=False):
        self._version += 1
        thing["metadata"]["resourceVersion"] = str(self._version)
        known = thing["metadata"]["name"] in self.objects[kind]
        event = "DELETED" if deleted else "MODIFIED" if known else "ADDED"
        if deleted:
            del self.objects[kind][thing["metadata"]["name"]]
        else:
            self.objects[kind][thing["metadata"]["name"]] = thing
        self._history.append((self._version, kind, event, copy.deepcopy(thing)))
        for watched, line in self._watches:
            if watched == kind:
                line.put((self._version, event, copy.deepcopy(thing)))
        return copy.deepcopy(thing)

    def delete(self, kind, name):
        with self._lock:
            self._store(kind, self.objects[kind][name], deleted=True)

    # Faults

    def fail(self, *words, **more):
        with self._lock:
            self.faults.append(Fault(*words, **more))

    def end_watches(self):
        """In order, as after their `timeoutSeconds`."""
        with self._lock:
            for _, line in self._watches:
                line.put(None)

    def forget(self):
        """Compacts: nobody can watch from before now, and who watches is told so."""
        with self._lock:
            self._version += 1
            self._forgotten, self._history = self._version, []
            for _, line in self._watches:
                line.put("gone")

    def count(self, method, path):
        with self._lock:
            return sum(1 for called, at in self.calls if called == method and re.search(path, at))

    # HTTP

    def _handler(cluster):
        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self):
                self._answer("GET")

            def do_PATCH(self):
                self._answer("PATCH")

            def do_POST(self):
                self._answer("POST")

            def log_message(self, *_):
                pass

            def _answer(self, method):
                url = urlparse(self.path)
                body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
                with cluster._lock:
                    cluster.calls.append((method, self.path))
                    fault = next((fault for fault in cluster.faults
                                  if fault.count > 0 and fault.method == method and fault.path.search(self.path)), None)
                    if fault:
                        fault.count -= 1
                token = self.headers.get("Authorization", "").removeprefix("Bearer ")
                account = cluster.subject if token in cluster.tokens else cluster.accounts.get(token)
                if account is None:
                    return self._status(401, "Unauthorized", "Unauthorized")
                if fault and fault.cut == "never":
                    select.select([self.connection], [], [], 30)
                    return self._cut()
                if fault and fault.cut == "before":
                    return self._cut()
                if fault and fault.status:
                    return self._status(fault.status, "Fault", "a fault of the test's", fault.retry_after)
                query = {name: values[0] for name, values in parse_qs(url.query).items()}
                if forbidden := cluster._forbidden(account, method, url.path, query):
                    return self._status(403, "Forbidden", forbidden)
                if query.get("watch"):
                    return self._watch(url.path, query)
                status, thing = cluster._call(account, method, url.path, query, body, self.headers.get("Content-Type"))
                if fault and fault.cut == "after":
                    return self._cut()
                self._send(status, thing)

            def _cut(self):
                self.close_connection = True
                self.connection.close()

            def _status(self, code, reason, message, retry_after=None):
                self._send(code, _status(code, reason, message), retry_after)

            def _send(self, code, thing, retry_after=None):
                data = json.dumps(thing).encode()
                self.send_response(code)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(data)))
                if retry_after is not None:
                    self.send_header("Retry-After", str(retry_after))
                self.end_headers()
                self.wfile.write(data)

            def _watch(self, path, query):
                _, kind, _ = _place(path)
                line, since = queue.Queue(), int(query["resourceVersion"])
                with cluster._lock:
                    if since < cluster._forgotten:
                        return self._status(410, "Expired", "too old resource version")
                    for version, watched, event, thing in cluster._history:
                        if watched == kind and version > since:
                            line.put((version, event, thing))
                    watch = (kind, line)
                    cluster._watches.append(watch)
                self.send_response(200)
                self.send_header("Transfer-Encoding", "chunked")
                self.end_headers()
                try:
                    self._follow(line, kind, query)
                except OSError:
                    pass
                finally:
                    self.close_connection = True
                    with cluster._lock:
                        cluster._watches.remove(watch)

            def _follow(self, line, kind, query):
                end = time.monotonic() + int(query.get("timeoutSeconds", 60))
                while time.monotonic() < end:
                    try:
                        told = line.get(timeout=BOOKMARK_SECONDS)
                    except queue.Empty:
                        with cluster._lock:
                            version = cluster._version
                        self._chunk({"type": "BOOKMARK", "object": {"kind": kind, "metadata": {"resourceVersion": str(version)}}})
                        continue
                    if told is None:
                        break
                    if told == "gone":
                        self._chunk({"type": "ERROR", "object": _status(410, "Expired", "too old resource version")})
                        break
                    self._chunk({"type": told[1], "object": told[2]})
                self.wfile.write(b"0\r\n\r\n")

            def _chunk(self, thing):
                data = json.dumps(thing).encode() + b"\n"
                # Where the bytes are cut is of no meaning.
                for part in (data[:7], data[7:]):
                    self.wfile.write(b"%x\r\n%s\r\n" % (len(part), part))
                    self.wfile.flush()

        return Handler

    def _forbidden(self, account, method, path, query):
        """What is said to who has no right to it."""
        namespace, kind, name = _place(path)
        if kind not in self.objects:
            return None
        verb = {"POST": "create", "PATCH": "patch"}.get(method) or ("get" if name else "watch" if query.get("watch") else "list")
        with self._lock:
            allowed = self.rights.allow(account, namespace, verb, kind, name)
        return None if allowed else f'{kind} is forbidden: User "{":".join(account)}" cannot {verb} resource "{kind}" in "{namespace}"'

    def _call(self, account, method, path, query, body, content_type):
        if path == "/version":
            return 200, {"major": "1", "minor": self.minor}
        if path == "/apis/authorization.k8s.io/v1/selfsubjectaccessreviews":
            asked = json.loads(body)
            words = asked["spec"]["resourceAttributes"]
            allowed = self.rights.allow(account, words["namespace"], words["verb"], words["resource"], is_question=True)
            asked["status"] = {"allowed": allowed and (words["verb"], words["resource"]) not in self.denied}
            # The question comes back as Kubernetes writes it, without what is empty (`omitempty`).
            asked["spec"]["resourceAttributes"] = {name: word for name, word in words.items() if word}
            return 201, asked
        _, kind, name = _place(path)
        if kind not in self.objects:
            return 404, _status(404, "NotFound", path)
        with self._lock:
            things = self.objects[kind]
            if method == "GET" and name is None:
                return 200, self._page(kind, query)
            if method == "POST" and name is None:
                thing = json.loads(body)
                if fault := self.fields.fault(kind, thing, is_patch=False):
                    return 400, _status(400, "BadRequest", fault)
                if thing["metadata"]["name"] in things:
                    return 409, _status(409, "AlreadyExists", name)
                return 201, self._store(kind, thing)
            if name not in things:
                return 404, _status(404, "NotFound", f'{kind} "{name}" not found')
            if method == "GET":
                return 200, copy.deepcopy(things[name])
            if content_type != "application/merge-patch+json":
                return 415, _status(415, "UnsupportedMediaType", content_type)
            patch = json.loads(body)
            if fault := self.fields.fault(kind, patch, is_patch=True):
                return 400, _status(400, "BadRequest", fault)
            wanted = patch.get("metadata", {}).pop("resourceVersion", None)
            if wanted is not None and wanted != things[name]["metadata"]["resourceVersion"]:
                return 409, _status(409, "Conflict", "the object has been modified")
            return 200, self._store(kind, _merged(copy.deepcopy(things[name]), patch))

    def _page(self, kind, query):
        label = query.get("labelSelector")
        names = sorted(name for name, thing in self.objects[kind].items()
                       if label is None or label in thing["metadata"].get("labels", {}))
        after = query.get("continue", "")
        names = [name for name in names if name > after]
        page, rest = names[:int(query.get("limit", 500))], names[int(query.get("limit", 500)):]
        return {"metadata": {"resourceVersion": str(self._version), "continue": page[-1] if rest else ""},
                "items": [copy.deepcopy(self.objects[kind][name]) for name in page]}


def _place(path):
    """Namespace, kind and name."""
    match = re.fullmatch(r"/(?:api/v1|apis/apps/v1)/namespaces/([a-z]+)/([a-z]+)(?:/([a-z0-9.-]+))?", path)
    return match.groups() if match else (None, None, None)


def _status(code, reason, message):
    return {"kind": "Status", "apiVersion": "v1", "status": "Failure", "code": code, "reason": reason, "message": message}


def _merged(thing, patch):
    """RFC 7386."""
    if not isinstance(patch, dict):
        return patch
    thing = thing if isinstance(thing, dict) else {}
    for key, value in patch.items():
        if value is None:
            thing.pop(key, None)
        else:
            thing[key] = _merged(thing.get(key), value)
    return thing


class StatefulSetController:
    """What the controller of that name and kubelet do for one StatefulSet: at most one pod, of the generation of its template, replaced
    when that changes. Whoever inherits says how a pod starts and ends.
    """

    def __init__(self, cluster, name):
        self.cluster, self.name = cluster, name
        self.process, self.generation, self.started, self.restarts = None, None, [], 0
        self.image_is_there, self._stopping = True, False
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()

    def close(self):
        self._stopping = True
        self._thread.join(30)
        self._end()

    def _run(self):
        while not self._stopping:
            thing = self.cluster.stateful_set(self.name)
            template = thing["spec"]["template"]["metadata"].get("annotations", {}).get(GENERATION)
            wanted = template if thing["spec"]["replicas"] > 0 and self.image_is_there else None
            if self.process and wanted != self.generation:
                self._end()
            elif self.process and self.process.poll() is not None:
                self.restarts += 1
                self._start(self.generation)
            elif wanted and not self.process:
                self.started.append(int(wanted))
                self._start(wanted)
            pods = 1 if self.process else 0
            if thing["status"]["replicas"] != pods:
                self.cluster.put("statefulsets", self.name, lambda thing: thing["status"].update(replicas=pods))
            time.sleep(0.02)


class Pods(StatefulSetController):
    """A pod is `sidecar agent` with a Postgres, and is started again when it ends by itself."""

    def __init__(self, cluster, name, endpoint, report_to):
        self.endpoint, self.report_to = endpoint, report_to
        self.home = cluster.folder / name
        certs = self.home / "certs"
        certs.mkdir(parents=True)
        names = f"URI:sidecar://compute/{endpoint}/{name}-0,DNS:{name}-0,IP:127.0.0.1"
        files = zip(("tls.crt", "tls.key"), server_certificate(cluster.folder, f"{name}-0", names))
        for to, source in [("ca.crt", cluster.folder / "ca.crt"), *files]:
            (certs / to).write_bytes(Path(source).read_bytes())
        with socket.create_server(("127.0.0.1", 0)) as free:
            self.port = free.getsockname()[1]
        super().__init__(cluster, name)

    def log(self):
        return (self.home / "log").read_text() if (self.home / "log").exists() else ""

    def _start(self, generation):
        spec = self.home / "spec.json"
        secret = self.cluster.objects["secrets"][f"{self.name}-roles"]["data"]
        spec.write_bytes(base64.b64decode(secret["spec.json"]))
        os.chmod(spec, 0o600)
        environment = os.environ | {"SIDECAR_GENERATION": generation, "SIDECAR_COMPUTE_ID": f"{self.name}-0"}
        with open(self.home / "log", "ab") as log:
            self.process = subprocess.Popen(
                [BINARY, "agent", "--endpoint", self.endpoint, "--config", str(spec), "--pgdata", str(self.home / "pgdata"),
                 "--port", str(self.port), "--certs-dir", str(self.home / "certs"), "--report-to", self.report_to,
                 "--monitor-interval", "100", "--external-http-port", "none", "--internal-http-port", "none"],
                env=environment, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=log)
        self.generation = generation

    def _end(self):
        """The agent, and its Postgres with it."""
        if self.process and self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
            try:
                self.process.wait(timeout=30)
            finally:
                self.process.kill()
                self.process.wait()
        self.process, self.generation = None, None


class ClusterControlPlane:
    """`sidecar control-plane --starter kubernetes`, one of any number."""

    def __init__(self, cluster, name, *arguments):
        self.cluster, self.name = cluster, name
        self.home = cluster.folder / name
        self.home.mkdir()
        files = zip(("tls.crt", "tls.key"), server_certificate(
            cluster.folder, name, f"URI:sidecar://control-plane/{name},DNS:localhost,IP:127.0.0.1"))
        for to, source in [("ca.crt", cluster.folder / "ca.crt"), *files]:
            (self.home / to).write_bytes(Path(source).read_bytes())
        token = cluster.folder / "token"
        token.write_text("a token")
        os.chmod(token, 0o600)
        self.http, self.grpc = (f"127.0.0.1:{free_port()}" for _ in range(2))
        self.log = self.home / "log"
        self.command = [
            BINARY, "control-plane", "--starter", "kubernetes", "--listen", self.http, "--grpc", self.grpc, "--kubernetes-api",
            cluster.address, "--kubernetes-credentials", str(cluster.account), "--certs-dir", str(self.home), "--token-file",
            str(token), *arguments]
        self.process = None

    @property
    def address(self):
        """What a proxy is told."""
        return f"http://{self.http}/authenticate_proxy_request/"

    def start(self):
        with open(self.log, "ab") as log:
            self.process = subprocess.Popen(self.command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=log)
        return self

    def is_ready(self):
        assert self.process.poll() is None, self.log.read_text()
        return self.get("/readyz")[0] == 200

    def __enter__(self):
        self.start()
        eventually(self.is_ready, 30, "a control plane that knows its endpoints")
        return self

    def __exit__(self, *_):
        self.end()

    def end(self, with_signal=signal.SIGTERM):
        return processes.end(self.process, with_signal, limit=30)

    def get(self, path, method="GET", headers={}, timeout=40):
        """Status and JSON, or text."""
        request = urllib.request.Request(
            f"http://{self.http}{path}", method=method, headers={"Authorization": "Bearer a token"} | headers)
        try:
            with urllib.request.urlopen(request, timeout=timeout) as answer:
                status, body = answer.status, answer.read().decode()
        except urllib.error.HTTPError as error:
            with error:
                status, body = error.code, error.read().decode()
        except OSError:
            return 0, ""
        try:
            return status, json.loads(body)
        except ValueError:
            return status, body

    def wake(self, endpoint, seen=0):
        return self.get(f"/authenticate_proxy_request/wake_compute?endpointish={endpoint}",
                        headers={"Idempotency-Key": f"{endpoint}:{seen}:0"})

    def shown(self, endpoint):
        return self.get(f"/sidecar/v1/endpoints/{endpoint}")[1]

    def metric(self, name, **labels):
        return sum_of(self.get("/metrics")[1], name, labels)
