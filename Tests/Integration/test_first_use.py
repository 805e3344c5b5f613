"""What a newcomer sees."""
import os
import shutil
import signal
import stat
import subprocess

import psycopg
import pytest

import processes
from fleet import BINARY


def paste(fleet, line, query):
    """The line as a shell takes it, with one query instead of a prompt."""
    done = subprocess.run(["bash", "-c", f'{line} -XAtc "{query}"'], cwd=fleet.data.parent, capture_output=True, text=True,
                          timeout=60)
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


def test_the_printed_line_wakes_a_database_through_either_proxy(own_fleet):
    assert own_fleet.postmasters() == [], "nothing runs before somebody comes"
    line = own_fleet.line_to_paste()
    assert "sslmode=verify-full" in line
    assert paste(own_fleet, line, "select 40 + 2") == "42"
    first, second = own_fleet.postgres_port(0), own_fleet.postgres_port(1)
    assert f"port={first}" in line
    assert paste(own_fleet, line.replace(f"port={first}", f"port={second}"), "select current_user") == "demo"
    assert own_fleet.starts() == 1


def test_fleet_json_tells_scripts_all_and_only_the_owner(fleet):
    mode = stat.S_IMODE(os.stat(fleet.data / "fleet.json").st_mode)
    assert mode == 0o600
    description = fleet.description
    assert {"ca_file", "control_plane", "proxies", "endpoints"} <= set(description)
    assert len(description["proxies"]) == 2
    for proxy in description["proxies"]:
        assert {"id", "postgres", "http", "grpc", "pid"} <= set(proxy)
        assert processes.is_alive(proxy["pid"])
    assert {"name", "user", "password", "database", "conninfo"} <= set(description["endpoints"][0])


def test_secrets_on_disk_are_for_the_owner_alone(fleet):
    for name in ["ca.key", "token", "fleet.json"]:
        assert stat.S_IMODE(os.stat(fleet.data / name).st_mode) == 0o600, name
    for path in fleet.data.rglob("*.key"):
        assert stat.S_IMODE(path.stat().st_mode) & 0o077 == 0, path


def test_postgres_never_runs_as_root(fleet):
    with fleet.connect():
        [postmaster] = fleet.postmasters()
        assert processes.user_of(postmaster) != 0


def test_a_second_start_keeps_password_and_data(own_fleet):
    before = own_fleet.endpoint()
    with own_fleet.connect() as connection:
        connection.execute("create table kept (word text)")
        connection.execute("insert into kept values ('still here')")
    own_fleet.stop(signal.SIGINT)
    own_fleet.start()
    after = own_fleet.endpoint()
    assert (before["user"], before["password"], before["database"]) == (after["user"], after["password"], after["database"])
    with own_fleet.connect(proxy=1) as connection:
        assert connection.execute("select word from kept").fetchone() == ("still here",)


def test_sigterm_ends_everything_too(own_fleet):
    own_fleet.connect().close()
    own_fleet.stop(signal.SIGTERM)


def test_nothing_survives_a_killed_up(own_fleet):
    own_fleet.connect().close()
    own_fleet.process.kill()
    own_fleet.process.wait()
    own_fleet.process = None
    own_fleet.assert_nothing_left()


def test_a_second_up_on_the_same_folder_is_told_so(fleet):
    done = subprocess.run([BINARY, "up", "--data", str(fleet.data), "--listen", "127.0.0.1:0"], capture_output=True,
                          text=True, timeout=30)
    assert done.returncode != 0
    assert str(fleet.data) in done.stderr


def test_a_removed_folder_is_forgotten(own_fleet):
    """Also where its databases live elsewhere, because Postgres' user cannot enter the folder."""
    with own_fleet.connect() as connection:
        connection.execute("create table mine (n int)")
    own_fleet.stop()
    elsewhere = own_fleet.folders()[1:]
    shutil.rmtree(own_fleet.data)
    try:
        own_fleet.start()
        with own_fleet.connect() as connection:
            assert connection.execute("select to_regclass('mine')").fetchone() == (None,)
    finally:
        for folder in elsewhere:
            shutil.rmtree(folder)


def test_passwords_that_were_lost_are_made_anew_and_it_is_said(own_fleet):
    own_fleet.admin("endpoint", "create", "shop")
    before = own_fleet.endpoint("shop")["password"]
    own_fleet.stop()
    (own_fleet.data / "fleet.json").unlink()
    own_fleet.start()
    said = "".join(own_fleet.errors)
    assert "“demo”" in said and "“shop”" in said
    assert own_fleet.endpoint("shop")["password"] != before
    own_fleet.connect(endpoint="shop").close()


def test_secrets_are_in_no_command_line_and_in_no_log(own_fleet):
    own_fleet.connect().close()
    with pytest.raises(psycopg.OperationalError):
        own_fleet.connect(password="not the password")
    token = (own_fleet.data / "token").read_text().strip()
    secrets = [token, own_fleet.endpoint()["password"], "not the password", "SCRAM-SHA-256$"]
    logs = "".join(path.read_text() for path in (own_fleet.data / "logs").glob("*.log"))
    assert "proxy-a" in logs
    lines = [processes.command_line(pid) for pid in processes.within(own_fleet.folders())]
    assert any("proxy-a" in line for line in lines)
    for secret in secrets:
        assert secret not in logs
        assert not any(secret in line for line in lines)
