import NIOCore
import Testing

@testable import Transport

@Suite struct OutputRoomTests {
    private func fill(_ room: OutputRoom) -> ByteBuffer? {
        room.fill { span in
            while span.freeCapacity > 0 { span.append(1, as: UInt8.self) }
        }
    }

    @Test func `where many share it, none puts out as much`() {
        let room = OutputRoom()
        room.connections = 32
        #expect(fill(room)?.readableBytes == 256 * 1024)
        room.connections = 33
        #expect(fill(room)?.readableBytes == 64 * 1024)
        room.connections = 1
        #expect(fill(room)?.readableBytes == 256 * 1024)
    }

    @Test func `what is still held is left as it is`() {
        let room = OutputRoom()
        let held = fill(room)
        let empty = room.fill { _ in }
        #expect(empty == nil)
        #expect(held?.readableBytes == 256 * 1024)
    }
}
