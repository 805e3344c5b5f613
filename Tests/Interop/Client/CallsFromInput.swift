import Foundation
import GRPCLite
import SidecarAPI
import Synchronization

/// Makes the calls that standard input asks for, a line of JSON each, all at the same time, and reports each with a line.
struct CallsFromInput: Sendable {
    private static let service = "/grpc.testing.TestService/"
    private static let writing = Mutex(())

    let channel: any GRPCChannel
    let offences: OffenceCounters

    func run() async throws {
        await withDiscardingTaskGroup { group in
            for await line in Self.lines() {
                group.addTask { await answer(line) }
            }
        }
    }

    /// Standard input blocks, so that a thread of its own reads it.
    private static func lines() -> AsyncStream<String> {
        let (lines, line) = AsyncStream.makeStream(of: String.self)
        Thread.detachNewThread {
            while let text = readLine() { line.yield(text) }
            line.finish()
        }
        return lines
    }

    private func answer(_ line: String) async {
        let coding = (decoder: JSONDecoder(), encoder: JSONEncoder())
        coding.decoder.keyDecodingStrategy = .convertFromSnakeCase
        coding.encoder.keyEncodingStrategy = .convertToSnakeCase
        do {
            let order = try coding.decoder.decode(CallOrder.self, from: Data(line.utf8))
            let report = try coding.encoder.encode(await report(on: order))
            Self.writing.withLock { _ in FileHandle.standardOutput.write(report + Data("\n".utf8)) }
        } catch {
            FileHandle.standardError.write(Data("\(line): \(error)\n".utf8))
        }
    }

    private func report(on order: CallOrder) async -> CallReport {
        var report = CallReport(id: order.id)
        let began = ContinuousClock.now
        do {
            switch order.method {
            case "UnaryCall":
                try await play(order, [order.unary], GRPCTesting.SimpleResponse.self, &report) {
                    $0.payload?.body.count ?? 0
                }
            case "StreamingInputCall":
                try await play(order, order.input, GRPCTesting.StreamingInputCallResponse.self, &report) {
                    Int($0.aggregatedPayloadSize)
                }
            default:
                try await play(order, order.output, GRPCTesting.StreamingOutputCallResponse.self, &report) {
                    $0.payload?.body.count ?? 0
                }
            }
        } catch let status as GRPCStatus {
            (report.code, report.message) = (status.code.rawValue, status.message)
            report.details = Data(status.details).base64EncodedString()
        } catch {
            (report.code, report.message) = (-1, "\(error)")
        }
        report.offences = Dictionary(
            uniqueKeysWithValues: HTTP2Offence.allCases.map { ($0.rawValue, offences[$0]) }.filter { $0.1 > 0 })
        report.elapsedMs = Int(began.duration(to: .now) / .milliseconds(1))
        return report
    }

    private func play<Request: GRPCMessage, Response: GRPCMessage>(
        _ order: CallOrder, _ requests: [Request], _ response: Response.Type, _ report: inout CallReport,
        size: (Response) -> Int
    ) async throws {
        let (options, refused) = try order.options()
        report.refused = refused
        let call = try await channel.bidirectional(
            Self.service + order.method, options: options, of: (Request.self, Response.self))
        let cancelling = order.cancelAfterMs.map { delay in
            // Ends with the call, below.
            Task {
                try await Task.sleep(for: .milliseconds(delay))
                call.cancel()
            }
        }
        defer {
            cancelling?.cancel()
            report.initial = CallReport.pairs(call.initialMetadata)
            report.trailing = CallReport.pairs(call.trailingMetadata)
        }
        var responses = call.responses.makeAsyncIterator()
        for request in requests {
            try await call.send(request)
            guard order.halfClose == .afterReading else { continue }
            for _ in order.responses ?? [] {
                guard let response = try await responses.next() else { return }
                report.sizes.append(size(response))
            }
        }
        if order.halfClose != .never { call.finishSending() }
        while true {
            if let delay = order.readDelayMs { try await Task.sleep(for: .milliseconds(delay)) }
            guard let response = try await responses.next() else { return }
            report.sizes.append(size(response))
        }
    }
}
