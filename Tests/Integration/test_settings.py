"""Where settings come from: the command line, the environment, a file; in that order."""
import json
import os
import re
import subprocess

import pytest

from fleet import BINARY


@pytest.fixture
def up(tmp_path):
    """`up(*arguments, file=…, SIDECAR_…=…)`: (exit code, stderr) of a start that fails for one reason or another."""
    def run(*arguments, file=None, **variables):
        if file is not None:
            path = tmp_path / "sidecar.json"
            path.write_text(file if isinstance(file, str) else json.dumps(file))
            arguments = (*arguments, "--config", str(path))
        variables = {"SIDECAR_DATA": str(tmp_path / "data"), "SIDECAR_PGBIN": "/nowhere"} | variables
        done = subprocess.run([BINARY, "up", *arguments], capture_output=True, text=True, timeout=30,
                              env=os.environ | variables)
        assert len(done.stderr.strip().splitlines()) == 1, done.stderr
        return done.returncode, done.stderr

    return run


def test_a_variable_is_as_good_as_a_flag(up):
    code, line = up()
    assert code == 2 and "SIDECAR_PGBIN" in line and "/nowhere" in line


def test_a_flag_wins_over_a_variable(up):
    code, line = up("--pgbin", "/elsewhere")
    assert code == 2 and "/elsewhere" in line and "SIDECAR_PGBIN" not in line


def test_a_variable_wins_over_the_file(up):
    _, line = up(file={"up": {"pgbin": "/in-the-file"}})
    assert "/nowhere" in line and "/in-the-file" not in line


def test_the_file_is_named_with_the_key(up):
    code, line = up(file={"up": {"proxies": 99}, "proxy": {"listen": "ignored:1"}})
    assert code == 2 and "sidecar.json: up.proxies: --proxies:" in line


def test_a_file_may_be_named_by_a_variable(up, tmp_path):
    path = tmp_path / "other.json"
    path.write_text(json.dumps({"up": {"domain": "no domain"}}))
    code, line = up(SIDECAR_CONFIG=str(path))
    assert code == 2 and "other.json: up.domain" in line


@pytest.mark.parametrize("file, words", [
    ("{", "must be a JSON object"),
    ({"up": []}, "up: must be an object"),
    ({"up": {"lisen": "127.0.0.1:1"}}, "up.lisen: there is no such option"),
    ({"up": {"listen": {"port": 1}}}, "up.listen: must be a text"),
])
def test_a_file_that_cannot_be_used(up, file, words):
    code, line = up(file=file)
    assert code == 2 and "sidecar.json" in line and words in line


@pytest.mark.parametrize("variable, value", [
    ("SIDECAR_LISTEN", "nowhere"), ("SIDECAR_SUSPEND_AFTER", "soon"), ("SIDECAR_PROXIES", "many"),
    ("SIDECAR_LOG_LEVEL", "loud"),
])
def test_a_bad_value_is_named_with_its_source(up, variable, value):
    code, line = up(**{variable: value})
    assert code == 2 and line.startswith(f"sidecar: {variable}") and value in line


def test_a_fleet_from_variables_alone(own_fleet, monkeypatch):
    """Also: what is meant for `up` is not taken by its children, who have flags of the same names."""
    own_fleet.stop()
    monkeypatch.setenv("SIDECAR_PROXIES", "1")
    monkeypatch.setenv("SIDECAR_DRAIN_DEADLINE", "1s")
    own_fleet.start()
    assert len(own_fleet.proxies) == 1
    own_fleet.connect().close()


def test_a_build_says_which_it_is():
    done = subprocess.run([BINARY, "--version"], capture_output=True, text=True, timeout=30)
    assert done.returncode == 0 and re.fullmatch(r"sidecar \d+\.\d+\.\d+\n", done.stdout)
