"""As much of `kubectl` as docs/operations.md speaks of, for pods of our own (nodes.py). Run as a program, it is that command.

It proves names, folders, rights and what the program says inside; the grammar of kubectl itself is taken on trust.
"""
import json
import os
import re
import shlex
import socket
import sys
import threading
from pathlib import Path


class Kubectl:
    """Answers the program for one node."""

    def __init__(self, node, folder):
        from kustomize import built, read
        self.node, self.built, self.read = node, built, read
        self.namespaces, self.jobs = {"default"}, {}
        self.place = Path(folder) / "kubectl.sock"
        self.listener = socket.socket(socket.AF_UNIX)
        self.listener.bind(str(self.place))
        self.listener.listen()
        self.thread = threading.Thread(target=self._serve, daemon=True)
        self.thread.start()
        program = Path(folder) / "bin" / "kubectl"
        program.parent.mkdir(exist_ok=True)
        words = (sys.executable, __file__, self.place)
        program.write_text(f"#!/bin/sh\nexec {' '.join(shlex.quote(str(word)) for word in words)} \"$@\"\n")
        program.chmod(0o755)

    def close(self):
        self.listener.shutdown(socket.SHUT_RDWR)
        self.listener.close()

    def _serve(self):
        while True:
            try:
                client, _ = self.listener.accept()
            except OSError:
                return
            with client, client.makefile("rw") as stream:
                asked = json.loads(stream.readline())
                try:
                    code, text = 0, self.answer(asked["words"], asked["text"], Path(asked["folder"])) or ""
                except Refused as refused:
                    code, text = refused.code, str(refused)
                except Exception as error:
                    code, text = 70, f"{type(error).__name__}: {error}"
                stream.write(json.dumps({"code": code, "text": text}))

    def answer(self, words, text, folder):
        words, namespace = list(words), "default"
        if "-n" in words:
            at = words.index("-n")
            namespace = words[at + 1]
            del words[at:at + 2]
        line = " ".join(words)
        for pattern, method in self.COMMANDS:
            if match := re.fullmatch(pattern, line):
                if method == "execute":
                    return self.execute(match[1], words[words.index("--") + 1:])
                return getattr(self, method)(namespace, *match.groups(), **({"text": text} if method == "apply_text" else {}),
                                             **({"folder": folder} if method in ("apply", "apply_file", "kustomize", "create_secret") else {}))
        raise Refused(64, f"not understood here: kubectl {line}")

    COMMANDS = [
        (r"create secret generic (\S+)((?: --from-(?:file|literal)=\S+)+)", "create_secret"),
        (r"apply -k (\S+)", "apply"), (r"apply -f (\S+\.yaml)", "apply_file"), (r"delete job (\S+) --ignore-not-found", "delete_job"),
        (r"apply -f -", "apply_text"), (r"kustomize (\S+)", "kustomize"),
        (r"rollout status (.+)", "rolled_out"), (r"rollout restart (.+)", "restart"),
        (r"exec deployment/(\S+) -- .+", "execute"),
        (r"describe statefulset (\S+)", "describe"), (r"describe pod (\S+)", "describe_pod"),
        (r"get events(?: --field-selector reason=(\S+))?", "events"), (r"logs deployment/(\S+)", "logs"),
        (r"get statefulset -l sidecar.dev/endpoint=(\S+)", "sets"), (r"get endpoints (\S+)", "endpoints"),
        (r"get secret (\S+) -o jsonpath=\{\.data\.(\S+)\}", "secret_data"),
        (r"scale statefulset (\S+) --replicas=0", "put_to_sleep"),
        (r"auth can-i (\S+) (\S+) --as=system:serviceaccount:(\S+):(\S+)", "can")]

    def create_secret(self, namespace, name, given, folder):
        texts = {}
        for word in given.split():
            how, _, what = word.partition("=")
            if how == "--from-literal":
                key, _, value = what.partition("=")
                texts[key] = value
                continue
            # `[KEY=]PATH`: the key is the file's name otherwise.
            key, path = what.split("=") if "=" in what else (Path(what).name, what)
            texts[key] = (folder / path).read_text()
        if namespace not in self.namespaces:
            raise Refused(1, f'namespaces "{namespace}" not found')
        if name in self.node.cluster.objects["secrets"]:
            raise Refused(1, "AlreadyExists")
        self.node.apply([secret(namespace, name, texts)])

    def apply(self, _, path, folder):
        self._apply(self.built(folder / path))

    def apply_file(self, _, path, folder):
        self._apply(list(self.read(folder / path)))

    def delete_job(self, _, name):
        self.jobs.pop(name, None)

    def apply_text(self, _, text):
        self._apply(json.loads(text))

    def _apply(self, things):
        """With what controllers do of it: Jobs first, since nothing else starts without their Secrets."""
        self.namespaces |= {thing["metadata"]["name"] for thing in things if thing["kind"] == "Namespace"}
        self.node.apply(things)
        for thing in things:
            if thing["kind"] == "Job":
                name, template = thing["metadata"]["name"], thing["spec"]["template"]
                if name not in self.jobs:
                    self.jobs[name] = template
                    self.node.run_job(name)
                elif self.jobs[name] != template:
                    raise Refused(1, "field is immutable")
        for thing in things:
            if thing["kind"] == "Deployment":
                self.node.deploy(thing["metadata"]["name"])

    def kustomize(self, _, path, folder):
        # YAML that is JSON, a line for each field, so that `perl` finds words where it would.
        return json.dumps(self.built(folder / path), indent=1)

    def rolled_out(self, _, names):
        for name in names.split():
            self.node.rolled_out(name.removeprefix("deployment/"))

    def restart(self, _, names):
        for name in names.split():
            self.node.restart(name.removeprefix("deployment/"))

    def execute(self, name, words):
        [container] = self.node.of(name)[0].containers
        done = container.execute(*words)
        if done.returncode:
            raise Refused(done.returncode, done.stdout + done.stderr)
        return done.stdout

    def events(self, _, reason=None, about=None):
        return "".join(f"{event['type']} {event['reason']} {event['involvedObject']['name']} {event['message']}\n"
                       for event in self.node.cluster.events(reason) if about in (None, event["involvedObject"]["name"]))

    def describe(self, _, name):
        thing = self.node.cluster.stateful_set(name)
        if thing is None:
            raise Refused(1, "NotFound")
        return json.dumps(thing["metadata"], indent=1) + "\nEvents:\n" + self.events(None, None, name)

    def describe_pod(self, _, name):
        found = [pod for pod in self.node.pods if pod.name == name]
        if not found:
            raise Refused(1, "NotFound")
        return "".join(f"{pod.name} {pod.address} ready={pod.ready}\n" for pod in found)

    def logs(self, _, name):
        return self.node.of(name)[0].log()

    def sets(self, _, endpoint):
        with self.node.cluster._lock:
            return "".join(f"{name}\n" for name, thing in self.node.cluster.objects["statefulsets"].items()
                           if thing["metadata"]["labels"].get("sidecar.dev/endpoint") == endpoint)

    def endpoints(self, _, name):
        return "".join(f"{pod.address}\n" for pod in self.node.of(name) if pod.ready)

    def secret_data(self, _, name, key):
        with self.node.cluster._lock:
            thing = self.node.cluster.objects["secrets"].get(name)
        if thing is None:
            raise Refused(1, "NotFound")
        # A dot that is none of the path's has a backslash before it.
        return thing["data"].get(key.replace("\\.", "."), "")

    def put_to_sleep(self, _, name):
        self.node.cluster.put("statefulsets", name, lambda thing: thing["spec"].update(replicas=0))

    def can(self, namespace, verb, resource, *account):
        if not self.node.cluster.rights.allow(account, namespace, verb, resource, is_question=True):
            raise Refused(1, "no")
        return "yes\n"


class Refused(Exception):
    def __init__(self, code, text):
        super().__init__(text)
        self.code = code


def secret(namespace, name, texts):
    return {"apiVersion": "v1", "kind": "Secret", "metadata": {"name": name, "namespace": namespace}, "stringData": texts}


if __name__ == "__main__":
    place, *asked = sys.argv[1:]
    given = sys.stdin.read() if asked[-2:] == ["-f", "-"] else ""
    with socket.socket(socket.AF_UNIX) as connection:
        connection.connect(place)
        with connection.makefile("rw") as both:
            both.write(json.dumps({"words": asked, "text": given, "folder": os.getcwd()}) + "\n")
            both.flush()
            told = json.loads(both.read())
    (sys.stderr if told["code"] else sys.stdout).write(told["text"])
    sys.exit(told["code"])
