"""The certificate that a spec gives to Postgres: taken when it proves the compute, followed when it is renewed, and never waited for for ever."""
import os
import signal
import ssl
from concurrent.futures import ThreadPoolExecutor

import pytest

from http_agent import HTTPAgent, a_spec, certificate_shown
from lone import server_certificate
from processes import free_port
from waiting import eventually


@pytest.fixture
def agent(folder):
    agent = HTTPAgent(folder, port=free_port())
    (folder / "certs" / "certs").mkdir()
    yield agent
    if agent.process:
        agent.end(signal.SIGQUIT)


def pair(agent, name, names=None):
    """By the compute's authority."""
    return server_certificate(agent.folder / "certs", name, names or f"DNS:{agent.compute},URI:sidecar://compute/demo/{agent.compute}")


def spec(certificate, key, **changes):
    text = a_spec(**changes)
    text["spec"] |= {"features": ["tls_experimental"], "swap_size_bytes": 1, "brand_new": 2}
    text["compute_ctl_config"]["tls"] = {"cert_path": str(certificate), "key_path": str(key)}
    return text


def content(certificate):
    return ssl.PEM_cert_to_DER_cert(certificate.read_text())


def test_postgres_shows_the_certificate_that_it_is_given(agent):
    agent.start()
    given = pair(agent, "given")
    assert agent.call("POST", "/configure", spec(*given))[0] == 200
    assert certificate_shown(agent) == content(given[0])
    assert os.stat(agent.folder / "pgdata/server.key").st_mode & 0o777 == 0o600
    # Nothing is passed over in silence, and nothing is said twice.
    [line] = [line for line in agent.log.read_text().splitlines() if "this has no effect here" in line]
    assert "spec.swap_size_bytes: is kept and not acted on; spec.brand_new: is not known here; kept" in line

    # One that nobody could prove the compute by is refused, whoever says so, and the one of before goes on.
    for certificate, words in (pair(agent, "elsewhere", "DNS:elsewhere"), "does not prove compute-demo-1"), (
            (given[0], agent.folder / "nowhere"), "nowhere: cannot be read"), ((given[0], pair(agent, "other")[1]), "does not belong"):
        status, answer = agent.call("POST", "/configure", spec(*certificate))
        assert status == 500 and words in answer["error"], answer
        assert certificate_shown(agent) == content(given[0]) and agent.state() == "running"

    # Renewed where it lies: the key first, and by then they do not belong together.
    renewed = pair(agent, "renewed")
    for new, old in zip(reversed(renewed), reversed(given)):
        os.replace(new, old)
    eventually(lambda: certificate_shown(agent) == content(given[0]), 25, "the renewed certificate")
    assert agent.call("POST", "/check_writability") == (200, True)

    # Without it the compute's own.
    assert agent.call("POST", "/configure", a_spec())[0] == 200
    assert certificate_shown(agent) == content(agent.folder / "certs/tls.crt")
    assert agent.call("POST", "/terminate?mode=immediate")[0] == 200


def test_a_start_waits_for_a_certificate_and_not_for_ever(agent):
    agent.start()
    late, key = agent.folder / "late.crt", agent.folder / "late.key"
    status, answer = agent.call("POST", "/configure", spec(late, key))
    assert status == 500 and "late.crt: cannot be read" in answer["error"], answer
    assert agent.end(signal.SIGTERM) == 1
    agent.start()
    certificate, its_key = pair(agent, "given")
    with ThreadPoolExecutor(1) as pool:
        configured = pool.submit(agent.call, "POST", "/configure", spec(late, key))
        eventually(lambda: "waiting for a certificate" in agent.log.read_text(), 20, "the wait")
        os.replace(its_key, key)
        os.replace(certificate, late)
        assert configured.result()[0] == 200
    assert certificate_shown(agent) == content(late)
