extension Fact {
    private static let runningCode: UInt8 = 0
    private static let unreachableCode: UInt8 = 1
    private static let endedCode: UInt8 = 2
    private static let secretsCode: UInt8 = 16

    /// code 1, endpoint, then generation, sequence and (running) the place; or the revision.
    func write(to writer: inout WireWriter) {
        switch self {
        case .endpoint(let fact):
            switch fact.phase {
            case .running: writer.byte(Self.runningCode)
            case .unreachable: writer.byte(Self.unreachableCode)
            case .ended: writer.byte(Self.endedCode)
            }
            writer.text(fact.endpoint.text)
            writer.varint(fact.version.generation)
            writer.varint(fact.version.sequence)
            guard case .running(let place) = fact.phase else { return }
            writer.text(place.address)
            writer.text(place.serverName)
            writer.text(place.computeID)
        case .secrets(let fact):
            writer.byte(Self.secretsCode)
            writer.text(fact.endpoint.text)
            writer.varint(fact.revision)
        }
    }

    init(from reader: inout WireReader) throws(MalformedGossip) {
        let code = try reader.byte()
        guard let endpoint = EndpointName(try reader.text(limit: EndpointName.lengthLimit)) else {
            throw .badEndpointName
        }
        guard code != Self.secretsCode else {
            self = .secrets(SecretsFact(endpoint: endpoint, revision: try reader.varint()))
            return
        }
        let version = FactVersion(generation: try reader.varint(), sequence: try reader.varint())
        let phase: EndpointFact.Phase
        switch code {
        case Self.runningCode:
            phase = .running(
                ComputePlace(
                    address: try reader.text(limit: ComputePlace.textLimit),
                    serverName: try reader.text(limit: ComputePlace.textLimit),
                    computeID: try reader.text(limit: ComputePlace.textLimit)))
        case Self.unreachableCode: phase = .unreachable
        case Self.endedCode: phase = .ended
        default: throw .badPhase(code)
        }
        self = .endpoint(EndpointFact(endpoint: endpoint, version: version, phase: phase))
    }
}
