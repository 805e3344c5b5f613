extension Fact {
    private static let runningCode: UInt8 = 0
    private static let unreachableCode: UInt8 = 1
    private static let endedCode: UInt8 = 2
    /// As running, and where the agent answers.
    private static let runningWithAgentCode: UInt8 = 3
    private static let secretsCode: UInt8 = 16

    /// code 1, endpoint, then generation, sequence and (running) the place, to which the agent's may belong; or the
    /// revision.
    func write(to writer: inout WireWriter) {
        switch self {
        case .endpoint(let fact):
            switch fact.phase {
            case .running(let place):
                writer.byte(place.agentAddress.isEmpty ? Self.runningCode : Self.runningWithAgentCode)
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
            if !place.agentAddress.isEmpty { writer.text(place.agentAddress) }
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
        case Self.runningCode, Self.runningWithAgentCode:
            var place = ComputePlace(
                address: try reader.text(limit: ComputePlace.textLimit),
                serverName: try reader.text(limit: ComputePlace.textLimit),
                computeID: try reader.text(limit: ComputePlace.textLimit))
            if code == Self.runningWithAgentCode {
                place.agentAddress = try reader.text(limit: ComputePlace.textLimit)
            }
            phase = .running(place)
        case Self.unreachableCode: phase = .unreachable
        case Self.endedCode: phase = .ended
        default: throw .badPhase(code)
        }
        self = .endpoint(EndpointFact(endpoint: endpoint, version: version, phase: phase))
    }
}
