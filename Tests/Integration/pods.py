"""Pods by their manifests: containers as processes that see an image's tree with their volumes in it, as their user, and nothing else."""
import contextlib
import os
import shlex
import shutil
import signal
import subprocess
import time
import urllib.request
from pathlib import Path

import processes
from fleet import BINARY

# What stands for an image: this machine's programs, with nothing of its configuration or data.
SHARED = ("usr", "opt", "bin", "sbin", "lib", "lib32", "lib64")
DEVICES = ("null", "zero", "full", "random", "urandom")
ACCOUNT = "/var/run/secrets/kubernetes.io/serviceaccount"
# Docker's word to this image is another than SIGTERM, which means “when all have left” to Postgres.
STOP_SIGNALS = {"postgres": signal.SIGINT}
# What the stock image's entry point does, as far as the manifest needs it; databases of tests need not survive this machine.
POSTGRES = """#!/bin/sh
set -e
PATH=/usr/lib/postgresql/15/bin:$PATH
if [ ! -s "$PGDATA/PG_VERSION" ]; then
    initdb -N --locale=C.UTF-8 -D "$PGDATA" -U postgres --pwfile="$POSTGRES_PASSWORD_FILE" --auth-local=trust --auth-host=scram-sha-256 >/dev/null
    echo "host all all all scram-sha-256" >> "$PGDATA/pg_hba.conf"
    printf "listen_addresses = '*'\\nfsync = off\\n" >> "$PGDATA/postgresql.conf"
fi
exec postgres "$@"
"""


class Pod:
    """:param template: `metadata` and `spec` of the pod; :param node: gives Secrets, settings, addresses and names of services."""

    def __init__(self, node, namespace, name, template, claims=None):
        self.node, self.namespace, self.name, self.template = node, namespace, name, template
        self.labels = template["metadata"].get("labels", {})
        self.host = node.network.host(name)
        self.home = node.folder / "pods" / f"{name}-{time.monotonic_ns()}"
        self.home.mkdir(parents=True)
        self.ready, self.ending, self._asked = False, False, 0
        self.secrets = {}
        volumes = {volume["name"]: self._volume(volume) for volume in template["spec"].get("volumes", [])} | (claims or {})
        self.containers = [Container(self, spec, volumes) for spec in self._specs("initContainers") + self._specs("containers")]
        for container in self.containers:
            container.start()

    def _specs(self, kind):
        return self.template["spec"].get(kind, [])

    @property
    def address(self):
        return self.host.address

    def log(self):
        return "".join(container.log.read_text() for container in self.containers)

    # Kubelet's work

    def look(self):
        """Once: starts what has ended, asks the probes."""
        for container in self.containers:
            container.restart_if_ended()
        self.ready = all(container.answers(self._probe) for container in self.containers)

    def _probe(self, port, path):
        try:
            with self.node.kubelet.inside():
                with urllib.request.urlopen(f"http://{self.address}:{port}{path}", timeout=2) as answer:
                    return answer.status == 200
        except OSError:
            return False

    def end(self):
        """In order: the containers, and then those that serve them."""
        self.ending = True
        end = time.monotonic() + self.template["spec"].get("terminationGracePeriodSeconds", 30)
        sidecars = len(self._specs("initContainers"))
        try:
            for group in self.containers[sidecars:], *([one] for one in reversed(self.containers[:sidecars])):
                for container in group:
                    container.signal(container.stop_signal)
                for container in group:
                    container.wait(end - time.monotonic())
        finally:
            self.kill()

    def kill(self):
        """At once, as when its node is lost."""
        self.ending = True
        self.host.close()
        for container in self.containers:
            container.process.wait(10)

    # Volumes

    def _volume(self, volume):
        place = self.home / "volumes" / volume["name"]
        place.mkdir(parents=True)
        if "secret" in volume:
            source = volume["secret"]
            self.secrets[source["secretName"]] = lambda: self._write(
                place, self.node.secret(source["secretName"]), source.get("defaultMode", 0o644))
            self.secrets[source["secretName"]]()
        else:
            os.chmod(place, 0o777)
        return place

    def _write(self, place, files, mode):
        """As kubelet does: files in a folder of this version, and links to them by way of `..data`."""
        group = self.template["spec"]["securityContext"].get("fsGroup")
        version = place / f"..{time.monotonic_ns()}"
        version.mkdir()
        for name, data in files.items():
            (version / name).write_bytes(data)
            os.chown(version / name, 0, group or 0)
            # A group that may enter volumes may read what its owner may.
            os.chmod(version / name, mode | (0o440 if group else 0))
            if not (place / name).is_symlink():
                (place / name).symlink_to(f"..data/{name}")
        fresh = place / "..data_tmp"
        fresh.symlink_to(version.name)
        fresh.replace(place / "..data")

    def account(self):
        """What every pod is given of its service account, unless it declines."""
        if self.template["spec"].get("automountServiceAccountToken", True) is False:
            return None
        place = self.home / "volumes" / ".account"
        if place.exists():
            return place
        place.mkdir()
        token = self.node.token(self.namespace, self.template["spec"].get("serviceAccountName", "default"))
        files = {"token": token, "namespace": self.namespace, "ca.crt": self.node.api_authority}
        self._write(place, {name: text.encode() for name, text in files.items()}, 0o644)
        return place


class Container:
    def __init__(self, pod, spec, volumes):
        self.pod, self.spec, self.name = pod, spec, spec["name"]
        self.image = spec["image"].rsplit("/", 1)[-1].split(":")[0]
        self.stop_signal = STOP_SIGNALS.get(self.image, signal.SIGTERM)
        self.log = pod.home / f"{self.name}.log"
        self.process, self.restarts = None, -1
        mounts = [(volumes[mount["name"]], mount["mountPath"], mount.get("readOnly", False)) for mount in spec.get("volumeMounts", [])]
        if account := pod.account():
            mounts.append((account, ACCOUNT, True))
        self.environment = {"PATH": "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"} | pod.node.environment
        for source in spec.get("envFrom", []):
            self.environment |= pod.node.settings(pod.namespace, source["configMapRef"]["name"])
        self.environment |= {variable["name"]: self._value(variable) for variable in spec.get("env", [])}
        entry = "/usr/local/bin/docker-entrypoint.sh" if self.image == "postgres" else "/usr/local/bin/sidecar"
        words = [*spec.get("command", [entry]), *spec["args"]]
        for name, value in self.environment.items():
            words = [word.replace(f"$({name})", value) for word in words]
        security = pod.template["spec"]["securityContext"]
        user = security["runAsUser"]
        self.identity = ["/usr/bin/setpriv", f"--reuid={user}", f"--regid={security.get('runAsGroup', user)}",
                         f"--groups={security.get('fsGroup', user)}", "--no-new-privs", "--inh-caps=-all", "--bounding-set=-all"]
        script = pod.home / f"{self.name}.sh"
        script.write_text("\n".join([*self._tree(mounts), f'exec chroot {self.root} {" ".join(self.identity)} "$@"']))
        shared = pod.template["spec"].get("shareProcessNamespace", False)
        self.command = [*pod.host.words(), "unshare", "--mount", *([] if shared else ["--pid", "--fork", "--kill-child"]), "sh",
                        str(script), *words]
        self._generations = 1 if shared else 2

    @property
    def root(self):
        return self.pod.home / self.name

    def _value(self, variable):
        if "value" in variable:
            return variable["value"]
        path = variable["valueFrom"]["fieldRef"]["fieldPath"]
        if path.startswith("metadata.annotations"):
            return self.pod.template["metadata"].get("annotations", {}).get(path.split("'")[1], "")
        return {"metadata.name": self.pod.name, "metadata.namespace": self.pod.namespace, "status.podIP": self.pod.address}[path]

    def _tree(self, mounts):
        """Lines of shell, in a mount namespace that the container has for itself: the tree that it will see, for reading alone."""
        root, etc, local = self.root, self.pod.home / "etc", self.pod.home / "local"
        root.mkdir()
        if not etc.exists():
            self._make_image(etc, local)
        lines = ["set -e", f"mount -t tmpfs -o mode=755 tmpfs {root}"]
        for name in SHARED:
            if os.path.islink(f"/{name}"):
                lines.append(f"ln -s {os.readlink(f'/{name}')} {root}/{name}")
            elif os.path.isdir(f"/{name}"):
                lines.append(f"mkdir {root}/{name} && mount --bind -o ro /{name} {root}/{name}")
        lines += [f"mkdir {root}/proc {root}/dev {root}/etc", f"mount -t proc proc {root}/proc",
                  f"mount --bind -o ro {local} {root}/usr/local"]
        lines += [f"touch {root}/dev/{name} && mount --bind /dev/{name} {root}/dev/{name}" for name in DEVICES]
        lines += [f"cp -a {etc}/. {root}/etc", f"mount --bind -o ro {shlex.quote(str(BINARY))} {root}/usr/local/bin/sidecar"]
        for source, place, read_only in mounts:
            lines.append(f"mkdir -p {root}{place} && mount --bind {'-o ro' if read_only else ''} {source} {root}{place}")
        if self.spec["securityContext"]["readOnlyRootFilesystem"]:
            lines.append(f"mount -o remount,ro {root}")
        return lines

    def _make_image(self, etc, local):
        user = self.pod.template["spec"]["securityContext"]["runAsUser"]
        etc.mkdir()
        (etc / "passwd").write_text(f"root:x:0:0:root:/:/\npostgres:x:999:999:postgres:/tmp:/\nsidecar:x:65532:65532::/tmp:/\n")
        (etc / "group").write_text(f"root:x:0:\npostgres:x:999:\nsidecar:x:65532:\n")
        assert user in (999, 65532)
        (etc / "nsswitch.conf").write_text("hosts: files dns\n")
        (etc / "hosts").write_text(f"127.0.0.1 localhost\n{self.pod.address} {self.pod.name}\n")
        # As kubelet writes it.
        (etc / "resolv.conf").write_text(
            f"nameserver {self.pod.node.names.address}\nsearch {self.pod.namespace}.svc.cluster.local svc.cluster.local cluster.local\n"
            "options ndots:5\n")
        shutil.copy("/etc/ld.so.cache", etc)
        os.makedirs(local / "bin")
        (local / "bin" / "sidecar").touch()
        (local / "bin" / "docker-entrypoint.sh").write_text(POSTGRES)
        os.chmod(local / "bin" / "docker-entrypoint.sh", 0o755)

    # Running

    def start(self):
        self.restarts += 1
        with open(self.log, "ab") as log:
            self.process = subprocess.Popen(self.command, env=self.environment, stdin=subprocess.DEVNULL, stdout=log, stderr=log)

    def restart_if_ended(self):
        if not self.pod.ending and self.process.poll() is not None:
            self.start()

    @property
    def pid(self):
        """Of the container's own first process, or none."""
        found = [self.process.pid]
        for _ in range(self._generations):
            found = processes.children_of(found[0])[:1]
            if not found:
                return None
        return found[0]

    def signal(self, number):
        # It may have ended meanwhile.
        with contextlib.suppress(ProcessLookupError):
            if pid := self.pid:
                os.kill(pid, number)

    def wait(self, seconds):
        """Until it has ended by itself, or its time is up."""
        try:
            self.process.wait(max(seconds, 0))
        except subprocess.TimeoutExpired:
            self.signal(signal.SIGKILL)

    def inside(self, *words):
        """What runs them there, as its user."""
        return ["nsenter", f"--target={self.pid}", "--all", "--root", "--wd", *self.identity, *words]

    def execute(self, *words, timeout=60):
        """`kubectl exec`."""
        return subprocess.run(self.inside(*words), env=self.environment, capture_output=True, text=True, timeout=timeout)

    def answers(self, probe):
        """Whether it is running, and ready if it has a word to say about that."""
        if self.process.poll() is not None:
            return False
        asked = self.spec.get("readinessProbe")
        if not asked:
            return True
        ports = {port["name"]: port["containerPort"] for port in self.spec["ports"]}
        return probe(ports[asked["httpGet"]["port"]], asked["httpGet"]["path"])
