"""What is in deploy/: in order by the published schemas, and fitting the program that it starts."""
import json
import re
import shutil
import subprocess

import kubernetes_validate
import pytest
import yaml

from fleet import BINARY, ROOT
from kustomize import built, containers, key, pod_of, read

HERE = ROOT / "deploy" / "kubernetes"
TREES = ["base", "certificates/cert-manager", "certificates/job", "compute/local", "compute/attached", "monitoring",
         "overlays/kind", "overlays/production"]
VERSIONS = ["1.30", "1.34", "1.37"]
# Of operators, whose schemas are not Kubernetes' own.
FOREIGN = ["cert-manager.io/v1", "monitoring.coreos.com/v1"]
OUR_IMAGES = ("sidecar", "sidecar-compute", "registry.example.com/sidecar")


def everything():
    return [(tree, thing) for tree in TREES for thing in built(HERE / tree)]


@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize("tree", TREES)
def test_it_is_in_order_by_the_published_schema(tree, version):
    for thing in built(HERE / tree):
        if thing["apiVersion"] not in FOREIGN:
            kubernetes_validate.validate(thing, version, strict=True)


def test_the_schema_would_say_no():
    thing = next(thing for _, thing in everything() if thing["kind"] == "StatefulSet")
    thing["spec"]["replica"] = 1
    with pytest.raises(kubernetes_validate.ValidationError):
        kubernetes_validate.validate(thing, VERSIONS[0], strict=True)


@pytest.mark.parametrize("tree", TREES)
def test_every_object_is_there_once_and_has_a_namespace(tree):
    things = built(HERE / tree)
    assert len({key(thing) for thing in things}) == len(things)
    for thing in things:
        assert thing["metadata"].get("namespace") or thing["kind"] in ("Namespace", "ClusterIssuer"), key(thing)


@pytest.mark.skipif(shutil.which("kubectl") is None, reason="no kubectl: our own reading of kustomize is not compared")
@pytest.mark.parametrize("tree", TREES)
def test_kustomize_reads_it_as_we_do(tree):
    done = subprocess.run(["kubectl", "kustomize", HERE / tree], capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stderr
    theirs = {key(thing): thing for thing in yaml.safe_load_all(done.stdout)}
    assert theirs == {key(thing): thing for thing in built(HERE / tree)}


def test_pods_are_held_tight():
    for _, thing in everything():
        pod = pod_of(thing)
        if pod is None:
            continue
        assert pod["securityContext"]["runAsNonRoot"] and pod["securityContext"]["runAsUser"] > 0, key(thing)
        assert pod["securityContext"]["seccompProfile"] == {"type": "RuntimeDefault"}
        for container in containers(thing):
            security = container["securityContext"]
            assert security["readOnlyRootFilesystem"] and not security["allowPrivilegeEscalation"]
            assert security["capabilities"] == {"drop": ["ALL"]}
            assert container["resources"]["requests"].keys() == {"cpu", "memory"}
            # Throttling looks like being gone; memory has to have an end.
            assert container["resources"]["limits"].keys() == {"memory"}, key(thing)
            volumes = {volume["name"] for volume in pod.get("volumes", [])}
            volumes |= {claim["metadata"]["name"] for claim in thing["spec"].get("volumeClaimTemplates", [])}
            assert {mount["name"] for mount in container.get("volumeMounts", [])} <= volumes, key(thing)


@pytest.fixture(scope="module")
def options():
    """By command: the long options that the program takes, and whether they take a value."""
    done = subprocess.run([BINARY, "--experimental-dump-help"], capture_output=True, text=True, timeout=30)

    def of(command):
        inner = next((sub for sub in command.get("subcommands", []) if sub["commandName"] == command.get("defaultSubcommand")),
                     command)
        return {name["name"] for argument in inner.get("arguments", []) for name in argument.get("names", [])
                if name["kind"] == "long"}
    return {command["commandName"]: of(command) for command in json.loads(done.stdout)["command"]["subcommands"]}


def test_the_program_knows_every_option_that_it_is_given(options):
    maps = {key(thing)[2:]: thing for _, thing in everything() if thing["kind"] == "ConfigMap"}
    seen = set()
    for tree, thing in everything():
        for container in containers(thing):
            if container["image"].rsplit(":", 1)[0] not in OUR_IMAGES:
                continue
            command, *words = container["args"]
            seen.add(command)
            given = {word.split("=")[0].removeprefix("--") for word in words}
            for source in container.get("envFrom", []):
                settings = maps[thing["metadata"]["namespace"], source["configMapRef"]["name"]]["data"]
                given |= {name.removeprefix("SIDECAR_").lower().replace("_", "-") for name in settings}
            assert given <= options[command], (tree, key(thing), given - options[command])
            for word in re.findall(r"\$\((\w+)\)", " ".join(words)):
                assert word in {variable["name"] for variable in container["env"]}, word
    assert seen == {"proxy", "agent", "control-plane", "certs"}


def test_a_pod_is_given_the_time_that_it_takes_to_drain():
    for tree in ("base", "overlays/kind", "overlays/production"):
        things = {key(thing)[1:]: thing for thing in built(HERE / tree)}
        settings = things["ConfigMap", "sidecar", "proxy-settings"]["data"]
        pod = pod_of(things["Deployment", "sidecar", "proxy"])
        # Gossip takes its leave after the last session.
        assert int(settings["SIDECAR_DRAIN_DEADLINE"].rstrip("s")) + 5 <= pod["terminationGracePeriodSeconds"], tree


def test_kind_maps_the_port_that_the_proxies_have():
    [cluster] = read(HERE / "overlays/kind/cluster.yaml")
    mapped = [port["containerPort"] for node in cluster["nodes"] for port in node["extraPortMappings"]]
    [service] = [thing for thing in built(HERE / "overlays/kind") if key(thing)[1:] == ("Service", "sidecar", "proxy")]
    assert mapped == [port["nodePort"] for port in service["spec"]["ports"]]


def test_secrets_are_made_by_both_ways(tmp_path):
    wanted = set()
    for tree, thing in everything():
        for volume in (pod_of(thing) or {}).get("volumes", []):
            if "secret" in volume:
                wanted.add((thing["metadata"]["namespace"], volume["secret"]["secretName"]))
    by_hand = {("databases", "demo-roles"), ("databases", "demo-superuser")}
    random = {("sidecar", "control-plane-token"), ("sidecar", "gossip-keys")}
    issued = {(thing["metadata"]["namespace"], thing["spec"]["secretName"]): thing["spec"]
              for _, thing in everything() if thing["kind"] == "Certificate"}
    assert wanted - by_hand - random == set(issued) - {("cert-manager", "sidecar-authority"), ("sidecar", "admin-tls")}
    [job] = [thing for thing in built(HERE / "certificates/job") if thing["kind"] == "Job"]
    words = [word for word in containers(job)[0]["args"] if word != "--secrets"]
    done = subprocess.run([BINARY, *words, f"--out={tmp_path}"], capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stderr
    made = {path.name for path in tmp_path.iterdir()}
    assert {name for _, name in wanted - by_hand} <= made
    # The names inside are the same, whoever issues.
    for (_, name), spec in issued.items():
        if name == "sidecar-authority":
            continue
        text = subprocess.run(["openssl", "x509", "-in", tmp_path / name / "tls.crt", "-noout", "-ext", "subjectAltName"],
                              capture_output=True, text=True, timeout=10).stdout
        for uri in spec.get("uris", []):
            assert f"URI:{uri}" in text, (name, text)
        # What clients are shown has the names of whoever installs it.
        for dns in spec.get("dnsNames", [])[:1]:
            assert f"DNS:{dns}" in text, (name, text)


@pytest.mark.parametrize("overlay", ["overlays/kind", "overlays/production"])
def test_an_overlay_takes_no_way_in_or_out_away(overlay):
    theirs = {key(thing): thing for thing in built(HERE / overlay)}
    for thing in built(HERE / "base"):
        if thing["kind"] == "NetworkPolicy":
            assert theirs[key(thing)] == thing


def test_ports_that_are_spoken_of_are_there():
    things = built(HERE / "base") + built(HERE / "compute/local")
    labelled = [thing for thing in things if pod_of(thing)]
    for service in (thing for thing in things if thing["kind"] == "Service"):
        selector = service["spec"]["selector"].items()
        pods = [thing for thing in labelled if selector <= thing["spec"]["template"]["metadata"]["labels"].items()]
        assert pods, key(service)
        for pod in pods:
            names = {port["name"] for container in containers(pod) for port in container["ports"]}
            assert {port["targetPort"] for port in service["spec"]["ports"]} <= names, key(service)
    for thing in labelled:
        for container in containers(thing):
            names = {port["name"] for port in container["ports"]}
            for probe in ("startupProbe", "readinessProbe", "livenessProbe"):
                assert container[probe]["httpGet"]["port"] in names
    [members] = [thing for thing in things if thing["metadata"]["name"] == "members"]
    assert members["spec"]["publishNotReadyAddresses"] and members["spec"]["clusterIP"] == "None"


def test_a_pod_is_told_its_generation():
    for tree in ("compute/local", "compute/attached"):
        [thing] = [thing for thing in built(HERE / tree) if thing["kind"] == "StatefulSet"]
        assert thing["spec"]["podManagementPolicy"] == "Parallel" and thing["spec"]["replicas"] == 0
        assert thing["metadata"]["labels"]["sidecar.dev/endpoint"] == "demo"
        agent = containers(thing)[0]
        paths = {variable["name"]: variable["valueFrom"]["fieldRef"]["fieldPath"] for variable in agent["env"]}
        assert paths["GENERATION"] == "metadata.annotations['sidecar.dev/generation']"
        assert "--generation=$(GENERATION)" in agent["args"] and "--compute-id=$(POD_NAME)" in agent["args"]


def test_what_is_watched_is_measured():
    sources = "\n".join(path.read_text() for path in (ROOT / "Sources").rglob("*.swift"))
    rules = [thing for thing in built(HERE / "monitoring") if thing["kind"] == "PrometheusRule"]
    dashboard = json.loads((HERE / "monitoring/sidecar.json").read_text())
    texts = [rule["expr"] for thing in rules for group in thing["spec"]["groups"] for rule in group["rules"]]
    texts += [target["expr"] for panel in dashboard["panels"] for target in panel["targets"]]
    names = {name for text in texts for name in re.findall(r"\b(?:sidecar|proxy)_[a-z_]+", text)}
    assert len(names) > 15
    for name in names:
        plain = name.removesuffix("_bucket")
        gossip = plain.removeprefix("sidecar_gossip_")
        assert f'"{plain}"' in sources or gossip != plain and f'"{gossip}"' in sources, name
