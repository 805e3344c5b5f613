"""What an agent tells one proxy beyond where its compute is: where the pages are, and what it would like to be given."""
import json
import subprocess
import urllib.request


from agents import Agent
from fleet import BINARY
from http_agent import TokenKey, listener
from lone import LoneProxy, server_certificate
from lone_agent import TENANT
from test_agent_secrets import NoControlPlane
from test_autoscaling import GIBIBYTE, cgroup  # noqa: F401
from waiting import eventually

SCALE = "sidecar_scale_requests_total"


def admin(proxies, *words):
    """`sidecar admin` at these proxies, and what it prints."""
    folder = proxies[0].folder
    certificate, key = (folder / "certs" / f"admin{suffix}" for suffix in (".crt", ".key"))
    if not certificate.exists():
        server_certificate(folder, "admin", "URI:sidecar://admin/local")
    done = subprocess.run(
        [BINARY, "admin", *words, *(word for proxy in proxies for word in ("--address", proxy.told["grpc"])), "--ca-file",
         folder / "ca.crt", "--cert", certificate, "--key", key, "--data", folder / "nothing"],
        capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stderr
    return done.stdout


def reported(*proxies):
    return json.loads(admin(proxies, "endpoint", "show", "demo", "--json")).get("reported")


def url(number):
    return f"postgresql://somebody:SECRET-{number}@ps-{number}:6400/?sslmode=require"


def test_pageservers_and_wishes_are_shown_as_they_change(folder, cgroup):  # noqa: F811
    with LoneProxy(folder, NoControlPlane, "--auth-backend", "agent", name="told") as told, \
            LoneProxy(folder, NoControlPlane, "--auth-backend", "agent", name="other") as other:
        key, nodes = TokenKey(folder, "first"), folder / "nodes.json"
        (folder / "jwks.json").write_text(json.dumps({"keys": [key.jwk]}))
        nodes.write_text(json.dumps({"pageservers": [
            {"id": number, "libpq_url": url(number), "grpc_url": f"grpc://ps-{number}:51051"} for number in range(1, 4)]}))
        agent = Agent(
            folder, told.told["grpc"], "--external-http-port", "0", "--http-listen", "127.0.0.1", "--http-linger", "0",
            "--jwks-file", folder / "jwks.json", "--storage-nodes", nodes, "--scale-requests", "--cgroup", cgroup.folder)
        agent.configure(storage_mode="local", tenant_id=TENANT, pageserver_connection_info={
            "shard_count": 0, "prefer_protocol": "libpq",
            "shards": {"0000": {"pageservers": [{"id": 1, "libpq_url": url(1)}]}}})
        with agent:
            first = eventually(lambda: reported(other, told), 10, "the agent's word")
            assert first["proxy"] == "told" and "scale_request" not in first
            assert first["pageserver"] == {
                "shard_count": 0, "stripe_size": 0, "prefer_protocol": "libpq", "shards": [{"index": "0000", "pageservers": [
                    {"id": 1, "libpq_url": "postgresql://***@ps-1:6400/?sslmode=require", "grpc_url": ""}]}]}
            # Two proxies without gossip: the other one has heard nothing.
            assert reported(other) is None

            moved = urllib.request.Request(
                f"{listener(agent, 'external')}/notify-attach", method="PUT",
                headers={"Authorization": f"Bearer {key.token(compute_id=agent.compute_id)}"},
                data=json.dumps({"tenant_id": TENANT, "stripe_size": 2048, "shards": [
                    {"node_id": 2, "shard_number": 0}, {"node_id": 3, "shard_number": 1}]}).encode())
            with urllib.request.urlopen(moved, timeout=30) as answer:
                assert answer.status == 200, answer.read()
            second = eventually(
                lambda: (now := reported(other, told))["pageserver"]["shard_count"] == 2 and now, 10, "the new shards")
            assert (second["generation"], second["pageserver"]["stripe_size"]) == (1, 2048)
            assert second["sequence"] > first["sequence"]
            assert [(shard["index"], shard["pageservers"]) for shard in second["pageserver"]["shards"]] == [
                (f"0{shard}02", [{
                    "id": number, "libpq_url": f"postgresql://***@ps-{number}:6400/?sslmode=require",
                    "grpc_url": f"grpc://ps-{number}:51051"}]) for shard, number in enumerate((2, 3))]

            assert told.metric(SCALE, direction="up") == 0
            cgroup.use(GIBIBYTE * 9 // 10)
            wish = eventually(lambda: reported(other, told).get("scale_request"), 20, "a wish for memory")
            assert wish["memory_bytes"] > wish["memory_limit_bytes"] == GIBIBYTE and wish["reason"]
            assert told.metric(SCALE, direction="up") >= 1 and told.metric(SCALE, direction="down") == 0
            text = admin([other, told], "endpoint", "show", "demo")
            assert "2 shards, 2048 pages of 8 KiB a stripe" in text and "  wants    1." in text, text
            assert "SECRET" not in text + told.log.read_text()
        eventually(lambda: reported(other, told) is None, 10, "nothing left of a compute that has ended")
