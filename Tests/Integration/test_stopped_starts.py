"""A stop while one step of a start is held up: nothing goes on running, and nothing half-made has the data directory's name."""
import signal

import pytest

from lone import BIN, server_certificate
from lone_agent import TOKEN, Agent
from storage import SILENT, Pageserver, Safekeeper
from waiting import eventually


def programs(folder, **held):
    """PostgreSQL's programs. Those of `held` stand still, by a condition on their arguments, when they have said so."""
    (place := folder / "bin").mkdir()
    for program in BIN.iterdir():
        if program.name not in held:
            (place / program.name).symlink_to(program)
    for name, condition in held.items():
        (place / name).write_text(
            f'#!/bin/sh\nif {condition}; then touch {folder}/reached; exec sleep 1000; fi\nexec {BIN}/{name} "$@"\n')
        (place / name).chmod(0o755)
    folder.chmod(0o777)
    return place / "postgres"


CHECKS, VERSION, START = '[ "$4" = -C ]', '[ "$1" = --version ]', "[ $# = 2 ]"


def is_reached(agent):
    return (agent.folder / "reached").exists()


def stopped(agent, reached, with_signal, is_whole):
    eventually(lambda: agent.process.poll() is not None or reached(agent), 30, "the step")
    assert reached(agent) and "-> running" not in agent.text(), agent.text()[-3000:]
    assert agent.end(with_signal) == 0, agent.text()[-3000:]
    assert agent.leftovers() == [], agent.text()[-3000:]
    assert not list(agent.folder.glob("pgdata.partial*"))
    assert agent.data.exists() == is_whole
    if is_whole:
        assert (agent.data / "global" / "pg_control").stat().st_size == 8192


LOCAL = {"format_version": 1.0, "suspend_timeout_seconds": 300, "storage_mode": "local",
         "cluster": {"roles": [], "databases": [], "settings": []}}


@pytest.mark.parametrize("step, held, is_whole, with_signal", [
    ("initdb", {"initdb": "true"}, False, signal.SIGTERM), ("initdb", {"initdb": "true"}, False, signal.SIGQUIT),
    ("the configuration's check", {"postgres": CHECKS}, True, signal.SIGTERM),
    ("postgres", {"postgres": START}, True, signal.SIGQUIT)])
def test_a_cluster_on_this_machine(folder, step, held, is_whole, with_signal):
    agent = Agent(folder, [], [])
    agent.spec = LOCAL
    agent.start("--pgbin", programs(folder, **held))
    stopped(agent, is_reached, with_signal, is_whole)
    # Nothing of it stands in the way of the next start.
    (folder / "bin" / "initdb").unlink()
    (folder / "bin" / "initdb").symlink_to(BIN / "initdb")
    (folder / "bin" / "postgres").unlink()
    (folder / "bin" / "postgres").symlink_to(BIN / "postgres")
    with agent.start("--pgbin", folder / "bin" / "postgres"):
        agent.runs()
        assert agent.end() == 0


@pytest.mark.parametrize("step", ["safekeepers", "the program's version", "a backup over gRPC", "the configuration's check",
                                  "postgres"])
def test_storage_that_is_elsewhere(folder, backup, step):
    safekeeper = Safekeeper(backup.lsn, token=TOKEN, silent=step == "safekeepers")
    pageserver = Pageserver(backup.packed, token=TOKEN)
    try:
        agent = Agent(folder, [{"libpq_url": pageserver.libpq_url, "grpc_url": pageserver.grpc_url}], [safekeeper])
        held = {"the program's version": VERSION, "the configuration's check": CHECKS, "postgres": START}.get(step)
        if step == "a backup over gRPC":
            agent.spec["pageserver_connection_info"]["prefer_protocol"] = "grpc"
            pageserver.faults = [SILENT]
        agent.start("--pgbin", programs(folder, **({"postgres": held} if held else {})), "--safekeeper-limit", "60s")
        reached = {"safekeepers": lambda _: safekeeper.commands, "a backup over gRPC": lambda _: pageserver.calls}.get(
            step, is_reached)
        stopped(agent, reached, signal.SIGTERM, is_whole=held in (CHECKS, START))
    finally:
        for stand in safekeeper, pageserver:
            stand.close()


@pytest.mark.parametrize("mode, with_signal", [("local", signal.SIGTERM), ("pageserver", signal.SIGQUIT)])
def test_a_certificate_that_is_on_its_way(folder, backup, mode, with_signal):
    safekeeper, pageserver = Safekeeper(backup.lsn, token=TOKEN), Pageserver(backup.packed, token=TOKEN)
    try:
        agent = Agent(folder, [{"libpq_url": pageserver.libpq_url}], [safekeeper])
        agent.spec = (LOCAL if mode == "local" else agent.spec) | {"features": ["tls_experimental"]}
        agent.beside = {"compute_ctl_config": {"tls": {"cert_path": f"{folder}/certs/given.crt", "key_path": f"{folder}/certs/given.key"}}}
        agent.start()
        stopped(agent, lambda agent: "waiting for a certificate" in agent.text(), with_signal, is_whole=True)
        # It ended because it was told to, and not because the wait was over.
        assert "-> failed" not in agent.text(), agent.text()[-3000:]
        # The wait is one that ends well as soon as both files are there.
        agent.start()
        agent.says("waiting for a certificate")
        server_certificate(folder, "given", "DNS:c1,URI:sidecar://compute/demo/c1")
        agent.runs()
        assert agent.end() == 0 and agent.leftovers() == []
    finally:
        for stand in safekeeper, pageserver:
            stand.close()
