"""Which cipher our servers choose, whatever the client would like best."""
import socket
import ssl

from authority import Authority
from interop import OurServer


def test_the_shorter_key_is_chosen_from_a_client_that_prefers_the_longer(tmp_path):
    authority = Authority(tmp_path)
    certificate, key = authority.issue("server")
    context = ssl.create_default_context(cafile=str(authority.certificate))
    context.set_alpn_protocols(["h2"])
    offered = [cipher["name"] for cipher in context.get_ciphers() if cipher["protocol"] == "TLSv1.3"]
    assert offered.index("TLS_AES_256_GCM_SHA384") < offered.index("TLS_AES_128_GCM_SHA256")
    with OurServer("--tls", "--cert", certificate, "--key", key) as server:
        host, port = server.address.rsplit(":", 1)
        with socket.create_connection((host, int(port)), timeout=10) as connection:
            with context.wrap_socket(connection, server_hostname=host) as secure:
                assert (secure.version(), secure.cipher()[0]) == ("TLSv1.3", "TLS_AES_128_GCM_SHA256")
