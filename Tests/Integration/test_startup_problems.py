"""One clear line that says what to do."""
import os
import socket
import subprocess

import pytest

from fleet import BINARY


def complaint(*arguments, **environment):
    """What `up` says on stderr when it cannot start; asserts that it is one line."""
    done = subprocess.run([BINARY, "up", *arguments], capture_output=True, text=True, timeout=30,
                          env=os.environ | environment)
    assert done.returncode in (1, 2), done.stderr
    lines = [line for line in done.stderr.splitlines() if line.strip()]
    assert len(lines) == 1, done.stderr
    return lines[0]


def test_a_port_in_use(tmp_path):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        line = complaint("--data", str(tmp_path / "data"), "--listen", f"127.0.0.1:{port}")
    assert str(port) in line and "in use" in line


def test_no_postgres(tmp_path):
    line = complaint("--data", str(tmp_path / "data"), "--listen", "127.0.0.1:0", "--pgbin", str(tmp_path))
    assert "apt-get install postgresql" in line


def test_a_folder_that_cannot_be_written(tmp_path):
    if os.getuid() == 0:
        folder = "/sys/kernel/sidecar"  # Root may write anywhere else.
    else:
        tmp_path.chmod(0o555)
        folder = str(tmp_path / "data")
    line = complaint("--data", folder, "--listen", "127.0.0.1:0")
    assert folder in line


@pytest.mark.parametrize("arguments, code", [
    (["--suspend-after", "soon"], 2), (["--listen", "nowhere"], 2), (["--listen", "127.0.0.1:80000"], 2),
    (["--proxies", "0"], 2), (["--no-such-flag"], 64), (["--proxies"], 64),
])
def test_a_bad_flag(tmp_path, arguments, code):
    done = subprocess.run([BINARY, "up", "--data", str(tmp_path), *arguments], capture_output=True, text=True, timeout=30)
    assert done.returncode == code
    assert arguments[0] in done.stderr


def test_a_name_to_listen_on(tmp_path):
    line = complaint("--data", str(tmp_path / "data"), "--listen", "example.invalid:0")
    assert "--listen" in line and "example.invalid" in line


def test_a_damaged_fleet_file_is_named_and_left_alone(tmp_path):
    data = tmp_path / "data"
    data.mkdir()
    (data / "fleet.json").write_text("{")
    line = complaint("--data", str(data), "--listen", "127.0.0.1:0")
    assert str(data / "fleet.json") in line and "restore" in line
    assert (data / "fleet.json").read_text() == "{"


def test_a_damaged_authority_is_named(tmp_path):
    data = tmp_path / "data"
    data.mkdir()
    for name in "ca.key", "ca.crt":
        (data / name).write_text("")
        (data / name).chmod(0o600)
    line = complaint("--data", str(data), "--listen", "127.0.0.1:0")
    assert "ca.key" in line and "restore" in line


@pytest.mark.skipif(os.getuid() != 0, reason="only root can make files of another user")
def test_another_users_fleet_is_left_alone(tmp_path):
    data = tmp_path / "data"
    data.mkdir()
    (data / "lock").touch()
    os.chown(data / "lock", 65534, 65534)
    line = complaint("--data", str(data), "--listen", "127.0.0.1:0")
    assert "65534" in line and str(data) in line
