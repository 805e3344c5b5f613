"""Sessions that are open already: many small messages, and one long stream."""
import re
import subprocess
import time

from child import cpu_seconds
from report import Column, Samples
from rig import SIDECAR

LIMIT = 600
CLIENTS = 16
SCALE = 10
# Rows of one KiB, line feed included.
ROWS_PER_GIB = 1024 * 1024


def transactions(options, rig, tls):
    """CPU-seconds of the proxy per 100,000 prepared one-row selects."""
    fill(rig)
    samples = Samples(Column("CPU-s per 100k", 2), Column("user", 2), Column("transactions/s", 0))
    each = options.transactions // CLIENTS
    select = ["-n", "-S", "-M", "prepared", "-c", str(CLIENTS), "-j", "2"]
    everybody = ways(rig, tls)
    for way in everybody:
        run(way, "pgbench", *select, "-t", "200")
    for turn in range(options.rounds):
        for way in rotated(everybody, turn):
            before = times(way)
            output = run(way, "pgbench", *select, "-t", str(each))
            used = [100_000 * (now - then) / (each * CLIENTS) for now, then in zip(times(way), before)]
            rate = float(re.search(r"tps = ([\d.]+)", output)[1])
            samples.add(way.name, *(used if way.pid else (None, None)), rate)
    return samples.table(
        f"Relay, {words(tls)}: `pgbench -S -M prepared -c {CLIENTS}`, {each * CLIENTS:,} transactions", SIDECAR)


def fill(rig):
    """Makes pgbench's tables, once."""
    if not rig.database.folder.joinpath("filled").exists():
        run(rig.direct(), "pgbench", "-i", "-q", "-s", str(SCALE))
        rig.database.folder.joinpath("filled").touch()


def copying(options, rig, tls):
    """What one GiB of COPY out costs the proxy, and how long it takes."""
    query = f"copy (select repeat('x', 1023) from generate_series(1, {ROWS_PER_GIB})) to stdout"
    samples = Samples(Column("CPU-s per GiB", 2), Column("user", 2), Column("MiB/s", 0))
    everybody = ways(rig, tls)
    for turn in range(options.rounds):
        for way in rotated(everybody, turn):
            before, began = times(way), time.monotonic()
            run(way, "psql", "-X", "-q", "-c", query, output=subprocess.DEVNULL)
            took = time.monotonic() - began
            used = [now - then for now, then in zip(times(way), before)] if way.pid else (None, None)
            samples.add(way.name, *used, 1024 / took)
    return samples.table(f"COPY out of 1 GiB, {words(tls)}: rows of 1 KiB, one client", SIDECAR)


def latency(options, rig, tls):
    """Each of 16 clients' own statements, one after the other, and what the way adds to them."""
    fill(rig)
    samples = Samples(Column("p50, ms", 3), Column("p99, ms", 3))
    select = ["-n", "-S", "-M", "prepared", "-c", str(CLIENTS), "-j", "2", "-R", str(options.rate), "-l"]
    everybody = ways(rig, tls)
    for turn in range(options.rounds):
        for way in rotated(everybody, turn):
            prefix = rig.folder / f"latency-{way.name}-{turn}"
            run(way, "pgbench", *select, "-T", str(options.seconds), f"--log-prefix={prefix}")
            taken = sorted(
                # Without what the schedule was behind by.
                (int(fields[2]) - int(fields[6])) / 1000
                for file in rig.folder.glob(prefix.name + ".*") for fields in map(str.split, file.open()))
            samples.add(way.name, taken[len(taken) // 2], taken[len(taken) * 99 // 100])
    return samples.table(f"Latency, {words(tls)}: {CLIENTS} clients, {options.rate} transactions/s together", SIDECAR)


def ways(rig, tls):
    known = rig.__dict__.setdefault("known_ways", {})
    if tls not in known:
        known[tls] = [rig.through_sidecar(tls), rig.through_pgbouncer(tls), *([] if tls else [rig.through_haproxy()]),
                      rig.direct()]
    return known[tls]


def words(tls):
    return "TLS from the client" if tls else "plain"


def times(way):
    """CPU-seconds until now: all, and those of the program itself."""
    return cpu_seconds(way.pid, True) if way.pid else (0, 0)


def rotated(ways, turn):
    """Nobody always goes first, and all see the same noise."""
    start = turn % len(ways)
    return ways[start:] + ways[:start]


def run(way, program, *arguments, output=subprocess.PIPE):
    done = subprocess.run(
        [program, *arguments], env=way.environment, stdin=subprocess.DEVNULL, stdout=output, stderr=subprocess.PIPE,
        text=True, timeout=LIMIT)
    if done.returncode != 0:
        raise RuntimeError(f"{way.name}: {program} {' '.join(arguments)}: {done.stderr}")
    return done.stdout
