"""Certificates: which one a client is shown, and files that change under a running proxy."""
import signal
import socket
import ssl

import pytest

from lone import ControlPlane, LoneProxy, server_certificate
from waiting import eventually
from wire import SSL_REQUEST, refusal

RELOADS = "sidecar_certificate_reload_total"


@pytest.fixture
def proxy(tmp_path):
    plane = ControlPlane()
    (tmp_path / "further").mkdir()
    with LoneProxy(tmp_path, plane, "--certs-dir", tmp_path / "further") as proxy:
        yield proxy
    plane.close()


def add(proxy, folder, names):
    """A pair in the folder of further certificates, each file swapped in whole."""
    place = proxy.folder / "further" / folder
    place.mkdir(exist_ok=True)
    certificate, key = server_certificate(proxy.folder, folder, names)
    certificate.rename(place / "tls.crt")
    key.rename(place / "tls.key")


def shown(proxy, server_name):
    """The names in the certificate that a client gets that asks for this one."""
    context = ssl.create_default_context(cafile=proxy.folder / "ca.crt")
    context.check_hostname = False
    with socket.create_connection(("127.0.0.1", proxy.port), 20) as connection:
        connection.sendall(SSL_REQUEST)
        assert connection.recv(1) == b"S"
        with context.wrap_socket(connection, server_hostname=server_name) as secure:
            return [name for _, name in secure.getpeercert()["subjectAltName"]]


def test_certificates_by_name_that_come_change_and_break(proxy):
    assert shown(proxy, "demo.localtest.me") == shown(proxy, "demo.example.com") == ["*.localtest.me"]
    assert refusal(proxy.port, ca_file=proxy.folder / "ca.crt", server_name="demo.localtest.me",
                   wrong_password=True)["C"] == "28P01"

    add(proxy, "customer", "DNS:*.example.com")
    eventually(lambda: shown(proxy, "demo.example.com") == ["*.example.com"], 15, "the new certificate")
    assert refusal(proxy.port, ca_file=proxy.folder / "ca.crt", server_name="demo.example.com",
                   wrong_password=True)["C"] == "28P01", "its domain is served"
    assert shown(proxy, "demo.localtest.me") == ["*.localtest.me"]

    failed = proxy.metric(RELOADS, outcome="failed")
    (proxy.folder / "further" / "customer" / "tls.key").write_text("no key")
    proxy.process.send_signal(signal.SIGHUP)
    eventually(lambda: proxy.metric(RELOADS, outcome="failed") == failed + 1, 15, "the complaint")
    assert shown(proxy, "demo.example.com") == ["*.example.com"], "the former one stays"
    assert "certs-dir/customer" in proxy.log.read_text()
    assert 'sidecar_certificate_expiry_seconds{name="certs-dir/customer"} ' in proxy.page()


def test_a_session_outlives_the_certificate_that_it_began_with(proxy):
    context = ssl.create_default_context(cafile=proxy.folder / "ca.crt")
    with socket.create_connection(("127.0.0.1", proxy.port), 20) as connection:
        connection.sendall(SSL_REQUEST)
        assert connection.recv(1) == b"S"
        with context.wrap_socket(connection, server_hostname="demo.localtest.me") as secure:
            server_certificate(proxy.folder, "edge", "DNS:*.localtest.me,DNS:newer.test")
            proxy.process.send_signal(signal.SIGHUP)
            eventually(lambda: "newer.test" in shown(proxy, "demo.localtest.me"), 15, "the new certificate")
            secure.sendall(b"\0\0\0\x08\x04\xd2\x16\x2f")
            assert secure.recv(100)[:1] == b"E", "it hears that TLS may be asked for once"


def test_bad_certificates_at_the_start(tmp_path):
    plane = ControlPlane()
    proxy = LoneProxy(tmp_path, plane, "--certs-dir", tmp_path / "nowhere")
    with pytest.raises(AssertionError, match="--certs-dir"):
        proxy.start()
    assert proxy.process.wait(timeout=20) == 2
    plane.close()
