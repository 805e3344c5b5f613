import Testing

@testable import GRPCLite

/// Every event in every state.
@Suite struct ClientCallStateTests {
    typealias Event = ClientCallState.Event
    typealias Steps = ClientCallState.Steps
    typealias Phase = ClientCallState.Phase

    private static let refusal: Steps = [.dropUnread, .tellEnd, .cancelStream]

    private static let table: [(Phase, [Event: (Steps, Phase)])] = [
        (
            .awaitingHeaders,
            [
                .interimArrived: ([], .awaitingHeaders),
                .headersArrived: (.commit, .answering),
                .dataArrived: (refusal, .over),
                .statusArrived: ([.tellEnd, .releaseStream], .over),
                .answerRefused: (refusal, .over),
                .endedWithoutStatus: ([.tellEnd, .releaseStream], .over),
                .refusedByServer: ([.handBack, .tellEnd], .over),
                .neverLeft: ([.handBack, .tellEnd, .cancelStream], .over),
                .resetByServer: (.tellEnd, .over),
                .deadlinePassed: (refusal, .over),
                .cancelled: (refusal, .over),
                .connectionLost: (.tellEnd, .over),
            ]
        ),
        (
            .answering,
            [
                .interimArrived: ([], .answering),
                .headersArrived: (refusal, .over),
                .dataArrived: (.deliver, .answering),
                .statusArrived: ([.tellEnd, .releaseStream], .over),
                .answerRefused: (refusal, .over),
                .endedWithoutStatus: ([.tellEnd, .releaseStream], .over),
                .refusedByServer: (.tellEnd, .over),
                .neverLeft: (.tellEnd, .over),
                .resetByServer: (.tellEnd, .over),
                .deadlinePassed: (refusal, .over),
                .cancelled: (refusal, .over),
                .connectionLost: (.tellEnd, .over),
            ]
        ),
        (.over, Dictionary(uniqueKeysWithValues: Event.allCases.map { ($0, ([], .over)) })),
    ]

    private static func state(_ phase: Phase) -> ClientCallState {
        var state = ClientCallState()
        switch phase {
        case .awaitingHeaders: break
        case .answering: _ = state.handle(.headersArrived)
        case .over: _ = state.handle(.cancelled)
        }
        return state
    }

    @Test func `every event in every state`() {
        for (phase, row) in Self.table {
            for event in Event.allCases {
                guard let (steps, next) = row[event] else {
                    Issue.record("\(phase), \(event): nothing is expected")
                    continue
                }
                var state = Self.state(phase)
                #expect(state.phase == phase)
                #expect(state.handle(event) == steps, "\(phase), \(event)")
                #expect(state.phase == next, "\(phase), \(event)")
            }
        }
    }

    @Test func `whoever is told of an end is told once, whatever happens in whatever order`() {
        for first in Event.allCases {
            for second in Event.allCases {
                for third in Event.allCases {
                    var state = ClientCallState()
                    let ends = [first, second, third].filter { state.handle($0).contains(.tellEnd) }
                    #expect(ends.count <= 1)
                    #expect((state.phase == .over) == (ends.count == 1))
                }
            }
        }
    }
}
