/// Deaths of processes that are not known here, so that their late introduction does not bring them in.
struct Obituaries: Sendable {
    private static let limit = 1024
    private var incarnations: [ProcessID: UInt64] = [:]
    private var order = Fifo<ProcessID>()

    subscript(process: ProcessID) -> UInt64? { incarnations[process] }

    mutating func note(_ process: ProcessID, incarnation: UInt64) {
        if let known = incarnations[process] {
            incarnations[process] = max(known, incarnation)
            return
        }
        incarnations[process] = incarnation
        order.append(process)
        if order.count > Self.limit, let oldest = order.popFirst() { incarnations[oldest] = nil }
    }
}
