"""What it costs to begin a session: TLS, SCRAM, a login at the database, one select, the end."""
import relaying
from report import Column, Samples
from rig import SIDECAR

CLIENTS = 4


def sessions(options, rig, _):
    relaying.fill(rig)
    samples = Samples(Column("sessions per CPU-s", 0), Column("user ms each", 2), Column("sessions/s", 0))
    # Used once and closed: a new server connection for each client, as ours.
    ways = [rig.through_sidecar(True), rig.through_pgbouncer(True, lines=["server_lifetime = 0"])]
    each = options.sessions // CLIENTS
    words = ["-n", "-C", "-S", "-c", str(CLIENTS), "-j", "2"]
    for way in ways:
        relaying.run(way, "pgbench", *words, "-t", "5")
    for turn in range(options.rounds):
        for way in relaying.rotated(ways, turn):
            before = relaying.times(way)
            output = relaying.run(way, "pgbench", *words, "-t", str(each))
            used, user = (now - then for now, then in zip(relaying.times(way), before))
            rate = float(output.split("tps = ")[1].split()[0])
            samples.add(way.name, each * CLIENTS / used, 1000 * user / (each * CLIENTS), rate)
    return samples.table(f"New sessions: TLS, SCRAM, login, one select; {each * CLIENTS} a round", SIDECAR)
