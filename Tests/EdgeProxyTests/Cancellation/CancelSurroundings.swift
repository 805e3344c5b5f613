import EdgeProxy
import Gossip
import Logging
import PostgresWire
import TLSEngine
import Transport

/// What a cancel desk has around it in a test; alone in the world unless told otherwise.
struct CancelSurroundings: Sendable {
    var owner = CancelOwner(MemberID("proxy-a"), process: ProcessID(bits: 1))
    var keyring = CancelKeyring(CancelTokenKeys(secret: Array("shared by the fleet".utf8)))
    var peers: any CancelPeers = NoCancelPeers()
    var rules = CancelRules()
    var limits = CancelGate.Limits()

    func desk(tls: TLSContext?, metrics: EdgeMetrics, logger: Logger) -> CancelDesk {
        CancelDesk(
            registry: CancelRegistry(owner: owner, keyring: keyring), peers: peers, rules: rules,
            gate: CancelGate(limits: limits), tls: tls, metrics: metrics, logger: logger)
    }
}
