"""Proxies that share one certificate, as the replicas of a Deployment do."""

import pytest

from guest import identity
from lone import LoneProxy
from waiting import eventually

KEYS = "1 " + "5a" * 32 + "\n"
ENDPOINTS = [f"demo{number}" for number in range(12)]


@pytest.mark.parametrize("words, do_they_speak", [(["--shared-identity", "proxy"], True), ([], False)])
def test_they_believe_each_other(folder, control_plane, words, do_they_speak):
    for endpoint in ENDPOINTS:
        control_plane.secrets[endpoint, "demo"] = control_plane.secrets["demo", "demo"]
        control_plane.computes[endpoint] = control_plane.computes["demo"]
    (folder / "keys").write_text(KEYS)
    (folder / "keys").chmod(0o600)

    def proxy(name, *seeds):
        made = LoneProxy(folder, control_plane, "--gossip", "127.0.0.1:0", "--gossip-key-file", folder / "keys", "--cluster",
                         "test", *words, *seeds, name=name)
        certificate, key = identity(folder, "proxy")
        made.command += ["--identity-cert", certificate, "--identity-key", key]
        return made
    with proxy("a") as a, proxy("b", "--join", a.told["gossip"]) as b:
        for each in (a, b):
            eventually(lambda: each.metric("sidecar_gossip_members", health="alive") == 2, 20, "two members")
        for endpoint in ENDPOINTS:
            b.connect(endpoint).close()
        by_the_other = a.metric("sidecar_wake_requests_total", via="owner")
        assert (by_the_other > 0) == do_they_speak, [line for line in (a.page() + b.page()).splitlines() if "wake_requests" in line]
