"""What a compute sees of the proxy: the PROXY header, and whose certificates it may show."""
import ipaddress
import os
import shutil
import socket
import struct
import subprocess
import threading

import psycopg
import pytest

from accepting import clients
from guest import openssl
from lone import Database, LoneProxy, server_certificate
from waiting import eventually

SIGNATURE = b"\r\n\r\n\0\r\nQUIT\n"


class Doorman:
    """In front of a database: wants a PROXY header of version 2 from everybody, and passes on what follows it."""

    def __init__(self, database):
        self.database, self.sources = database, []
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port = self.listener.getsockname()[1]
        threading.Thread(target=self.serve, daemon=True).start()

    def serve(self):
        for client in clients(self.listener):
            threading.Thread(target=self.one, args=(client,), daemon=True).start()

    def one(self, client):
        head = client.recv(16, socket.MSG_WAITALL)
        if len(head) < 16 or head[:12] != SIGNATURE or head[12] != 0x21 or head[13] not in (0x11, 0x21):
            return client.close()
        body = client.recv(struct.unpack("!H", head[14:])[0], socket.MSG_WAITALL)
        size = 4 if head[13] == 0x11 else 16
        self.sources.append((str(ipaddress.ip_address(body[:size])), struct.unpack("!H", body[2 * size:2 * size + 2])[0]))
        server = socket.create_connection(("127.0.0.1", self.database.port))
        back = threading.Thread(target=self.copy, args=(server, client), daemon=True)
        back.start()
        self.copy(client, server)

    @staticmethod
    def copy(source, target):
        try:
            while data := source.recv(65536):
                target.sendall(data)
            target.shutdown(socket.SHUT_WR)
        except OSError:
            source.close()
            target.close()

    def close(self):
        self.listener.close()


def test_a_compute_that_asks_for_it_hears_who_its_clients_are(folder, database, control_plane):
    doorman = Doorman(database)
    control_plane.computes["demo"] |= {"address": f"127.0.0.1:{doorman.port}"}
    with LoneProxy(folder, control_plane, "--compute-proxy-protocol", "v2") as proxy:
        with proxy.connect() as connection:
            assert connection.execute("select 1").fetchone() == (1,)
            own = socket.socket(fileno=connection.fileno())
            try:
                assert doorman.sources == [own.getsockname()]
            finally:
                own.detach()
            # A cancel request comes over a connection of its own.
            sleeping = threading.Thread(target=lambda: pytest.raises(
                psycopg.errors.QueryCanceled, connection.execute, "select pg_sleep(60), 'through the door'"))
            sleeping.start()
            eventually(lambda: asleep(database, "through the door"), 20, "the query")
            connection.cancel()
            sleeping.join(20)
            assert not sleeping.is_alive()
            assert [address for address, _ in doorman.sources] == ["127.0.0.1"] * 2
    doorman.close()


def asleep(database, word):
    with database.connect() as connection:
        return connection.execute("select count(*) from pg_stat_activity where state = 'active' and pid <> pg_backend_pid()"
                                  " and position(%s in query) > 0", [word]).fetchone() != (0,)


def test_without_asking_a_compute_hears_no_header(folder, database, control_plane):
    doorman = Doorman(database)
    control_plane.computes["demo"] |= {"address": f"127.0.0.1:{doorman.port}"}
    with LoneProxy(folder, control_plane) as proxy:
        with pytest.raises(psycopg.OperationalError):
            proxy.connect()
    assert doorman.sources == []
    doorman.close()


@pytest.fixture
def foreign(folder, control_plane):
    """The endpoint's database has a certificate of another authority than the fleet's; gives that one's certificate."""
    other = folder / "other"
    (other / "certs").mkdir(parents=True)
    openssl("req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2", "-subj",
            "/CN=another authority", "-keyout", other / "ca.key", "-out", other / "ca.crt")
    certificate, key = server_certificate(other, "compute", "DNS:compute-1.internal")
    for file in certificate, key:
        shutil.chown(file, "postgres")
    for path in folder, other, other / "certs":
        os.chmod(path, 0o755)
    server = Database(folder / "postgres", ssl="on", ssl_cert_file=f"'{certificate}'", ssl_key_file=f"'{key}'")
    with server.connect() as connection:
        connection.execute("create role demo login password 'a password'")
    control_plane.secrets["demo", "demo"] = server.verifier("demo")
    control_plane.computes["demo"] |= {"address": f"127.0.0.1:{server.port}", "server_name": "compute-1.internal"}
    yield other / "ca.crt"
    server.stop()


def test_computes_may_have_an_authority_of_their_own(folder, control_plane, foreign):
    encrypted = "select ssl from pg_stat_ssl where pid = pg_backend_pid()"
    with LoneProxy(folder, control_plane, "--compute-ca-file", foreign, name="told") as proxy:
        with proxy.connect() as connection:
            assert connection.execute(encrypted).fetchone() == (True,)
    with LoneProxy(folder, control_plane, "--compute-system-roots", name="open",
                   environment={"SSL_CERT_FILE": str(foreign)}) as proxy:
        with proxy.connect() as connection:
            assert connection.execute(encrypted).fetchone() == (True,)
    with LoneProxy(folder, control_plane, name="strict", environment={"SSL_CERT_FILE": str(foreign)}) as proxy:
        with pytest.raises(psycopg.OperationalError, match="Couldn't connect to compute node"):
            proxy.connect()


def test_an_authority_that_cannot_be_read_is_said_by_its_name(folder, control_plane):
    proxy = LoneProxy(folder, control_plane, "--compute-ca-file", folder / "nothing.crt")
    done = subprocess.run([str(word) for word in proxy.command], capture_output=True, text=True, timeout=30)
    assert done.returncode == 2 and "--compute-ca-file" in done.stderr, done.stderr


def test_a_client_that_asks_is_told_how_it_came_by_its_compute(lone):
    with lone.connect() as connection:
        assert connection.info.parameter_status("sidecar.cold_start") is None
    with lone.connect(options="sidecar_cold_start:on -c work_mem=1234kB") as connection:
        status = connection.info.parameter_status
        assert status("sidecar.cold_start") == "warm_cached"
        assert int(status("sidecar.wake_ms")) >= 0 and int(status("sidecar.connect_ms")) >= 0
        assert connection.execute("show work_mem").fetchone() == ("1234kB",)


def test_a_banner_names_the_session(folder, control_plane):
    with LoneProxy(folder, control_plane, "--motd", "mind the gap") as proxy:
        with proxy.connect() as connection:
            assert connection.execute("select 1").fetchone() == (1,)
        said = subprocess.run(["psql", "-c", "select 1"], env=proxy.environment_of_tools(), capture_output=True, text=True, timeout=60)
    assert "NOTICE:  mind the gap, session_id: " in said.stderr, said.stderr
