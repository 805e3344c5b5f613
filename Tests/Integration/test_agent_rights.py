"""Rights that the agent's role loses while Postgres serves: told, no reason to stop anything, and over when they come back."""
import psycopg
import pytest

from lone_agent import verifier
from test_agent_states import HeldAgent, spec
from waiting import eventually


@pytest.fixture
def agent(folder):
    agent = HeldAgent(folder)
    yield agent
    agent.close()


def superuser(agent, user, password):
    return psycopg.connect(host="127.0.0.1", port=agent.port, user=user, password=password, dbname="postgres", sslmode="require",
                           autocommit=True)


def test_rights_that_are_lost_are_told_and_come_back(agent):
    agent.start()
    assert agent.call("POST", "/configure", spec())[0] == 200
    password = (agent.folder / "pgdata.admin-password").read_text()
    with superuser(agent, "cloud_admin", password) as session:
        session.execute("create role boss superuser login password 'secret'")
    postmaster = agent.postmaster()

    def status():
        return agent.call("GET", "/status")[1]

    def missing():
        page = agent.call("GET", "/metrics", token="")[1]
        return [right for right in ("pg_read_all_stats", "pg_authid", "superuser")
                if f'sidecar_agent_right_missing{{right="{right}"}} 1' in page]

    def change(name):
        text = spec()
        text["spec"]["cluster"]["roles"].append({"name": name, "encrypted_password": verifier(b"secret")})
        return text
    eventually(lambda: agent.ask_grpc("RoleSecrets/Get") == 0, 10, "an answer about a role")
    eventually(lambda: status()["last_active_reason"] == "idle", 20, "an idle compute")
    assert missing() == [] and status()["error"] is None

    with superuser(agent, "boss", "secret") as boss, agent.session() as client:
        boss.execute("alter role cloud_admin nosuperuser")
        eventually(lambda: missing() == ["pg_read_all_stats", "superuser"], 20, "what it may not do any more")
        words = "lacks rights: pg_read_all_stats (nobody can tell who is served), superuser ("
        eventually(lambda: words in (status()["error"] or ""), 10, "what the status says of it")
        said = status()
        # Nobody can tell who is served, so nobody says that nobody is; and who is served is served on.
        assert (said["status"], said["last_active_reason"]) == ("running", "unknown"), said
        assert agent.call("GET", "/readyz", token="") == (200, "ok\n")
        assert agent.log.read_text().count('"the agent\'s role lacks rights"') == 1
        # What owns a table may read it.
        assert agent.ask_grpc("RoleSecrets/Get") == 0
        boss.execute("revoke select on pg_authid from cloud_admin")
        eventually(lambda: len(missing()) == 3, 20, "that it cannot read secrets")
        eventually(lambda: "pg_authid (proxies cannot be told of roles)" in (status()["error"] or ""), 10, "what the status says of it")
        # The view reads what its owner may not any more.
        ours = "select count(*) from pg_stat_get_activity(null) where usesysid = 'cloud_admin'::regrole"
        for _ in range(20):
            assert agent.ask_grpc("RoleSecrets/Get") == 14
        eventually(lambda: boss.execute(ours).fetchone()[0] < 5, 10, "the end of each session that was refused")
        # A change says why it cannot be, and changes nothing.
        code, answer = agent.call("POST", "/configure", change("another"))
        assert code == 500 and "permission denied" in answer["error"], answer
        eventually(lambda: "permission denied" in status()["error"] and "lacks rights" in status()["error"], 20, "both flaws")
        # Nor is a setting changed, neither in the files nor in the server that has read them again.
        conf = agent.folder / "pgdata" / "postgresql.conf"
        before = conf.read_text()
        code, answer = agent.call("POST", "/configure", spec(("work_mem", "7777kB", "string")))
        assert code == 500 and "permission denied" in answer["error"], answer
        assert conf.read_text() == before and not list(conf.parent.glob("*.former"))
        with superuser(agent, "boss", "secret") as other:
            assert other.execute("show work_mem").fetchone() == ("4MB",)
        assert client.execute("select 1").fetchone() == (1,) and agent.postmaster() == postmaster

        boss.execute("alter role cloud_admin superuser")
        boss.execute("grant select on pg_authid to cloud_admin")
        eventually(lambda: missing() == [], 20, "its rights again")
        eventually(lambda: "lacks rights" not in (status()["error"] or ""), 10, "no flaw but the change that failed")
        assert "permission denied" in status()["error"]
        assert "the agent's role has its rights again" in agent.log.read_text()
        eventually(lambda: agent.ask_grpc("RoleSecrets/Get") == 0, 10, "an answer about a role again")
        eventually(lambda: status()["last_active_reason"] == "idle", 20, "an idle compute again")
        # A role that may not even log in is noticed when it has to, and it serves on.
        boss.execute("alter role cloud_admin nologin")
        boss.execute("select pg_terminate_backend(pid) from pg_stat_activity where usename = 'cloud_admin'")
        eventually(lambda: len(missing()) == 3, 20, "that it is kept out")
        assert "lacks rights" in status()["error"] and status()["last_active_reason"] == "unknown"
        assert client.execute("select 1").fetchone() == (1,) and agent.postmaster() == postmaster
        boss.execute("alter role cloud_admin login")
        eventually(lambda: missing() == [], 20, "that it is let in again")
        # What could not be changed can be now.
        text = change("another")
        text["spec"]["cluster"]["settings"].append({"name": "work_mem", "value": "7777kB", "vartype": "string"})
        assert agent.call("POST", "/configure", text)[0] == 200
        with superuser(agent, "boss", "secret") as other:
            assert other.execute("show work_mem").fetchone() == ("7777kB",)
        assert status()["error"] is None
        assert boss.execute("select count(*) from pg_roles where rolname = 'another'").fetchone() == (1,)
    assert agent.postmaster() == postmaster
    status, answer = agent.call("POST", "/terminate")
    assert status == 200 and answer["lsn"], answer
