"""A fleet cut in two, by the network: both halves serve, and nothing is started twice."""
import contextlib
import json
import os
import random
import signal
import socket
import subprocess
import threading

import pytest

from fleet import BINARY
from guest import Guest
from namespaces import TwoSides
from waiting import eventually

HTTP, GRPC, GOSSIP = 7001, 7002, 7946


@pytest.fixture
def sides():
    if os.geteuid() != 0:
        pytest.skip("only root may make network namespaces")
    with contextlib.ExitStack() as stack:
        try:
            sides = stack.enter_context(TwoSides())
        except (OSError, AssertionError) as error:
            pytest.skip(f"no network namespaces here: {error}")
        yield sides


@pytest.fixture
def halves(sides, own_fleet):
    """A control plane here, and a proxy on each side, with the certificates and the endpoint that `up` has made."""
    cluster, description = own_fleet.cluster, own_fleet.description
    own_fleet.stop()
    for side, proxy in enumerate(description["proxies"]):
        proxy |= {"http": f"{sides.from_here[side]}:{HTTP}", "grpc": f"{sides.from_here[side]}:{GRPC}",
                  "gossip": f"{sides.across[side]}:{GOSSIP}"}
    control_plane = start_control_plane(own_fleet, description)
    try:
        with half(own_fleet, sides, 0, cluster), half(own_fleet, sides, 1, cluster):
            yield own_fleet, sides
    finally:
        control_plane.send_signal(signal.SIGTERM)
        assert control_plane.wait(timeout=20) == 0, log_of(own_fleet)[-2000:]


def start_control_plane(fleet, description, attempts=4):
    """On ports of its own, on every address of this machine. Whoever takes one in between costs an attempt."""
    for _ in range(attempts):
        port = free_port()
        description["control_plane"] = f"http://127.0.0.1:{port}"
        (fleet.data / "fleet.json").write_text(json.dumps(description))
        with open(fleet.data / "logs" / "control-plane.log", "ab") as log:
            control_plane = subprocess.Popen(
                [BINARY, "control-plane", "--data", fleet.data, "--listen", f"0.0.0.0:{port}", "--grpc",
                 f"0.0.0.0:{free_port()}", "--report-to", ",".join(proxy["grpc"] for proxy in description["proxies"]),
                 "--suspend-after", "never"], stdout=log, stderr=log)
        eventually(lambda: answers(fleet) or control_plane.poll() is not None, 20, "the control plane")
        if control_plane.poll() is None:
            return control_plane
    raise AssertionError(log_of(fleet)[-2000:])


def log_of(fleet):
    return (fleet.data / "logs" / "control-plane.log").read_text()


def free_port():
    """Free on every address. Not among those that the kernel gives to clients: thousands of them may be connected from
    one of this machine's addresses or another."""
    while True:
        try:
            with socket.create_server(("0.0.0.0", random.randrange(20_000, 30_000))) as taken:
                return taken.getsockname()[1]
        except OSError:
            continue


def answers(fleet):
    try:
        return fleet.wakes() == 0
    except OSError:
        return False


def half(fleet, sides, side, cluster):
    here = sides.across[side]
    control_plane = fleet.description["control_plane"].replace("127.0.0.1", sides.to_here[side])
    return Guest(
        fleet, fleet.proxies[side]["id"], "--http", f"0.0.0.0:{HTTP}", "--grpc", f"0.0.0.0:{GRPC}", "--grpc-advertise",
        f"{here}:{GRPC}", "--gossip", f"{here}:{GOSSIP}", "--auth-endpoint",
        f"{control_plane}/authenticate_proxy_request/", cluster=cluster,
        join=[f"{sides.across[1 - side]}:{GOSSIP}"], within=sides.within(side))


def test_both_halves_of_a_cut_fleet_wake_an_endpoint_and_it_starts_once(halves):
    fleet, sides = halves
    eventually(fleet.agrees, 20, "two proxies that agree")
    sides.cut()
    # Before either knows of the cut, and when both do.
    for verdict in False, True:
        if verdict:
            for side in 0, 1:
                other = fleet.proxies[1 - side]["id"]
                eventually(lambda: fleet.members(side)[0][other]["state"] == "dead", 15, "the verdict")
            fleet.admin("suspend", "demo", "--proxy", "proxy-a")
        wakes, starts = fleet.wakes(), fleet.starts()
        first, second = ({key: place[key] for key in ("generation", "address", "compute_id")}
                         for place in wake_from_both(fleet))
        assert first == second and int(first["generation"]) == starts + 1
        assert 1 <= fleet.wakes() - wakes <= 2 and fleet.starts() - starts == 1
    sides.heal()
    eventually(fleet.agrees, 30, "agreement after the cut")
    assert fleet.everywhere("sidecar_gossip_members", health="alive") == [2, 2]
    assert fleet.everywhere("sidecar_gossip_tied_versions_total") == [0, 0]


def wake_from_both(fleet):
    """Where each side says that the endpoint runs; asked at the same time."""
    places = [None, None]

    def wake(side):
        places[side] = fleet.admin("wake", "demo", "--proxy", fleet.proxies[side]["id"])

    threads = [threading.Thread(target=wake, args=(side,)) for side in (0, 1)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return places
