"""Many small messages, and one long stream: what the relay itself costs."""
import re
import subprocess
import time

import routes
from child import cpu_seconds
from report import Column, Samples, say

LIMIT = 300
CLIENTS = 16
SCALE = 10
# Rows of one KiB, line feed included.
ROWS_PER_GIB = 1024 * 1024


def transactions(options, folder, fleet):
    """CPU-seconds of the proxy per 100,000 prepared one-row selects."""
    _run(routes.direct(fleet), "pgbench", "-i", "-q", "-s", str(SCALE))
    samples = Samples(Column("CPU-s per 100k", 2), Column("transactions/s", 0))
    per_client = options.transactions // CLIENTS
    select = ["-n", "-S", "-M", "prepared", "-c", str(CLIENTS), "-j", "2"]
    with routes.all_relays(folder, fleet) as peers:
        ways = [routes.sidecar(fleet), *(routes.through(fleet, peer) for peer in peers)]
        for way in ways:
            _run(way, "pgbench", *select, "-t", "200")
        for turn in range(options.rounds):
            for way in _rotated(ways + [routes.direct(fleet)], turn):
                before = cpu_seconds(way.pid()) if way.pid else 0
                output = _run(way, "pgbench", *select, "-t", str(per_client))
                used = cpu_seconds(way.pid()) - before if way.pid else None
                rate = float(re.search(r"tps = ([\d.]+)", output)[1])
                samples.add(way.name, used and used * 100_000 / (per_client * CLIENTS), rate)
    return samples.table(
        f"Relay: `pgbench -S -M prepared -c {CLIENTS}`, {per_client * CLIENTS:,} transactions", routes.SIDECAR)


def copying(options, folder, fleet):
    """CPU-seconds of the proxy, and the clock's, for one GiB of COPY out."""
    query = f"copy (select repeat('x', 1023) from generate_series(1, {ROWS_PER_GIB})) to stdout"
    samples = Samples(Column("CPU-s per GiB", 2), Column("MiB/s", 0))
    with routes.all_relays(folder, fleet) as peers:
        ways = [routes.sidecar(fleet), *(routes.through(fleet, peer) for peer in peers), routes.direct(fleet)]
        for turn in range(options.rounds):
            for way in _rotated(ways, turn):
                before, began = cpu_seconds(way.pid()) if way.pid else 0, time.monotonic()
                _run(way, "psql", "-X", "-q", "-c", query, output=subprocess.DEVNULL)
                took = time.monotonic() - began
                samples.add(way.name, cpu_seconds(way.pid()) - before if way.pid else None, 1024 / took)
    return samples.table("COPY out of 1 GiB, rows of 1 KiB, one client", routes.SIDECAR)


def _rotated(ways, turn):
    """Nobody always goes first, and all see the same noise."""
    start = turn % len(ways)
    return ways[start:] + ways[:start]


def _run(way, program, *arguments, output=subprocess.PIPE):
    say(f"  {way.name}: {program}")
    done = subprocess.run(
        [program, *arguments], env=way.libpq_environment, stdin=subprocess.DEVNULL, stdout=output,
        stderr=subprocess.PIPE, text=True, timeout=LIMIT)
    if done.returncode != 0:
        raise RuntimeError(f"{way.name}: {program} {' '.join(arguments)}: {done.stderr}")
    return done.stdout
