// What goes into the plan of a channel, and what comes out.
extension ChannelPlan {
    package struct Configuration: Sendable {
        package var policy = PickPolicy.pickFirst
        package var backoff = ConnectBackoff()
        /// From one resolution to the next, whatever happens.
        package var resolutionInterval: Duration = .seconds(30)
        /// Connections to one address that may be lost in a row, each within `backoff.initial` and before any answer, without
        /// a pause: a server that goes just when somebody comes is replaced at once.
        package var fruitlessLimit = 2
        /// Addresses used of those that a name has; the rest is ignored.
        package var addressLimit = 64

        package init() {}
    }

    package enum Event {
        /// A call wants a connection.
        case callArrived
        case resolved([Address])
        case resolutionFailed
        /// The server has sent its SETTINGS.
        case connected(SubchannelID)
        /// An attempt has come to nothing.
        case connectFailed(SubchannelID)
        /// A ready connection takes no more calls: it broke, or was told to go away.
        /// - wasUsed: a call has had an answer on it.
        case lost(SubchannelID, wasUsed: Bool)
        case timerFired(Timer)
        case shutDown
    }

    package enum Timer: Hashable, Sendable {
        case backoff(SubchannelID)
        case resolution
    }

    package enum Action: Equatable {
        case resolve
        case connect(SubchannelID, Address, within: Duration)
        /// Replaces the one that is armed.
        case arm(Timer, after: Duration)
        case disarm(Timer)
        /// The connection, or the attempt, is not wanted any more; its calls may end.
        case release(SubchannelID)
        /// Whoever waits for a connection should ``pick()`` again.
        case stateChanged(ChannelState)
    }

    package enum Pick: Equatable {
        case use(SubchannelID)
        case wait
        case fail
    }
}
