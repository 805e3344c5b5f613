extension GossipNode {
    /// One datagram being answered: what goes back to its sender travels together.
    struct Exchange {
        let address: MemberAddress
        let sender: ProcessID
        var reply: [GossipPart] = []
    }

    mutating func received(_ bytes: [UInt8], from address: MemberAddress, sender: ProcessID) {
        count.datagramsReceived += 1
        count.bytesReceived += UInt64(bytes.count)
        // My own old address in somebody's list.
        guard sender != card.process else { return }
        let parts: [GossipPart]
        do {
            parts = try GossipPacket.parts(of: bytes, hash: hash, limit: configuration.plaintextBudget)
        } catch {
            malformed(error, from: sender)
            return
        }
        var exchange = Exchange(address: address, sender: sender)
        for part in parts { take(part, in: &exchange) }
        warnIfDead(&exchange)
        send(exchange.reply, to: address, receiver: sender)
    }

    private mutating func take(_ part: GossipPart, in exchange: inout Exchange) {
        switch part {
        case .ping(let sequence, let target, let round, let root):
            pinged(sequence, target: target, round: round, root: root, in: &exchange)
        case .ack(let sequence, let root): acked(sequence, root: root, by: exchange.sender)
        case .pingRequest(let sequence, let target, let patience):
            askedToPing(target, sequence: sequence, patience: patience, in: &exchange)
        case .nack(let sequence): nacked(sequence, by: exchange.sender)
        case .vouch(let sequence): vouched(sequence, by: exchange.sender)
        case .hello(let card):
            met(card, in: &exchange)
            exchange.reply.append(.welcome(self.card))
        case .welcome(let card): met(card, in: &exchange)
        case .whoAreYou: exchange.reply.append(.welcome(card))
        case .predecessor(let epoch): heardOfPredecessor(epoch: epoch)
        case .news(let age, let body): heard(body, age: age, wasToldToAll: false, in: &exchange)
        case .newsToAll(let age, let body): heard(body, age: age, wasToldToAll: true, in: &exchange)
        case .announce(let ids): announced(ids, in: &exchange)
        case .pull(let ids): pulled(ids, in: &exchange)
        }
    }

    mutating func malformed(_ reason: MalformedGossip, from sender: ProcessID) {
        count.datagramsMalformed += 1
        // One line a second says it as well as a thousand.
        if let last = lastMalformedTold, last + .seconds(1) > now { return }
        lastMalformedTold = now
        tell(.malformed(reason, from: sender))
    }

    /// In as few datagrams as the budget allows.
    mutating func send(_ parts: [GossipPart], to address: MemberAddress, receiver: ProcessID?) {
        guard !parts.isEmpty else { return }
        var packet = GossipPacket(budget: configuration.plaintextBudget)
        for part in parts where !packet.append(part) {
            send(packet.sealed(with: hash), to: address, receiver: receiver)
            packet = GossipPacket(budget: configuration.plaintextBudget)
            packet.append(part)
        }
        if !packet.isEmpty { send(packet.sealed(with: hash), to: address, receiver: receiver) }
    }

    mutating func send(_ bytes: [UInt8], to address: MemberAddress, receiver: ProcessID?) {
        count.datagramsSent += 1
        count.bytesSent += UInt64(bytes.count)
        outbox.append(.send(bytes, to: address, receiver: receiver))
    }

    mutating func send(_ parts: [GossipPart], to slot: MemberTable.Slot) {
        guard let address = table.address(slot), let process = table.process(slot) else { return }
        send(parts, to: address, receiver: process)
    }
}
