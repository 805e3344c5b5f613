"""Fixtures: a fleet for tests that leave it as it was, and a fresh one for those that break something."""
import atexit
import os
import shutil
import sys
import tempfile
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).resolve().parent))

# Dozens of databases are made and thrown away, and none of them has to survive this machine: in memory, if there is enough.
MEMORY, ENOUGH = Path("/dev/shm"), 6 << 30
if MEMORY.is_dir() and os.access(MEMORY, os.W_OK) and shutil.disk_usage(MEMORY).free >= ENOUGH:
    tempfile.tempdir = str(MEMORY)
# A short name: there are Unix sockets at the ends of such paths.
tempfile.tempdir = tempfile.mkdtemp(prefix="tests-")
os.chmod(tempfile.tempdir, 0o755)
os.environ["TMPDIR"] = tempfile.tempdir
# Whatever a failed test left goes too.
atexit.register(shutil.rmtree, tempfile.tempdir, ignore_errors=True)

from fleet import BINARY, Fleet  # noqa: E402
from lone import ControlPlane, Database, LoneProxy  # noqa: E402
from storage import Backup  # noqa: E402
from waiting import eventually  # noqa: E402


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport(item, call):
    """With a failure comes what the processes of its fixtures said last, which are gone by the time when somebody reads it."""
    report = (yield).get_result()
    if report.failed:
        for name, thing in item.funcargs.items():
            if hasattr(thing, "story"):
                report.sections.append((f"what `{name}` said last", thing.story()))


def new_folder(mode=0o755, place=None):
    folder = tempfile.mkdtemp(prefix="sidecar-test-", dir=place)
    os.chmod(folder, mode)
    return Path(folder)


@pytest.fixture
def folder():
    """For this test alone, and gone after it."""
    folder = new_folder()
    yield folder
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="module")
def backup():
    """What a pageserver would send of a Postgres that was just made."""
    folder = new_folder()
    yield Backup(folder / "backup")
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="session", autouse=True)
def binary():
    assert os.access(BINARY, os.X_OK), f"{BINARY} is missing: run scripts/build-release first, or ./test"
    return BINARY


@pytest.fixture(scope="session")
def shared_fleet():
    fleet = Fleet(new_folder() / "data").start()
    yield fleet
    fleet.destroy()


@pytest.fixture
def fleet(shared_fleet):
    """Running, endpoint `demo` awake or asleep. The test must leave it able to serve."""
    assert shared_fleet.process.poll() is None, "".join(shared_fleet.errors[-40:])
    return shared_fleet


@pytest.fixture
def own_fleet():
    """Running, fresh, and for this test alone, in a folder that only its owner can enter."""
    fleet = Fleet(new_folder(0o700) / "data")
    yield fleet.start()
    fleet.destroy()


@pytest.fixture(scope="module")
def shared_trio():
    fleet = Fleet(new_folder() / "data", suspend_after="never").start("--proxies", "3")
    yield fleet
    fleet.destroy()


@pytest.fixture
def trio(shared_trio):
    """Three proxies that agree, and databases that nobody stops but the test."""
    assert shared_trio.process.poll() is None, "".join(shared_trio.errors[-40:])
    eventually(shared_trio.agrees, 30, "three proxies that agree")
    return shared_trio


@pytest.fixture
def own_trio():
    """Three proxies that agree, for a test that breaks one."""
    fleet = Fleet(new_folder() / "data", suspend_after="never").start("--proxies", "3")
    eventually(fleet.agrees, 30, "three proxies that agree")
    yield fleet
    fleet.destroy()


@pytest.fixture
def five():
    fleet = Fleet(new_folder() / "data", suspend_after="never")
    yield fleet.start("--proxies", "5")
    fleet.destroy()


@pytest.fixture(scope="session")
def database():
    """A PostgreSQL that no fleet knows, with a role `demo` that may replicate."""
    folder = new_folder()
    server = Database(folder / "postgres")
    with server.connect() as connection:
        connection.execute("create role demo login superuser replication password 'a password'")
    yield server
    server.stop()
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture
def control_plane(database):
    """Knows one endpoint, `demo`, which is `database`, and its role."""
    plane = ControlPlane()
    plane.secrets["demo", "demo"] = database.verifier("demo")
    plane.computes["demo"] = {"address": f"127.0.0.1:{database.port}", "aux": {"compute_id": "compute-1", "cold_start_info": "warm"}}
    yield plane
    plane.close()


@pytest.fixture
def lone(control_plane):
    """A proxy in front of `database`."""
    folder = new_folder()
    with LoneProxy(folder, control_plane) as proxy:
        yield proxy
    shutil.rmtree(folder, ignore_errors=True)
