import NIOCore
import Testing

@testable import Transport

@Suite struct SpareBufferTests {
    @Test func `what was given back is lent again, empty`() {
        let spare = SpareBuffer()
        var first = spare.take(minimumCapacity: 5000)
        first.writeString("mine")
        let place = first.withUnsafeReadableBytes { UInt(bitPattern: $0.baseAddress) }
        spare.giveBack(first)
        first = ByteBuffer()
        var second = spare.take(minimumCapacity: 5000)
        #expect(second.readableBytes == 0)
        second.writeString("yours")
        #expect(second.withUnsafeReadableBytes { UInt(bitPattern: $0.baseAddress) } == place)
    }

    @Test func `what somebody still holds stays as it is`() {
        let spare = SpareBuffer()
        var held = spare.take(minimumCapacity: 5000)
        held.writeString("mine")
        spare.giveBack(held)
        var other = spare.take(minimumCapacity: 5000)
        other.writeString("yours")
        #expect(String(buffer: held) == "mine")
        #expect(String(buffer: other) == "yours")
    }

    @Test func `it grows to what is asked for`() {
        let spare = SpareBuffer()
        spare.giveBack(ByteBuffer(string: "small"))
        #expect(spare.take(minimumCapacity: 100_000).capacity >= 100_000)
    }
}
