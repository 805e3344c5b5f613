"""Calls by the million on connections that come and go, and what the server's memory does meanwhile."""
import argparse
import os
import re
import socket
import subprocess
import tempfile
import time
from pathlib import Path

from child import Child, cpu_seconds, resident_kib
from grpc_load import framed
from report import say

STREAMS = 100


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--calls", type=int, default=10_000_000)
    parser.add_argument("--calls-per-turn", type=int, default=50_000)
    parser.add_argument("--connections", type=int, default=20, help="new in every turn")
    parser.add_argument("--broken", type=int, default=20, help="connections that are opened and cut off in every turn")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        soak(options, Path(folder))


def soak(options, folder):
    log, body = folder / "server.log", folder / "body"
    body.write_bytes(framed(bytes(64)))
    server = Child([os.environ["GRPC_ECHO"]], log, lambda: b"listening on" in log.read_bytes())
    try:
        port = int(re.search(rb"listening on 127.0.0.1:(\d+)", log.read_bytes())[1])
        began, done, connections, sizes = time.monotonic(), 0, 0, []
        while done < options.calls:
            turn(options, port, body)
            done += options.calls_per_turn
            connections += options.connections + options.broken
            sizes.append(resident_kib(server.pid))
            if len(sizes) % 10 == 0:
                say(f"  {done:,} calls, {sizes[-1]} KiB")
        # The first tenth warms up.
        settled = sizes[len(sizes) // 10:]
        print(f"{done:,} calls on {connections:,} connections in {time.monotonic() - began:,.0f} s, "
              f"{cpu_seconds(server.pid):,.0f} CPU-s of the server; resident after each {options.calls_per_turn:,} calls: first "
              f"{sizes[0]:,} KiB, then {min(settled):,} to {max(settled):,} KiB, last {sizes[-1]:,} KiB")
    finally:
        server.end()


def turn(options, port, body):
    broken = [socket.create_connection(("127.0.0.1", port)) for _ in range(options.broken)]
    for number, connection in enumerate(broken):
        # Cut off before, in and after the preface.
        connection.sendall((b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" + b"\0\0\0\4\0\0\0\0\0")[:number * 3])
    done = subprocess.run(
        ["h2load", "-n", str(options.calls_per_turn), "-c", str(options.connections), "-m", str(STREAMS), "-t", "1",
         "-d", str(body), "-H", "content-type: application/grpc", "-H", "te: trailers",
         f"http://127.0.0.1:{port}/bench.Echo/Unary"], capture_output=True, text=True, timeout=300)
    for connection in broken:
        connection.close()
    good = re.search(r"(\d+) succeeded", done.stdout)
    if not good or int(good[1]) != options.calls_per_turn:
        raise RuntimeError(f"h2load: {done.stdout}{done.stderr}")


main()
