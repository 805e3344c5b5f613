"""A pageserver and a safekeeper as a compute sees them: on their wires, with the faults that a test asks for.

What they give comes from a real PostgreSQL: a tar of pg_basebackup, with the file in it that says where the log begins.
"""
import gzip
import io
import os
import shutil
import socket
import ssl
import struct
import subprocess
import tarfile
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import grpc

from accepting import clients
from lone import BIN

SSL_REQUEST = 80877103
AS_POSTGRES = ["setpriv", "--reuid=postgres", "--regid=postgres", "--init-groups"] if os.getuid() == 0 else []


# What is given

class Backup:
    """A cluster with the superuser `cloud_admin`, a role `reader` and a table `kept`, as a tar, and where its log ended."""

    def __init__(self, folder, prepared=None):
        """:param prepared: what a prepared transaction has done, and goes on holding."""
        folder = Path(folder)
        folder.mkdir(parents=True, exist_ok=True)
        os.chmod(folder, 0o755)
        if AS_POSTGRES:
            shutil.chown(folder, "postgres")
        data = folder / "origin"
        run(BIN / "initdb", "-D", data, "-U", "cloud_admin", "-A", "trust", "--locale=C.UTF-8", "-E", "UTF8", "-N",
            "--wal-segsize=1")
        run(BIN / "pg_ctl", "-D", data, "-w", "-l", folder / "log", "start", "-o",
            f"-c listen_addresses= -c unix_socket_directories={folder} -c fsync=off -c wal_level=replica -c max_prepared_transactions={1 if prepared else 0}")
        try:
            psql = [BIN / "psql", "-h", folder, "-U", "cloud_admin", "-d", "postgres", "-Atqc"]
            run(*psql, "create table kept as select 'still here' word")
            run(*psql, "create role reader login password 'secret'")
            if prepared:
                run(*psql, f"begin; {prepared}; prepare transaction 'prepared'")
            run(*psql, "checkpoint")
            # `-D -` puts all into one archive: pg_control behind everything but the log.
            self.plain = run(BIN / "pg_basebackup", "-h", folder, "-U", "cloud_admin", "-D", "-", "-Ft", "-X", "fetch",
                             "--no-manifest", "-c", "fast")
            self.lsn = run(*psql, "select pg_current_wal_flush_lsn()").decode().strip()
        finally:
            run(BIN / "pg_ctl", "-D", data, "-w", "-m", "immediate", "stop")
        self.plain = file_entry("zenith.signal", b"PREV LSN: invalid") + self.plain
        self.packed = gzip.compress(self.plain, 1)

    def without(self, *names):
        """The tar anew, without these entries."""
        return self.rewritten(lambda member, content: None if member.name in names else content)

    def changed(self, name, content):
        return self.rewritten(lambda member, old: content if member.name == name else old)

    def rewritten(self, change):
        out = io.BytesIO()
        with tarfile.open(fileobj=io.BytesIO(self.plain)) as old, \
                tarfile.open(fileobj=out, mode="w", format=tarfile.USTAR_FORMAT) as new:
            for member in old:
                content = change(member, old.extractfile(member).read() if member.isfile() else b"")
                if content is not None:
                    member.size = len(content)
                    new.addfile(member, io.BytesIO(content))
        return out.getvalue()


def sync_program(folder, body):
    """A stand-in for `postgres --sync-safekeepers`."""
    program = Path(folder) / "sync"
    program.write_text(f"#!/bin/sh\n{body}\n")
    program.chmod(0o755)
    return program


def run(*words):
    done = subprocess.run([*AS_POSTGRES, *words], capture_output=True, timeout=60, stdin=subprocess.DEVNULL)
    assert done.returncode == 0, done.stderr.decode()
    return done.stdout


def file_entry(name, content):
    """One file of a tar, without the archive's end."""
    return entry(tarfile.TarInfo(name), content)


def entry(info, content=b""):
    info.size = len(content)
    info.mode = 0o600
    return info.tobuf(tarfile.USTAR_FORMAT) + content + bytes(-len(content) % 512)


def link_entry(name, target, kind=tarfile.SYMTYPE):
    info = tarfile.TarInfo(name)
    info.type, info.linkname = kind, target
    return entry(info)


# Faults, of which a server has one for each of its next requests

TRUNCATED, CUT, ERROR, REFUSED, SILENT, DENIED = "truncated", "cut", "error", "refused", "silent", "denied"
# A byte of the content at a time; a byte of the protocol at a time, so that no message is ever whole; and good, only slow.
TRICKLING, CRAWLING, SLOW = "trickling", "crawling", "slow"
PAUSE = 0.01


class Stand:
    """A TCP server of PostgreSQL's protocol, as little of it as storage speaks."""

    def __init__(self, token=None, tls=None):
        """:param tls: files of a certificate and its key; without it TLS is turned down."""
        self.token, self.sessions, self.commands, self.tls = token, [], [], None
        if tls:
            self.tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            self.tls.load_cert_chain(*tls)
        self.released = threading.Event()
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port = self.listener.getsockname()[1]
        threading.Thread(target=self.serve, daemon=True).start()

    def serve(self):
        for client in clients(self.listener):
            threading.Thread(target=self.session, args=(client,), daemon=True).start()

    def session(self, client):
        with client:
            try:
                client, startup = self.startup(client)
                self.sessions.append(startup)
                if self.token is not None:
                    client.sendall(frame(b"R", struct.pack("!I", 3)))
                    tag, body = read_frame(client)
                    if (tag, body) != (b"p", self.token.encode() + b"\0"):
                        return client.sendall(error("28P01", "wrong token"))
                client.sendall(frame(b"R", struct.pack("!I", 0)) + frame(b"S", b"server_version\0" + b"14.1\0")
                               + frame(b"Z", b"I"))
                while (message := read_frame(client)) and message[0] == b"Q":
                    command = message[1].rstrip(b"\0").decode()
                    self.commands.append(command)
                    if self.answer(client, command) is False:
                        return
            except (OSError, EOFError):
                pass

    def startup(self, client):
        while True:
            length, code = struct.unpack("!II", read_exactly(client, 8))
            body = read_exactly(client, length - 8)
            if code == SSL_REQUEST:
                client.sendall(b"S" if self.tls else b"N")
                client = self.tls.wrap_socket(client, server_side=True) if self.tls else client
                continue
            texts = body.rstrip(b"\0").decode().split("\0")
            return client, dict(zip(texts[::2], texts[1::2]))

    def crawl(self, client, data):
        """For as long as anybody listens."""
        for at in range(len(data)):
            client.sendall(data[at:at + 1])
            if self.released.wait(PAUSE):
                return

    def close(self):
        self.released.set()
        self.listener.close()


class Safekeeper(Stand):
    """Knows how far it has written and how far it knows that all is committed; `None`: not the timeline."""

    def __init__(self, flush, commit=None, token=None, silent=False, crawling=False):
        super().__init__(token)
        self.flush, self.commit, self.silent, self.crawling = flush, commit or flush, silent, crawling

    @property
    def address(self):
        return f"127.0.0.1:{self.port}"

    def answer(self, client, command):
        if self.silent:
            self.released.wait()
            return False
        if command != "TIMELINE_STATUS":
            return client.sendall(error("42601", "what?") + frame(b"Z", b"I"))
        rows = [] if self.flush is None else [[self.flush, self.commit]]
        answer = table(["flush_lsn", "commit_lsn"], rows)
        self.crawl(client, answer) if self.crawling else client.sendall(answer)


class Pageserver(Stand):
    """Gives base backups and leases over both protocols.

    `faults` are for its next requests, `None` among them for a good one; `lease` is a number of milliseconds since 1970, or
    `None` for a refusal, or a fault. `messages` are sent over gRPC in the place of what `content` makes.
    """

    def __init__(self, content, token=None, chunk=64 * 1024, tls=None):
        super().__init__(token, tls)
        self.content, self.chunk, self.faults, self.calls, self.lease = content, chunk, [], [], None
        self.messages = None
        self.server = grpc.server(ThreadPoolExecutor(8))
        self.server.add_generic_rpc_handlers((Methods(self),))
        self.grpc_port = self.server.add_insecure_port("127.0.0.1:0")
        self.server.start()

    @property
    def libpq_url(self):
        return f"postgres://no_user@127.0.0.1:{self.port}"

    @property
    def grpc_url(self):
        return f"grpc://no_user@127.0.0.1:{self.grpc_port}"

    def close(self):
        super().close()
        self.server.stop(0)

    def next_fault(self):
        return self.faults.pop(0) if self.faults else None

    def pieces(self, fault):
        """What is sent of the content, and whether that is all."""
        content = self.content
        if fault in (TRUNCATED, CUT, ERROR, SILENT):
            content = content[:len(content) // 2]
        chunk = {TRICKLING: 1, SLOW: len(content) // 50}.get(fault, self.chunk)
        for at in range(0, len(content), chunk):
            yield content[at:at + chunk]
            if fault in (TRICKLING, SLOW) and self.released.wait(PAUSE):
                return

    def answer(self, client, command):
        if command.startswith("lease lsn "):
            if isinstance(self.lease, str):
                return client.sendall(error("XX000", "no lease today") + frame(b"Z", b"I"))
            return client.sendall(table(["valid_until"], [[self.lease and str(self.lease)]]))
        fault = self.next_fault()
        if fault in (REFUSED, DENIED):
            code = "28000" if fault == DENIED else "XX000"
            client.sendall(error(code, "timeline is archived"))
            return False
        client.sendall(frame(b"H", struct.pack("!BH", 0, 0)))
        if fault == CRAWLING:
            self.crawl(client, frame(b"d", self.content[:self.chunk]))
            return False
        for piece in self.pieces(fault):
            client.sendall(frame(b"d", piece))
        if fault == SILENT:
            self.released.wait()
        if fault == ERROR:
            client.sendall(error("XX000", "a page is gone"))
        if fault in (SILENT, ERROR, CUT):
            return False
        client.sendall(frame(b"c") + frame(b"C", b"COPY 0\0") + frame(b"Z", b"I"))


class Methods(grpc.GenericRpcHandler):
    """page_api.PageService, its messages written by hand: a length and bytes, or a few numbers."""

    def __init__(self, pageserver):
        self.pageserver = pageserver

    def service(self, call):
        metadata = dict(call.invocation_metadata)
        if call.method == "/page_api.PageService/GetBaseBackup":
            return grpc.unary_stream_rpc_method_handler(lambda request, context: self.backup(request, context, metadata))
        if call.method == "/page_api.PageService/LeaseLsn":
            return grpc.unary_unary_rpc_method_handler(lambda request, context: self.lease(request, context, metadata))
        return None

    def check(self, context, metadata):
        token = self.pageserver.token
        if token is not None and metadata.get("authorization") != f"Bearer {token}":
            context.abort(grpc.StatusCode.UNAUTHENTICATED, "wrong token")

    def backup(self, request, context, metadata):
        self.pageserver.calls.append(("GetBaseBackup", numbers(request), metadata))
        self.check(context, metadata)
        fault = self.pageserver.next_fault()
        if fault == REFUSED:
            context.abort(grpc.StatusCode.UNAVAILABLE, "timeline is archived")
        if fault == DENIED:
            context.abort(grpc.StatusCode.FAILED_PRECONDITION, "below the horizon")
        if self.pageserver.messages is not None:
            yield from self.pageserver.messages
            return
        for piece in self.pageserver.pieces(fault):
            yield chunk(piece)
        if fault == SILENT:
            self.pageserver.released.wait()
        if fault in (CUT, ERROR):
            context.abort(grpc.StatusCode.INTERNAL, "a page is gone")

    def lease(self, request, context, metadata):
        self.pageserver.calls.append(("LeaseLsn", numbers(request), metadata))
        self.check(context, metadata)
        lease = self.pageserver.lease
        if lease is None:
            context.abort(grpc.StatusCode.FAILED_PRECONDITION, "below the horizon")
        if isinstance(lease, str):
            context.abort(grpc.StatusCode.UNAVAILABLE, "no lease today")
        time = b"\x08" + varint(lease // 1000) + b"\x10" + varint(lease % 1000 * 1_000_000)
        return b"\x0a" + varint(len(time)) + time


def chunk(content):
    """A GetBaseBackupResponseChunk."""
    return b"\x0a" + varint(len(content)) + content


def varint(number):
    out = b""
    while number > 0x7F:
        out, number = out + bytes([number & 0x7F | 0x80]), number >> 7
    return out + bytes([number])


def numbers(message):
    """The fields of a message that has numbers only."""
    found, at = {}, 0
    while at < len(message):
        field, at, value, shift = message[at] >> 3, at + 1, 0, 0
        while True:
            byte, at = message[at], at + 1
            value, shift = value | (byte & 0x7F) << shift, shift + 7
            if byte < 0x80:
                break
        found[field] = value
    return found


# PostgreSQL's frames

def frame(tag, body=b""):
    return tag + struct.pack("!I", len(body) + 4) + body


def error(code, text):
    return frame(b"E", b"SERROR\0VERROR\0C" + code.encode() + b"\0M" + text.encode() + b"\0\0")


def table(columns, rows):
    description = b"".join(name.encode() + b"\0" + struct.pack("!IHIhIH", 0, 0, 25, -1, 0xFFFFFFFF, 0) for name in columns)
    out = frame(b"T", struct.pack("!H", len(columns)) + description)
    for row in rows:
        values = b"".join(struct.pack("!i", -1) if value is None else struct.pack("!i", len(value)) + value.encode()
                          for value in row)
        out += frame(b"D", struct.pack("!H", len(row)) + values)
    return out + frame(b"C", b"SELECT\0") + frame(b"Z", b"I")


def read_exactly(client, count):
    data = b""
    while len(data) < count:
        if not (more := client.recv(count - len(data))):
            raise EOFError
        data += more
    return data


def read_frame(client):
    head = read_exactly(client, 5)
    return head[:1], read_exactly(client, struct.unpack("!I", head[1:])[0] - 4)
