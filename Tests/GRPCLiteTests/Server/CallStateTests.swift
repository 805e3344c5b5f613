import Testing

@testable import GRPCLite

/// Every event in every state.
@Suite struct CallStateTests {
    typealias Event = CallState.Event
    typealias Steps = CallState.Steps

    /// How each state is reached from the beginning.
    private enum Start: CaseIterable {
        case collecting, collected, serving, speaking, answeredAlone, answeredAfterHeaders, closed

        var state: CallState {
            var state = CallState(isUnary: [.collecting, .collected].contains(self))
            let events: [Event] =
                switch self {
                case .collecting, .serving: []
                case .collected: [.messageArrived]
                case .speaking: [.handlerSpoke]
                case .answeredAlone: [.handlerEnded]
                case .answeredAfterHeaders: [.handlerSpoke, .handlerEnded]
                case .closed: [.streamClosed]
                }
            for event in events { _ = state.handle(event) }
            return state
        }
    }

    private static let table: [(Start, [Event: (Steps, CallState.Phase)])] = [
        (
            .collecting,
            [
                .messageArrived: (.keep, .collecting(hasMessage: true)),
                .requestEnded: ([.startStreaming, .endRequests], .serving),
                .handlerSpoke: ([], .collecting(hasMessage: false)),
                .handlerReplied: ([], .collecting(hasMessage: false)),
                .handlerEnded: ([], .collecting(hasMessage: false)),
                .brokenOff: (.sendTrailersOnly, .answered),
                .deadlinePassed: (.sendTrailersOnly, .answered),
                .streamClosed: ([], .closed),
            ]
        ),
        (
            .collected,
            [
                .messageArrived: ([.startStreaming, .deliver], .serving),
                .requestEnded: (.startUnary, .serving),
                .handlerSpoke: ([], .collecting(hasMessage: true)),
                .handlerReplied: ([], .collecting(hasMessage: true)),
                .handlerEnded: ([], .collecting(hasMessage: true)),
                .brokenOff: (.sendTrailersOnly, .answered),
                .deadlinePassed: (.sendTrailersOnly, .answered),
                .streamClosed: ([], .closed),
            ]
        ),
        (
            .serving,
            [
                .messageArrived: (.deliver, .serving),
                .requestEnded: (.endRequests, .serving),
                .handlerSpoke: ([.sendHeaders, .sendMessage], .serving),
                .handlerReplied: ([.sendHeaders, .sendMessage, .sendTrailers], .answered),
                .handlerEnded: (.sendTrailersOnly, .answered),
                .brokenOff: ([.abandonHandler, .sendTrailersOnly], .answered),
                .deadlinePassed: ([.abandonHandler, .sendTrailersOnly], .answered),
                .streamClosed: (.abandonHandler, .closed),
            ]
        ),
        (
            .speaking,
            [
                .messageArrived: (.deliver, .serving),
                .requestEnded: (.endRequests, .serving),
                .handlerSpoke: (.sendMessage, .serving),
                .handlerReplied: ([.sendMessage, .sendTrailers], .answered),
                .handlerEnded: (.sendTrailers, .answered),
                .brokenOff: ([.abandonHandler, .sendTrailers], .answered),
                .deadlinePassed: ([.abandonHandler, .sendTrailersOrReset], .answered),
                .streamClosed: (.abandonHandler, .closed),
            ]
        ),
        (.answeredAlone, answered(late: [])),
        (.answeredAfterHeaders, answered(late: .reset)),
        (.closed, Dictionary(uniqueKeysWithValues: Event.allCases.map { ($0, ([], .closed)) })),
    ]

    /// - Parameter late: what a deadline does that passes now.
    private static func answered(late: Steps) -> [Event: (Steps, CallState.Phase)] {
        var row: [Event: (Steps, CallState.Phase)] = [:]
        for event in Event.allCases { row[event] = ([], .answered) }
        row[.deadlinePassed] = (late, .answered)
        row[.streamClosed] = ([], .closed)
        return row
    }

    @Test func `every event in every state`() {
        #expect(Self.table.map(\.0) == Start.allCases)
        for (start, row) in Self.table {
            for event in Event.allCases {
                guard let (steps, phase) = row[event] else {
                    Issue.record("\(start), \(event): nothing is expected")
                    continue
                }
                var state = start.state
                #expect(state.handle(event) == steps, "\(start), \(event)")
                #expect(state.phase == phase, "\(start), \(event)")
            }
        }
    }

    @Test func `headers leave once`() {
        var state = CallState(isUnary: false)
        #expect(!state.areHeadersSent)
        #expect(state.handle(.handlerSpoke).contains(.sendHeaders))
        #expect(state.areHeadersSent)
        #expect(!state.handle(.handlerSpoke).contains(.sendHeaders))
    }
}
