"""docs/operations.md, command by command as it stands there, by somebody with a cluster: pods of manifests, a `kubectl` of our own."""
import os
import re
import shutil
import subprocess

import pytest

import hosts
from conftest import new_folder
from fleet import BINARY, ROOT
from guest import openssl
from hosts import NET
from kubectl import Kubectl
from kubernetes import Cluster
from nodes import BALANCER, Node
from waiting import eventually

TEXT = (ROOT / "docs" / "operations.md").read_text()
PASSWORD = "correct horse"
# What no machine of ours has.
ELSEWHERE = [r"docker build", r"kubectl get certificate -A", r"kubectl drain", r"kubectl apply --server-side", r"kubectl .* port-forward"]
# Words that stand for one's own.
PLACES = {"NAME-0": "shop-0", "NAME": "shop"}


def commands():
    """In their order: lines of code, and what tables say in between."""
    found, code = [], ""
    # A kind of its own has what is told of it; its overlay is test_deploy_runs.py's.
    text = re.sub(r"(?ms)^## On kind$.*?(?=^## )", "", TEXT)
    for line in re.sub(r"(?ms)^```.*?^```$", "", text).splitlines():
        if line.startswith("    "):
            code += line.strip()
            if code.endswith("\\"):
                code = code[:-1]
                continue
            found.append(re.sub(r"\s+#.*", "", code))
            code = ""
        else:
            found += [words for words in re.findall(r"`([^`]+)`", line) if re.match(r"(kubectl|sidecar|docker) ", words)]
    return found


@pytest.fixture(scope="module")
def place():
    if not hosts.can_be_made():
        pytest.skip("no network namespaces here, or not root")
    folder = new_folder()
    place = None
    try:
        openssl("req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2", "-subj",
                "/CN=the API server's authority", "-keyout", folder / "ca.key", "-out", folder / "ca.crt")
        (folder / "certs").mkdir()
        place = Place(folder)
        yield place
    finally:
        if place:
            place.close()
        shutil.rmtree(folder, ignore_errors=True)


class Place:
    """A checkout, a shell at a client's, and a cluster."""

    def __init__(self, folder):
        self.folder, self.node = folder, Node(folder, lambda address: Cluster(folder, address))
        self.kubectl = Kubectl(self.node, folder)
        self.work = folder / "work"
        shutil.copytree(ROOT / "deploy", self.work / "deploy")
        (folder / "bin" / "sidecar").symlink_to(BINARY)
        (folder / "resolv.conf").write_text(f"nameserver {self.node.names.address}\n")
        self.environment = {"PATH": f"{folder / 'bin'}:{os.environ['PATH']}", "PASSWORD": PASSWORD, "PGPASSWORD": PASSWORD,
                            "HOME": str(folder), "PGCONNECT_TIMEOUT": "40"}
        self.printed = {}

    def close(self):
        self.kubectl.close()
        self.node.close()

    def run(self, line):
        for word, own in PLACES.items():
            line = re.sub(rf"\b{word}\b", own, line)
        if line.startswith("sidecar admin "):
            line = self.as_administrator(line)
        done = subprocess.run(
            [*self.node.client.words("net"), "unshare", "--mount", "bash", "-o", "pipefail", "-c",
             f"mount --bind {self.folder / 'resolv.conf'} /etc/resolv.conf; {line}"],
            cwd=self.work, env=self.environment, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=90)
        assert done.returncode == 0, f"{line}\n{done.stdout}{done.stderr}"
        return done.stdout + done.stderr

    def as_administrator(self, line):
        """At some proxy, where the text has a port that leads there; with the options that it says once for all."""
        [options] = re.findall(r"(?m)^    sidecar admin members (.+)$", TEXT)
        line = line.replace(options, "").strip()
        return f"{line} {options.replace('127.0.0.1', self.node.of('proxy')[0].address)}"

    # What the text asks people to do by hand

    def write_an_overlay(self):
        overlay = self.work / "deploy/kubernetes/overlays/mine"
        shutil.copytree(overlay.parent / "production", overlay)
        change(overlay / "kustomization.yaml", "../../certificates/cert-manager", "../../certificates/job")
        change(overlay / "settings.yaml", "10.0.0.0/16", f"{NET}.0.{BALANCER}/32")
        change(overlay / "settings.yaml", "production/sidecar", "mine/sidecar\n  SIDECAR_DRAIN_LAG: 1s")
        change(overlay / "proxy.yaml", "spec:\n  template:", "spec:\n  minReadySeconds: 1\n  template:")
        job = self.work / "deploy/kubernetes/certificates/job/job.yaml"
        change(job, "--compute=databases/demo", "--compute=databases/shop")

    def put_the_verifier_in(self):
        [verifier] = [text for line, text in self.printed.items() if line.endswith("sidecar verifier")]
        change(self.work / "deploy/kubernetes/compute/local/roles.yaml", "SCRAM-SHA-256$4096:PUT-YOUR-OWN-HERE", verifier.strip())
        change(self.work / "deploy/kubernetes/compute/local/kustomization.yaml", "  - certificate.yaml\n", "")


def change(file, old, new):
    text = file.read_text()
    assert old in text, f"{file}: {old}"
    file.write_text(text.replace(old, new))


def test_every_command_of_the_text_does_what_it_is_for(place):
    before = {r"sidecar certs --out": place.write_an_overlay, r"kubectl kustomize": place.put_the_verifier_in}
    told = {r"psql ": "shop", r"kubectl -n databases describe statefulset": "Woken", r"sidecar admin members": "alive",
            r"kubectl auth can-i": "yes", r"kubectl -n databases get statefulset": "shop", r"kubectl -n sidecar get endpoints": NET,
            r"kubectl -n databases describe pod": "shop-0", r"kubectl -n databases get events$": "Woken"}
    tried = []
    for line in commands():
        if any(re.match(pattern, line) for pattern in ELSEWHERE) or line in ("sidecar certs --secrets",):
            continue
        for pattern, prepare in before.items():
            if re.match(pattern, line):
                prepare()
        if line.startswith("psql "):
            line += ' -c "select current_database()"'
        if "NAME-0" in line:
            # It was put to sleep further up.
            place.run(WAKE)
        if "sidecar check " in line:
            # It tells how things are now, and on a busy machine somebody may not be ready for a moment.
            text = eventually(lambda: place.run(line), 30, line)
        else:
            text = place.run(line)
        place.printed[line] = text
        tried.append(line)
        for pattern, words in told.items():
            if re.match(pattern, line):
                assert words in text, f"{line}\n{text}"
        if "--replicas=0" in line:
            eventually(lambda: place.node.sets["shop"].pod is None, 60, "sleep")
    assert len(tried) > 20, tried
    assert "shop" in place.run(WAKE), "and it serves still"


WAKE = 'psql "host=shop.db.example.com user=shop dbname=shop sslmode=verify-full sslrootcert=edge.crt" -c "select current_database()"'


def test_the_files_that_the_text_names_are_there():
    named = set(re.findall(r"\bdeploy/[\w./-]*[\w-]", TEXT)) - {"deploy/kubernetes/overlays/mine"}
    assert len(named) > 5 and not [name for name in named if not (ROOT / name).exists()]


def test_what_the_text_quotes_is_said_by_the_program():
    sources = "\n".join(path.read_text() for path in (ROOT / "Sources").rglob("*.swift"))
    quoted = re.findall("“([^”]+)”", TEXT.split("## When something fails")[1])
    assert len(quoted) >= 5
    for words in quoted:
        assert all(part.strip() in sources for part in words.split("…")), words
