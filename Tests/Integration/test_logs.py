"""What a proxy writes to its log: lines that machines read, one at each session's end, and no secret in any."""
import json
import re

import psycopg
import pytest

from conftest import new_folder
from lone import LoneProxy
from waiting import eventually
from wire import refusal


def lines(proxy):
    return [json.loads(line) for line in proxy.log.read_text().splitlines()]


def ended(proxy, **wanted):
    """The line at the end of the session whose fields these are."""
    def found():
        for line in lines(proxy):
            told = line.get("extract", {}) | line.get("fields", {})
            if line["message"] == "session ended" and all(told.get(name) == value for name, value in wanted.items()):
                return line
    return eventually(found, 10, f"the end of {wanted}")


def test_a_session_that_was_served_has_one_line_with_everything(lone):
    with lone.connect(application_name="a test") as connection:
        connection.execute("select 1")
    line = ended(lone, outcome="served")
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z", line["timestamp"])
    assert line["level"] == "INFO" and line["target"] == "proxy" and line["process_id"] == lone.process.pid
    assert line["extract"]["ep"] == "demo" and line["extract"]["role"] == "demo"
    fields = line["fields"]
    assert fields["application_name"] == "a test" and fields["database"] == "postgres" and fields["proxy"] == "lone"
    assert fields["peer_addr"].startswith("127.0.0.1:") and fields["protocol"] == "tcp"
    assert fields["auth_method"] == "scram_sha_256_plus"
    assert fields["compute"] == "compute-1" and fields["cold_start_info"] == "warm" and fields["location_cached"] == "false"
    phases = [int(fields[f"{phase}_us"]) for phase in ("tls", "auth", "wake", "connect", "login")]
    assert all(took > 0 for took in phases)
    assert sum(phases) <= int(fields["joined_us"]) <= int(fields["duration_us"])
    assert int(fields["bytes_to_client"]) > 0 and int(fields["bytes_from_client"]) > 0


def test_every_line_of_a_session_names_it_and_the_client_is_told_the_name(lone):
    with pytest.raises(psycopg.OperationalError) as refused:
        lone.connect(user="nobody")
    session = re.search(r"HINT: .*Session: ([0-9a-f-]{36})\.", str(refused.value))[1]
    line = ended(lone, session_id=session)
    assert line["extract"]["role"] == "nobody"
    assert line["fields"]["outcome"] == "refused" and line["fields"]["error"] == "28P01"
    assert not [line for line in lines(lone) if "role" in line.get("extract", {}) and "session_id" not in line["extract"]]


def test_what_a_client_sends_stays_in_its_line(lone):
    hostile = 'x"}\n{"level":"ERROR","message":"forged"}\r\n\x1b[2J\u2028\x85'
    for user in (hostile, "y" * 5000):
        fields = refusal(lone.port, ca_file=str(lone.folder / "ca.crt"), server_name="demo.localtest.me", user=user,
                         wrong_password=True)
        assert fields["C"] == "28P01" and fields["V"] == "FATAL"
    assert ended(lone, role=hostile)["level"] == "INFO"
    assert all(line["message"] != "forged" for line in lines(lone))
    assert all(len(line) < 16384 for line in lone.log.read_text().splitlines())


def test_no_secret_is_logged_however_much_is_logged(control_plane, database):
    with LoneProxy(new_folder(), control_plane, environment={"SIDECAR_LOG_LEVEL": "trace"}) as proxy:
        with proxy.connect() as connection:
            connection.execute("select 1")
            key = connection.pgconn.get_cancel()
            key.cancel()
        with pytest.raises(psycopg.OperationalError):
            proxy.connect(password="not the password")
        ended(proxy, outcome="refused")
        ended(proxy, outcome="served")
        log = proxy.log.read_text()
    verifier = control_plane.secrets["demo", "demo"]
    for secret in ["a password", "not the password", "a token", "SCRAM-SHA-256$", *re.split(r"[$:]", verifier)[2:]]:
        assert secret not in log, secret
    assert not re.search(r"\b[rspc]=[A-Za-z0-9+/]{16,}", log), "a message of SCRAM"


@pytest.mark.parametrize("arguments, environment, is_json", [
    ([], {}, True), (["--log-format", "text"], {}, False), (["--log-format", "json"], {"LOGFMT": "text"}, True),
    ([], {"LOGFMT": "text"}, False), ([], {"SIDECAR_LOG_FORMAT": "text", "LOGFMT": "json"}, False),
])
def test_the_format_is_chosen(control_plane, arguments, environment, is_json):
    with LoneProxy(new_folder(), control_plane, *arguments, environment=environment) as proxy:
        proxy.connect().close()
        text = eventually(lambda: "session ended" in proxy.log.read_text() and proxy.log.read_text(), 10, "a log")
    line = next(line for line in text.splitlines() if "session ended" in line)
    assert line.startswith("{") == is_json
    if not is_json:
        assert re.match(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z info proxy: session ended \[", line)
