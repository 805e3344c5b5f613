"""A fleet without a control plane: computes' own agents say where they are and what proves their roles."""
import base64
import hashlib
import hmac
import shutil
import subprocess
import time

import grpc
import psycopg
import pytest

from agents import Agent, role
from conftest import new_folder
from guest import identity
from lone import LoneProxy
from waiting import eventually


class NoControlPlane:
    """Nobody listens there."""
    address = "http://127.0.0.1:9/authenticate_proxy_request/"


def verifier(password, salt=b"0123456789abcdef", iterations=4096):
    salted = hashlib.pbkdf2_hmac("sha256", password.encode(), salt, iterations)
    key = lambda name: hmac.new(salted, name, "sha256").digest()
    stored = hashlib.sha256(key(b"Client Key")).digest()
    return f"SCRAM-SHA-256${iterations}:" + "$".join([
        base64.b64encode(salt).decode(), ":".join(base64.b64encode(part).decode() for part in (stored, key(b"Server Key")))])


@pytest.fixture(scope="module")
def place():
    """A proxy and a running compute of endpoint `demo`."""
    folder = new_folder()
    with LoneProxy(folder, NoControlPlane, "--auth-backend", "agent") as proxy:
        roles = [role("demo", verifier("first"), createrole="true"), role("other", verifier("first"))]
        with Agent(folder, proxy.told["grpc"], roles=roles) as agent:
            yield proxy, agent
    shutil.rmtree(folder, ignore_errors=True)


def can_log_in(proxy, password, user="demo"):
    try:
        proxy.connect(user=user, password=password, connect_timeout=20).close()
        return True
    except psycopg.OperationalError as error:
        assert "password authentication failed" in str(error), error
        return False


def test_a_login_by_the_agents_word(place):
    proxy, _ = place
    with proxy.connect(password="first") as connection:
        assert connection.execute("select current_user").fetchone() == ("demo",)

    def is_remembered():
        hits = lambda: proxy.metric("sidecar_cache_lookups_total", cache="role_secret", outcome="hit")
        before = hits()
        proxy.connect(password="first").close()
        return hits() == before + 1
    eventually(is_remembered, 5, "a login without a question")


def test_strangers_learn_nothing(place):
    proxy, _ = place
    told = set()
    for user, endpoint in ("demo", "demo"), ("nobody", "demo"), ("demo", "elsewhere"), ("cloud_admin", "demo"):
        with pytest.raises(psycopg.OperationalError) as refusal:
            proxy.connect(endpoint, user=user, password="wrong").close()
        text = str(refusal.value)
        assert f'password authentication failed for user "{user}"' in text
        told.add(text.split("FATAL:")[1].split("Session:")[0].replace(user, "X"))
    assert len(told) == 1


def test_a_changed_password_counts_at_once(place):
    proxy, agent = place
    assert can_log_in(proxy, "first", "other")
    with agent.connect(user="demo", password="first") as connection:
        connection.execute("alter role other password 'second'")
        changed = time.monotonic()
        # The compute itself refuses the old one from then on; the new one counts once the proxy has let go.
        assert not can_log_in(proxy, "first", "other")
        eventually(lambda: can_log_in(proxy, "second", "other"), 5, "the new password's beginning")
        print(f"both within {time.monotonic() - changed:.3f} s")
        connection.execute("alter role other nologin")
        eventually(lambda: not can_log_in(proxy, "second", "other"), 5, "the end of its logins")
        connection.execute("alter role other login valid until '2001-01-01'")
        assert not can_log_in(proxy, "second", "other")
        connection.execute("alter role other valid until 'infinity'")
        eventually(lambda: can_log_in(proxy, "second", "other"), 5, "its return")


def test_a_change_is_pushed(place):
    """Without anybody who tries in vain: what is cached is let go of."""
    proxy, agent = place
    proxy.connect(password="first").close()
    misses = lambda: proxy.metric("sidecar_cache_lookups_total", cache="role_secret", outcome="miss")
    with agent.connect(user="demo", password="first") as connection:
        connection.execute("create role passing")
    before = misses()

    def was_asked_again():
        proxy.connect(password="first").close()
        return misses() > before
    eventually(was_asked_again, 5, "a question after the push")


def test_only_proxies_may_ask(place):
    proxy, agent = place
    port = agent_port(agent)
    ca = (proxy.folder / "ca.crt").read_bytes()

    def ask(certificate, key, endpoint="demo", user="demo"):
        credentials = grpc.ssl_channel_credentials(ca, key.read_bytes(), certificate.read_bytes())
        with grpc.secure_channel(f"127.0.0.1:{port}", credentials) as channel:
            message = b"".join(bytes([tag, len(text)]) + text.encode() for tag, text in ((0x0A, endpoint), (0x12, user)))
            return channel.unary_unary("/sidecar.secret.v1.RoleSecrets/Get")(message, timeout=10)

    assert b"SCRAM-SHA-256$" in ask(*identity(proxy.folder, "some-proxy"))
    with pytest.raises(grpc.RpcError) as refused:
        ask(*identity(proxy.folder, "some-proxy"), endpoint="another")
    assert refused.value.code() == grpc.StatusCode.PERMISSION_DENIED
    certs = agent.home / "certs"
    with pytest.raises(grpc.RpcError) as refused:
        ask(certs / "tls.crt", certs / "tls.key")
    assert refused.value.code() == grpc.StatusCode.PERMISSION_DENIED
    # Whether it serves, any identity of the fleet may see on this machine; without one, nobody gets that far.
    credentials = grpc.ssl_channel_credentials(ca, (certs / "tls.key").read_bytes(), (certs / "tls.crt").read_bytes())
    for credentials, is_known in (credentials, True), (grpc.ssl_channel_credentials(ca), False):
        with grpc.secure_channel(f"127.0.0.1:{port}", credentials) as channel:
            check = channel.unary_unary("/grpc.health.v1.Health/Check")
            if is_known:
                assert check(b"", timeout=10) == bytes([0x08, 1])
            else:
                with pytest.raises(grpc.RpcError):
                    check(b"", timeout=10)


def agent_port(agent):
    """The agent's other port on the loopback."""
    listening = subprocess.run(["ss", "-Hltnp"], capture_output=True, text=True).stdout
    [port] = {int(line.split()[3].rsplit(":", 1)[1]) for line in listening.splitlines() if f"pid={agent.process.pid}," in line}
    return port


def test_sleep(place):
    """Who is remembered waits for the next compute; who is not is told why."""
    proxy, agent = place
    proxy.connect(password="first").close()
    agent.end()
    with pytest.raises(psycopg.OperationalError, match="only it knows who may log in"):
        proxy.connect(user="never_seen", password="x")
    waiting = subprocess.Popen(
        ["psql", "-Atc", "select 'there'"], env=proxy.environment_of_tools(password="first"), stdout=subprocess.PIPE, text=True)
    with pytest.raises(psycopg.OperationalError, match="password authentication failed"):
        proxy.connect(password="wrong")
    assert waiting.poll() is None
    roles = [role("demo", verifier("first"), createrole="true")]
    with Agent(proxy.folder, proxy.told["grpc"], generation=2, roles=roles):
        assert waiting.communicate(timeout=30)[0] == "there\n"
        assert can_log_in(proxy, "first")
