"""`sidecar check`: what it finds in order, and what it says to do about the rest."""
import json
import subprocess

from fleet import BINARY
from kubernetes import ClusterControlPlane
from lone import LoneProxy, server_certificate
from test_kubernetes import cluster  # noqa: F401


def check(*words):
    """Exit status and findings by subject."""
    done = subprocess.run([BINARY, "check", "--json", *map(str, words)], capture_output=True, text=True, timeout=60)
    assert done.returncode in (0, 1), done.stderr
    return done.returncode, {finding["subject"]: finding for finding in json.loads(done.stdout)}


def test_a_cluster_is_judged(cluster):  # noqa: F811
    words = ["--kubernetes", "--kubernetes-api", cluster.address, "--kubernetes-credentials", cluster.account]
    status, found = check(*words)
    assert status == 0 and len(found) == 9 and {finding["verdict"] for finding in found.values()} == {"fine"}
    cluster.minor, cluster.denied = "27", {("patch", "statefulsets")}
    status, found = check(*words)
    assert status == 1 and found["right to patch statefulsets"]["verdict"] == "failure"
    assert "rights.yaml" in found["right to patch statefulsets"]["advice"] and found["Kubernetes 1.27"]["verdict"] == "failure"
    cluster.tokens = set()
    assert check(*words)[1]["the Kubernetes API"]["verdict"] == "failure"


def test_certificates_names_and_pages_are_judged(cluster, control_plane):  # noqa: F811
    with ClusterControlPlane(cluster, "cp-0") as plane, LoneProxy(cluster.folder, control_plane) as proxy:
        page = f"http://{proxy.told['http']}"
        status, found = check("--certs-dir", plane.home, "--resolve", "localhost:7946", "--page", page, "--page", f"http://{plane.http}")
        assert found[f"certificate {plane.home}/tls.crt"]["verdict"] == "failure", "it ends in two days"
        assert found["name localhost:7946"]["verdict"] == "fine" and found[page]["verdict"] == "fine"
        assert found[f"gossip of {page}"]["seen"] == "has no gossip"
        assert found[f"clock of http://{plane.http}"]["verdict"] == "fine" and status == 1
        for root in page, f"http://{plane.http}":
            assert found[f"build of {root}"]["verdict"] == "fine" and "ends in" in found[f"certificate “identity” of {root}"]["seen"]
        assert found[f"certificate “default” of {page}"]["verdict"] in ("fine", "warning", "failure")
        for name, file in zip(("tls.crt", "tls.key"), server_certificate(cluster.folder, "long", "DNS:long", days=90)):
            (plane.home / name).write_bytes(file.read_bytes())
        assert check("--certs-dir", plane.home)[0] == 0
    assert check("--page", page, "--resolve", "nobody.invalid:1")[0] == 1


def test_it_has_to_be_told_what_to_look_at():
    assert subprocess.run([BINARY, "check"], capture_output=True, timeout=30).returncode == 2
