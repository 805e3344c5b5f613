internal import Gossip

/// Carries out what the schedule says.
extension Fleet {
    func beginFault(_ number: Int) {
        let fault = configuration.schedule.faults[number]
        activeFaults += 1
        note(20, host: number)
        say(nil, "BEGINS \(fault)")
        network.begin(fault, number: number)
        switch fault.kind {
        case .bitFlips: isBitFlipping += 1
        case .pause(let host): pause(host)
        case .slowness(let host, let perSecond):
            members[host].cost = Span(nanoseconds: 1_000_000_000 / UInt64(max(1, perSecond)))
        case .crash(let host, let how): crash(host, how)
        case .massRestart(let within, let how):
            for host in members.indices { crash(host, how, backAfter: .milliseconds(10) + dice.span(.zero, within)) }
        case .addressReuse(let host): giveAddressAway(of: host)
        case .leave(let host): leave(host)
        case .resync(let host):
            // What it has forgotten it may learn again, oldest first.
            members[host].ledger = MemberLedger()
            handle(.resyncWanted, at: host)
            // The shell's part: agents are made to report anew, for it may have been the only one to know.
            agentsLostProxy(host)
        case .clockOffset(let host, let seconds): members[host].clock.wallOffset = seconds
        case .clockDrift(let host, let partsPerMillion):
            members[host].clock.drift(partsPerMillion: partsPerMillion, from: now)
            members[host].timerAt = .never
            rearm(host)
        case .keyRotation(let step): beginKeyRotation(stepEvery: step)
        case .names(let trouble): names.trouble = trouble
        case .controlPlane(let trouble): workload.controlPlane.trouble = trouble
        case .computeCrash(let endpoint): crashCompute(endpoint)
        default: break
        }
    }

    func endFault(_ number: Int) {
        let fault = configuration.schedule.faults[number]
        activeFaults -= 1
        note(21, host: number)
        say(nil, "ENDS \(fault)")
        network.end(number)
        switch fault.kind {
        case .bitFlips: isBitFlipping -= 1
        case .pause(let host): resume(host)
        case .slowness(let host, _):
            members[host].cost = .zero
        case .clockOffset(let host, _): members[host].clock.wallOffset = 0
        case .clockDrift(let host, _):
            members[host].clock.drift(partsPerMillion: 0, from: now)
            members[host].timerAt = .never
            rearm(host)
        case .names: names.trouble = nil
        case .controlPlane: workload.controlPlane.trouble = nil
        default: break
        }
    }

    /// The host dies; a pod of another cluster gets its address, and it comes back with another one.
    private func giveAddressAway(of host: Int) {
        addresses.giveAway(members[host].address)
        crash(host, .withNewID)
        members[host].address = addresses.assign(host)
    }

    // MARK: - Keys

    /// Install everywhere, send with it everywhere, remove the old one everywhere: each step at each host in its time.
    private func beginKeyRotation(stepEvery pause: Span) {
        // One at a time, as an operator would.
        guard now >= keysTurnUntil else { return }
        keysTurnUntil = now + pause * 6
        for step in 0..<3 {
            for host in members.indices {
                let start = pause * (2 * Double(step))
                queue.schedule(.keysDue(step: step, host: host), at: now + start + dice.span(.zero, pause))
            }
        }
        lastFaultEnd = max(lastFaultEnd, keysTurnUntil)
    }

    func turnKeys(step: Int, of host: Int) {
        let old = members[host].keyIDs[0]
        let new = old == .max ? 1 : old + 1
        switch step {
        case 0: members[host].keyIDs = [old, new]
        case 1: members[host].sendingKeyID = new
        default: members[host].keyIDs = [members[host].sendingKeyID]
        }
        say(host, "holds keys \(members[host].keyIDs), sends with \(members[host].sendingKeyID)")
        handle(.keysChanged(keyIDs: members[host].keyIDs, sending: members[host].sendingKeyID), at: host)
    }
}
