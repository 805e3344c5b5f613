"""How clients prove who they are: every way of it, by the clients that people use."""
import json
import re
import shutil
import subprocess
import threading

import psycopg
import pytest

from conftest import new_folder
from guest import Guest
from lone import LoneProxy, server_certificate
from waiting import eventually


def one(connection, query="select current_user"):
    return connection.execute(query).fetchone()[0]


def refusal(proxy, **changes):
    with pytest.raises(psycopg.OperationalError) as caught:
        proxy.connect(**changes).close()
    return str(caught.value)


# Bound to the certificate


@pytest.mark.parametrize("key, digest", [
    (("ec", "-pkeyopt", "ec_paramgen_curve:P-256"), "-sha256"), (("ec", "-pkeyopt", "ec_paramgen_curve:P-384"), "-sha384"),
    (("rsa:2048",), "-sha512"),
])
def test_channel_binding_with_every_kind_of_certificate(control_plane, key, digest):
    folder = new_folder()
    try:
        # The certificate's signature is its authority's, so the digest is chosen there.
        proxy = LoneProxy(folder, control_plane)
        certificate, secret = server_certificate(folder, "other", "DNS:*.localtest.me", key=key, digest=digest)
        proxy.command += ["-c", certificate, "-k", secret]
        with proxy:
            for binding in "require", "prefer", "disable":
                with proxy.connect(channel_binding=binding) as connection:
                    assert one(connection) == "demo"
            log = proxy.log.read_text()
            assert set(re.findall("scram_sha_256(?:_plus)?", log)) == {"scram_sha_256", "scram_sha_256_plus"}
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def test_a_pooled_name_binds_as_well(lone, control_plane):
    """A name that ends in `-pooler` once failed to wake with `channel_binding=require`."""
    control_plane.secrets["demo-pooler", "demo"] = control_plane.secrets["demo", "demo"]
    control_plane.computes["demo-pooler"] = control_plane.computes["demo"]
    with lone.connect("demo-pooler", channel_binding="require") as connection:
        assert one(connection) == "demo"


def test_psql_binds(lone):
    done = subprocess.run(
        ["psql", "-XAtc", "select 40 + 2"], env=lone.environment_of_tools() | {"PGCHANNELBINDING": "require"},
        capture_output=True, text=True, timeout=60)
    assert (done.stdout, done.returncode) == ("42\n", 0), done.stderr


# The endpoint in the password


def without_a_name(password, **changes):
    return dict(host="127.0.0.1", hostaddr=None, sslmode="require", password=password) | changes


@pytest.mark.parametrize("prefix", ["endpoint=demo;", "endpoint=demo$", "project=demo;", "project=demo$"])
def test_a_client_may_name_its_endpoint_in_the_password(lone, prefix):
    with lone.connect(**without_a_name(prefix + "a password")) as connection:
        assert one(connection) == "demo"


def test_what_stands_in_front_of_the_password_is_cut_off_at_the_first_separator(lone, control_plane, database):
    with database.connect() as connection:
        connection.execute("drop role if exists odd")
        connection.execute("create role odd login password 'semi;colon$and more'")
    control_plane.secrets["demo", "odd"] = database.verifier("odd")
    for separator in ";$":
        changes = without_a_name(f"endpoint=demo{separator}semi;colon$and more", user="odd")
        with lone.connect(**changes) as connection:
            assert one(connection) == "odd"


def test_a_password_in_other_letters_is_prepared_as_postgres_prepares_it(lone, control_plane, database):
    with database.connect() as connection:
        connection.execute("drop role if exists polyglot")
        connection.execute("create role polyglot login password 'Ⅸ ﬁne\u00a0day'")
    control_plane.secrets["demo", "polyglot"] = database.verifier("polyglot")
    for password in "Ⅸ ﬁne\u00a0day", "IX fine day":
        with lone.connect(**without_a_name("endpoint=demo;" + password, user="polyglot")) as connection:
            assert one(connection) == "polyglot"


def test_nobody_learns_which_of_them_was_wrong(lone, control_plane):
    texts = {
        re.sub("Session: .*", "", refusal(lone, **without_a_name(f"endpoint={endpoint};wrong"))).split("FATAL:")[1]
        for endpoint in ("demo", "nowhere")}
    assert len(texts) == 1 and 'password authentication failed for user "demo"' in texts.pop()
    assert control_plane.count("wake_compute") == 0


def test_a_password_without_a_name_is_told_what_is_missing(lone):
    text = refusal(lone, **without_a_name("a password"))
    assert "Endpoint ID is not specified" in text and "endpoint=<endpoint-id>;<password>" in text


def test_a_client_that_wants_to_bind_does_not_send_its_password(lone):
    text = refusal(lone, **without_a_name("endpoint=demo;a password", channel_binding="require"))
    assert "channel binding" in text


# Secrets that are none


@pytest.mark.parametrize("secret, method", [
    ("md5" + 32 * "0", "MD5"), ("a password", "password in clear"),
])
def test_outdated_secrets_are_refused_in_words(lone, control_plane, secret, method):
    control_plane.secrets["demo", "demo"] = secret
    for changes in {}, without_a_name("endpoint=demo;a password"):
        text = refusal(lone, **changes)
        assert f"Unsupported authentication method: {method}" in text and "scram-sha-256" in text
    assert control_plane.count("wake_compute") == 0
    log = lone.log.read_text()
    assert f"Unsupported authentication method: {method}" in log
    assert secret not in log


# The roles of a Postgres


@pytest.fixture
def by_postgres(database):
    folder = new_folder()
    password = folder / "reference.password"
    password.write_text(database.password)
    password.chmod(0o600)

    class NoControlPlane:
        address = f"postgres://postgres@127.0.0.1:{database.port}/postgres"

    with LoneProxy(folder, NoControlPlane, "--auth-backend", "postgres", "--auth-endpoint-password-file", password) as proxy:
        yield proxy
    shutil.rmtree(folder, ignore_errors=True)


def test_roles_of_a_postgres(by_postgres, database):
    with by_postgres.connect() as connection:
        assert one(connection) == "demo"
    with by_postgres.connect("any-other-name", channel_binding="require") as connection:
        assert one(connection) == "demo"
    assert 'password authentication failed for user "demo"' in refusal(by_postgres, password="wrong")
    assert 'password authentication failed for user "nobody"' in refusal(by_postgres, user="nobody")


def test_a_role_may_be_called_anything(by_postgres, database):
    for name in ["o'neil", "back\\slash", "'; drop role demo; --", "$1", "müller"]:
        with database.connect() as connection:
            quoted = psycopg.sql.Identifier(name)
            connection.execute(psycopg.sql.SQL("drop role if exists {}").format(quoted))
            connection.execute(psycopg.sql.SQL("create role {} login password 'x'").format(quoted))
        with by_postgres.connect(user=name, password="x") as connection:
            assert one(connection, "select session_user") == name


def test_a_changed_password_is_known_at_once(by_postgres, database):
    with database.connect() as connection:
        connection.execute("drop role if exists changing")
        connection.execute("create role changing login password 'first'")
        by_postgres.connect(user="changing", password="first").close()
        connection.execute("alter role changing password 'second'")
    # A secret that was read a moment ago is not asked about again.
    eventually(lambda: logs_in(by_postgres, user="changing", password="second"), 10, "the new password")
    assert "password authentication failed" in refusal(by_postgres, user="changing", password="first")


def logs_in(proxy, **changes):
    try:
        proxy.connect(**changes).close()
        return True
    except psycopg.OperationalError:
        return False


def test_md5_in_a_postgres(by_postgres, database):
    with database.connect() as connection:
        connection.execute("set password_encryption = 'md5'")
        connection.execute("drop role if exists old")
        connection.execute("create role old login password 'x'")
    assert "Unsupported authentication method: MD5" in refusal(by_postgres, user="old", password="x")


def test_connections_that_the_reference_has_ended_are_made_anew(by_postgres, database):
    by_postgres.connect().close()
    with database.connect() as connection:
        connection.execute("drop role if exists late")
        connection.execute("create role late login password 'x'")
        ended = connection.execute(
            "select count(pg_terminate_backend(pid)) from pg_stat_activity where application_name = 'sidecar'").fetchone()
        assert ended[0] >= 1
    with by_postgres.connect(user="late", password="x") as connection:
        assert one(connection) == "late"


# A login in the browser


class Waiting:
    """psql, and the link that it was shown."""

    def __init__(self, port, query="select current_user"):
        self.process = subprocess.Popen(
            ["psql", "-XAtc", query, f"host=127.0.0.1 port={port} user=whoever dbname=whatever sslmode=require"],
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        self.said, self.output = [], []
        self.readers = [
            threading.Thread(target=lambda s, l: l.extend(iter(s.readline, "")), args=(stream, lines), daemon=True)
            for stream, lines in ((self.process.stderr, self.said), (self.process.stdout, self.output))]
        for reader in self.readers:
            reader.start()

    @property
    def link(self):
        eventually(lambda: self._link() or self.process.poll() is not None, 30, "the link")
        assert self._link(), self.said
        return self._link()

    def _link(self):
        return re.search(r"^ {4}(http://login\.example/[0-9a-f]{16})$", "".join(self.said), re.M)

    @property
    def id(self):
        return self.link[1].rsplit("/", 1)[1]

    def finish(self):
        self.process.wait(timeout=60)
        for reader in self.readers:
            reader.join(timeout=10)
        return "".join(self.output), "".join(self.said)

    def end(self):
        self.process.kill()
        self.process.wait()


@pytest.fixture
def mgmt_token():
    folder = new_folder(0o700)
    token = folder / "mgmt.token"
    token.write_text("the mgmt token\n")
    token.chmod(0o600)
    yield token
    shutil.rmtree(folder, ignore_errors=True)


def link_options(token, *more):
    return ["--auth-backend", "link", "--uri", "http://login.example/", "--mgmt", "127.0.0.1:0", "--mgmt-token-file", token, *more]


@pytest.fixture
def link(control_plane, mgmt_token):
    folder = new_folder()
    with LoneProxy(folder, control_plane, *link_options(mgmt_token)) as proxy:
        yield proxy
    shutil.rmtree(folder, ignore_errors=True)


def tell(told, query, password="the mgmt token", **changes):
    """What the control plane does: a simple query at the mgmt listener. Gives the row."""
    port = told["mgmt"].rsplit(":", 1)[1]
    parameters = dict(host="127.0.0.1", port=port, user="control", password=password, sslmode="require", connect_timeout=20)
    with psycopg.connect(**parameters | changes, autocommit=True) as connection:
        return connection.execute(query).fetchone()


def login(id, database, **changes):
    success = dict(
        host="127.0.0.1", port=database.port, dbname="postgres", user="demo", password="a password",
        aux={"endpoint_id": "demo", "project_id": "p", "branch_id": "b", "compute_id": "c"})
    return json.dumps({"session_id": id, "result": {"Success": success | changes}})


@pytest.mark.parametrize("sslmode", ["require", "disable"])
def test_a_login_in_the_browser(link, database, sslmode):
    waiting = Waiting(link.port)
    assert tell(link.told, login(waiting.id, database), sslmode=sslmode) == ("ok",)
    output, said = waiting.finish()
    assert output == "demo\n", said
    assert "will expire in 2m" in said and "Connected to database, session_id: " in said
    log = link.log.read_text()
    assert "a password" not in log and "the mgmt token" not in log


def test_a_login_is_taken_once_and_by_nobody_else(link, database):
    waiting = Waiting(link.port)
    tell(link.told, login(waiting.id, database))
    waiting.finish()
    for id in waiting.id, 16 * "0":
        with pytest.raises(psycopg.Error, match=f"Notify failed: waiter `{id}` not registered"):
            tell(link.told, login(id, database))


def test_callbacks_prove_themselves(link, database):
    waiting = Waiting(link.port)
    try:
        with pytest.raises(psycopg.OperationalError, match="password authentication failed"):
            tell(link.told, login(waiting.id, database), password="guessed")
        assert "a callback came with a wrong token" in link.log.read_text()
        assert waiting.process.poll() is None
    finally:
        waiting.end()


def test_callbacks_that_make_no_sense(link, database):
    port = link.told["mgmt"].rsplit(":", 1)[1]
    with psycopg.connect(host="127.0.0.1", port=port, user="control", password="the mgmt token", autocommit=True) as connection:
        for query in "select 1", "{}", login("nonsense", database), login(16 * "0", database, port=0):
            with pytest.raises(psycopg.Error, match="Notify failed: "):
                connection.execute(query)
        assert connection.execute("").description is None
        with pytest.raises(psycopg.Error, match="only simple queries"):
            connection.execute("select %s", [1])
        with pytest.raises(psycopg.Error, match="not registered"):
            connection.execute(login(16 * "0", database))


def test_rules_of_a_login_are_kept(link, database):
    waiting = Waiting(link.port)
    tell(link.told, login(waiting.id, database, allowed_ips=["192.0.2.0/24", "nonsense"]))
    assert "This IP address 127.0.0.1 is not allowed to connect to this endpoint" in waiting.finish()[1]
    waiting = Waiting(link.port)
    tell(link.told, login(waiting.id, database, allowed_ips=["192.0.2.0/24", "127.0.0.0/8"]))
    assert waiting.finish()[0] == "demo\n"


def test_a_login_that_leads_nowhere_is_final(link, database):
    waiting = Waiting(link.port)
    tell(link.told, login(waiting.id, database, password="wrong"))
    assert 'password authentication failed for user "demo"' in waiting.finish()[1]
    waiting = Waiting(link.port)
    tell(link.told, login(waiting.id, database, port=1))
    assert "Couldn't connect to compute node" in waiting.finish()[1]


def test_a_link_expires(control_plane, mgmt_token):
    folder = new_folder()
    options = link_options(mgmt_token, "--webauth-confirmation-timeout", "1s")
    with LoneProxy(folder, control_plane, *options) as proxy:
        waiting = Waiting(proxy.port)
        assert waiting.link
        assert "Disconnected due to inactivity after 1s." in waiting.finish()[1]
        with pytest.raises(psycopg.Error, match="not registered"):
            tell(proxy.told, login(waiting.id, FakeDatabase))
    shutil.rmtree(folder, ignore_errors=True)


class FakeDatabase:
    port = 1


def test_a_callback_at_the_wrong_proxy_finds_its_session(own_fleet, mgmt_token, database):
    with Guest(own_fleet, "link-a", *link_options(mgmt_token)) as first, \
            Guest(own_fleet, "link-b", *link_options(mgmt_token)) as second:
        eventually(lambda: {"link-a", "link-b"} <= set(own_fleet.members(0)[0]), 30, "the guests")
        eventually(second.agrees, 30, "the guests that agree")
        waiting = Waiting(first.told["postgres"].rsplit(":", 1)[1])
        eventually(lambda: tells(second.told, login(waiting.id, database)), 30, "the callback")
        output, said = waiting.finish()
        assert output == "demo\n", said


def tells(told, query):
    try:
        return tell(told, query) == ("ok",)
    except psycopg.Error:
        return False


def test_without_a_token_there_are_no_callbacks(control_plane):
    folder = new_folder()
    proxy = LoneProxy(folder, control_plane, "--auth-backend", "link", "--mgmt", "127.0.0.1:0")
    done = subprocess.run([str(word) for word in proxy.command], capture_output=True, text=True, timeout=30)
    assert done.returncode != 0 and "--mgmt-token-file" in done.stderr
    shutil.rmtree(folder, ignore_errors=True)
