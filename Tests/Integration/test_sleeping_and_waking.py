"""Databases that nobody uses stop; the first to come wakes them, once."""
import asyncio

import psycopg


def test_an_idle_database_stops_and_comes_back_with_its_table(fleet):
    with fleet.connect() as connection:
        connection.execute("create table if not exists nap (n int)")
        connection.execute("insert into nap values (7)")
    fleet.wait_until_asleep()
    with fleet.connect(proxy=1) as connection:
        assert connection.execute("select n from nap").fetchone() == (7,)
    with fleet.connect() as connection:
        connection.execute("drop table nap")


def test_a_database_in_use_does_not_stop(fleet):
    with fleet.connect() as connection:
        first = fleet.postmasters()
        connection.execute("select pg_sleep(7)")  # More than twice the idle time.
        assert fleet.postmasters() == first


def test_two_hundred_clients_wake_a_cold_endpoint_once(own_fleet):
    wakes, starts = own_fleet.wakes(), own_fleet.starts()

    async def one(proxy):
        connection = await psycopg.AsyncConnection.connect(**own_fleet.conninfo(proxy))
        async with connection:
            return await (await connection.execute("select 1")).fetchone()

    async def everybody():
        return await asyncio.gather(*(one(number % 2) for number in range(200)))

    assert asyncio.run(everybody()) == [(1,)] * 200
    assert own_fleet.wakes() - wakes == 1
    assert own_fleet.starts() - starts == 1


def test_each_endpoint_wakes_alone(fleet):
    created = fleet.admin("endpoint", "create", "second")
    known = {"user": created["user"], "password": created["password"], "dbname": created["database"]}
    base = fleet.conninfo() | known | {"host": "second.localtest.me"}
    with psycopg.connect(**base) as connection:
        assert connection.execute("select current_database()").fetchone() == (created["database"],)
    names = [endpoint["name"] for endpoint in fleet.admin("endpoints")["endpoints"]]
    assert names == sorted(names) and {"demo", "second"} <= set(names)


def test_the_endpoint_may_be_named_in_options(fleet):
    options = fleet.conninfo(host="127.0.0.1", options="endpoint=demo", sslmode="verify-ca", sslsni=0)
    with psycopg.connect(**options) as connection:
        assert connection.execute("select 1").fetchone() == (1,)
