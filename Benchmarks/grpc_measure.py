"""CPU, memory, allocations and latency of unary calls, by h2load: each server alone on one core, the load on another."""
import argparse
import contextlib
import os
import re
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

import grpc
from child import Child, cpu_seconds
from grpc_load import framed
from report import Column, Samples, say

PEERS = Path(os.environ["GRPC_PEERS"])
OURS = "sidecar's GRPCLite"
SERVERS = {
    OURS: Path(os.environ["GRPC_ECHO"]), "grpc C++": PEERS / "grpc-cpp", "grpc-swift-2": PEERS / "grpc-swift",
    "bare loop": PEERS / "bare-loop",
}
SIZES = {"64 B": 64, "16 KiB": 16 * 1024}
STREAMS = 100
LOAD_LIMIT = 300
WARM_UP = 2000
# Calls in each run that allocations are counted in, and those of a shorter one: what is not of calls is in both.
COUNTED, COUNTED_BESIDE = 20_000, 4000


def main():
    options = parse()
    say(f"load average {os.getloadavg()[0]:.1f}")
    with tempfile.TemporaryDirectory() as folder:
        folder = Path(folder)
        files = certificate(folder)
        for transport in options.transports:
            for size in options.sizes:
                for connections in options.connections:
                    print(series(options, folder, files, transport, size, connections), flush=True)
    print(f"Load average at the end: {os.getloadavg()[0]:.1f}")


def parse():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--calls", type=int, default=100_000, help="calls of 64 B in each measurement; a quarter of it for 16 KiB")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--servers", nargs="*", choices=SERVERS, default=list(SERVERS))
    parser.add_argument("--transports", nargs="*", choices=["h2c", "TLS"], default=["h2c", "TLS"])
    parser.add_argument("--sizes", nargs="*", choices=SIZES, default=list(SIZES))
    parser.add_argument("--connections", nargs="*", type=int, default=[1, 10])
    return parser.parse_args()


def series(options, folder, files, transport, size, connections):
    samples = Samples(
        Column("CPU-s per 100k", 2), Column("calls/s", 0), Column("p50 ms", 2), Column("p99 ms", 2),
        Column("peak RSS MiB", 1), Column("allocations/call", 1))
    calls = options.calls if SIZES[size] < 1024 else options.calls // 4
    names = [name for name in options.servers if SERVERS[name].exists() and (transport == "h2c" or name != "bare loop")]
    files = files if transport == "TLS" else []
    allocations = {name: count_allocations(folder, name, files, SIZES[size], connections) for name in names}
    for turn in range(options.rounds):
        for name in names[turn % len(names):] + names[:turn % len(names)]:
            measured = measure(folder, name, files, SIZES[size], connections, calls)
            samples.add(name, *measured, allocations[name])
    return samples.table(f"Unary echo of {size}, {transport}, {connections} × {STREAMS} streams", OURS)


@contextlib.contextmanager
def started(folder, command):
    """A server, and its port."""
    log = folder / "server.log"
    log.write_bytes(b"")
    server = Child(["taskset", "-c", "0", *command], log, lambda: b"listening on" in log.read_bytes())
    try:
        yield server, int(re.search(rb"listening on 127.0.0.1:(\d+)", log.read_bytes())[1])
    finally:
        server.end()


def count_allocations(folder, name, files, size, connections):
    """Of each call: malloc, calloc, realloc and the like, from whatever library."""
    count, times = folder / "allocations", folder / "times"
    count.unlink(missing_ok=True)
    preloaded = ["env", f"LD_PRELOAD={PEERS / 'allocations.so'}", f"ALLOCATION_COUNT={count}"]
    with started(folder, [*preloaded, SERVERS[name], *files]) as (_, port):
        def during(calls):
            before = int.from_bytes(count.read_bytes()[:8], sys.byteorder)
            load(folder, port, files, size, connections, calls, times)
            return int.from_bytes(count.read_bytes()[:8], sys.byteorder) - before

        during(WARM_UP)
        return (during(COUNTED) - during(COUNTED_BESIDE)) / (COUNTED - COUNTED_BESIDE)


def measure(folder, name, files, size, connections, calls):
    with started(folder, [SERVERS[name], *files]) as (server, port):
        check(port, files)
        times = folder / "times"
        load(folder, port, files, size, connections, WARM_UP, times)
        before = cpu_seconds(server.pid)
        rate = load(folder, port, files, size, connections, calls, times)
        used = cpu_seconds(server.pid) - before
        micros = sorted(int(line.split("\t")[2]) for line in times.read_text().splitlines())
        percentiles = statistics.quantiles(micros, n=100)
        return (used * 100_000 / calls, rate, percentiles[49] / 1000, percentiles[98] / 1000, peak_kib(server.pid) / 1024)


def load(folder, port, files, size, connections, calls, times):
    """Calls per second of one run in which every call was answered with HTTP 200."""
    times.unlink(missing_ok=True)
    body = folder / "body"
    body.write_bytes(framed(bytes(size)))
    done = subprocess.run(
        ["taskset", "-c", "1", "h2load", "-n", str(calls), "-c", str(connections), "-m", str(STREAMS), "-t", "1",
         "-w", "20", "-W", "24", f"--log-file={times}", "-d", str(body), "-H", "content-type: application/grpc",
         "-H", "te: trailers", f"{'https' if files else 'http'}://127.0.0.1:{port}/bench.Echo/Unary"],
        capture_output=True, text=True, timeout=LOAD_LIMIT)
    good = re.search(r"(\d+) succeeded", done.stdout)
    if not good or int(good[1]) != calls:
        raise RuntimeError(f"h2load: {done.stdout}{done.stderr}")
    return float(re.search(r"([\d.]+) req/s", done.stdout)[1])


def check(port, files):
    """h2load looks at the HTTP status alone; this looks at the answer itself and the gRPC status."""
    address = f"localhost:{port}" if files else f"127.0.0.1:{port}"
    channel = (
        grpc.secure_channel(address, grpc.ssl_channel_credentials(Path(files[0]).read_bytes())) if files
        else grpc.insecure_channel(address))
    with channel:
        message = framed(b"hello")[5:]
        answer = channel.unary_unary("/bench.Echo/Unary")(message, timeout=10)
        if answer != message:
            raise RuntimeError(f"an echo of {message} was {answer}")


def peak_kib(pid):
    status = Path(f"/proc/{pid}/status").read_text()
    return int(re.search(r"VmHWM:\s+(\d+)", status)[1])


def certificate(folder):
    files = [folder / "server.crt", folder / "server.key"]
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2",
         "-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost,IP:127.0.0.1",
         "-out", files[0], "-keyout", files[1]], check=True, capture_output=True)
    return files


main()
