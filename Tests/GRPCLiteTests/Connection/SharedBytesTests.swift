import Testing

@testable import GRPCLite

/// Who lets go when all connections together hold too much.
@Suite struct SharedBytesTests {
    private let whole = SharedBytes(limit: 10)

    @Test func `one that is asked while it goes leaves the turn to the others`() {
        let (gone, other) = (SharedBytesPart(of: whole), SharedBytesPart(of: whole))
        gone.set(20)
        #expect(gone.takeExcess() == 10)
        // Chosen once more by another loop, which asks a moment too late.
        gone.leave()
        gone.ask()
        #expect(gone.takeExcess() == 0)
        other.set(30)
        #expect(other.takeExcess() == 40)
    }

    @Test func `one that goes when it was asked leaves the turn to the others`() {
        let (gone, other) = (SharedBytesPart(of: whole), SharedBytesPart(of: whole))
        gone.set(20)
        gone.leave()
        other.set(5)
        #expect(other.takeExcess() == 15)
    }
}
