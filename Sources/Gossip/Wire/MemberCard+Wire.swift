extension MemberCard {
    /// name, process 8, epoch, incarnation, address family 1 + bytes + port 2, grpc, flags 1, key ids, sending key 1,
    /// wake version 1. Texts and counts are led by a varint.
    func write(to writer: inout WireWriter) {
        writer.text(name.name)
        writer.u64(process.bits)
        writer.varint(epoch)
        writer.varint(incarnation)
        address.write(to: &writer)
        writer.text(grpc)
        writer.byte(isDraining ? 1 : 0)
        writer.blob(keyIDs)
        writer.byte(sendingKeyID)
        writer.byte(wakeVersion)
    }

    init(from reader: inout WireReader) throws(MalformedGossip) {
        let name = MemberID(try reader.text(limit: Self.nameLimit))
        let process = ProcessID(bits: try reader.u64())
        let epoch = try reader.varint()
        let incarnation = try reader.varint()
        let address = try MemberAddress(from: &reader)
        let grpc = try reader.text(limit: Self.grpcLimit)
        // Flags of a later version are not ours to judge.
        let isDraining = try reader.byte() & 1 == 1
        let keyIDs = Array(try reader.blob(limit: Self.keyIDLimit))
        let sendingKeyID = try reader.byte()
        let wakeVersion = try reader.byte()
        self.init(
            name: name, process: process, epoch: epoch, incarnation: incarnation, address: address, grpc: grpc,
            isDraining: isDraining, keyIDs: keyIDs, sendingKeyID: sendingKeyID, wakeVersion: wakeVersion)
        guard isWithinLimits else { throw .badCard }
    }
}

extension MemberAddress {
    func write(to writer: inout WireWriter) {
        writer.byte(isIPv6 ? 6 : 4)
        writer.bytes += bytes
        writer.u16(port)
    }

    init(from reader: inout WireReader) throws(MalformedGossip) {
        let family = try reader.byte()
        guard family == 4 || family == 6 else { throw .badAddress }
        var bytes: [UInt8] = []
        for _ in 0..<(family == 4 ? 4 : 16) { bytes.append(try reader.byte()) }
        guard let address = MemberAddress(bytes: bytes, port: try reader.u16()) else { throw .badAddress }
        self = address
    }
}
