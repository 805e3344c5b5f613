import Foundation
import Telemetry
import Testing

struct TimestampTests {
    @Test(arguments: [
        (0, "1970-01-01T00:00:00.000Z"), (-1, "1969-12-31T23:59:59.999Z"),
        (951_827_696_789, "2000-02-29T12:34:56.789Z"),
        (4_107_542_399_999, "2100-02-28T23:59:59.999Z"), (4_107_542_400_000, "2100-03-01T00:00:00.000Z"),
        (-62_167_219_200_000, "0000-01-01T00:00:00.000Z"), (253_402_300_799_999, "9999-12-31T23:59:59.999Z"),
    ])
    func `a point in time is written in UTC`(millis: Int64, text: String) {
        #expect(Timestamp.rfc3339(unixMillis: millis) == text)
    }

    @Test func `every thirteenth day from 1586 to 2380 is the one that Foundation says`() {
        let style = Date.ISO8601FormatStyle(includingFractionalSeconds: true)
        for day in stride(from: -140_000 as Int64, to: 150_000, by: 13) {
            let millis = day * 86_400_000 + 45_296_789
            #expect(
                Timestamp.rfc3339(unixMillis: millis)
                    == Date(timeIntervalSince1970: (Double(millis) + 0.25) / 1000).formatted(style))
        }
    }
}
