// Made from proto/opentelemetry/proto/metrics/v1/metrics.proto by scripts/generate-proto. Not edited by hand.

internal import CProtobufC
internal import CSidecarProto
internal import GRPCLite

/// OTLP: metrics.
package enum OTLPMetricsV1 {}

extension OTLPMetricsV1 {
    /// Since when a number counts.
    package enum AggregationTemporality: RawRepresentable, Hashable, Sendable {
        case unspecified
        /// Since the last report.
        case delta
        /// Since the start.
        case cumulative
        /// A number that this version has no name for.
        case unrecognized(Int32)

        package init(rawValue: Int32) {
            switch rawValue {
            case 0: self = .unspecified
            case 1: self = .delta
            case 2: self = .cumulative
            default: self = .unrecognized(rawValue)
            }
        }

        package var rawValue: Int32 {
            switch self {
            case .unspecified: 0
            case .delta: 1
            case .cumulative: 2
            case .unrecognized(let rawValue): rawValue
            }
        }
    }

    /// The metrics of one resource.
    package struct ResourceMetrics: Equatable, Sendable {
        package var resource: OTLPResourceV1.Resource?
        package var scopeMetrics: [OTLPMetricsV1.ScopeMetrics]

        package init(resource: OTLPResourceV1.Resource? = nil, scopeMetrics: [OTLPMetricsV1.ScopeMetrics] = []) {
            self.resource = resource
            self.scopeMetrics = scopeMetrics
        }
    }

    /// The metrics of one scope.
    package struct ScopeMetrics: Equatable, Sendable {
        package var scope: OTLPCommonV1.InstrumentationScope?
        package var metrics: [OTLPMetricsV1.Metric]

        package init(scope: OTLPCommonV1.InstrumentationScope? = nil, metrics: [OTLPMetricsV1.Metric] = []) {
            self.scope = scope
            self.metrics = metrics
        }
    }

    /// One name with all its series.
    package struct Metric: Equatable, Sendable {
        package enum Data: Equatable, Sendable {
            case gauge(OTLPMetricsV1.Gauge)
            case sum(OTLPMetricsV1.Sum)
            case histogram(OTLPMetricsV1.Histogram)
        }

        package var name: String
        package var description: String
        /// As UCUM writes it: `s` for seconds.
        package var unit: String
        package var data: Data?

        package init(name: String = "", description: String = "", unit: String = "", data: Data? = nil) {
            self.name = name
            self.description = description
            self.unit = unit
            self.data = data
        }
    }

    /// Numbers that rise and fall.
    package struct Gauge: Equatable, Sendable {
        package var dataPoints: [OTLPMetricsV1.NumberDataPoint]

        package init(dataPoints: [OTLPMetricsV1.NumberDataPoint] = []) {
            self.dataPoints = dataPoints
        }
    }

    /// Numbers that add up.
    package struct Sum: Equatable, Sendable {
        package var dataPoints: [OTLPMetricsV1.NumberDataPoint]
        package var aggregationTemporality: OTLPMetricsV1.AggregationTemporality
        /// It only grows.
        package var isMonotonic: Bool

        package init(
            dataPoints: [OTLPMetricsV1.NumberDataPoint] = [],
            aggregationTemporality: OTLPMetricsV1.AggregationTemporality = .unspecified, isMonotonic: Bool = false
        ) {
            self.dataPoints = dataPoints
            self.aggregationTemporality = aggregationTemporality
            self.isMonotonic = isMonotonic
        }
    }

    /// Distributions.
    package struct Histogram: Equatable, Sendable {
        package var dataPoints: [OTLPMetricsV1.HistogramDataPoint]
        package var aggregationTemporality: OTLPMetricsV1.AggregationTemporality

        package init(
            dataPoints: [OTLPMetricsV1.HistogramDataPoint] = [],
            aggregationTemporality: OTLPMetricsV1.AggregationTemporality = .unspecified
        ) {
            self.dataPoints = dataPoints
            self.aggregationTemporality = aggregationTemporality
        }
    }

    /// One series of a gauge or a sum.
    package struct NumberDataPoint: Equatable, Sendable {
        package enum Value: Equatable, Sendable {
            case asDouble(Double)
            case asInt(Int64)
        }

        package var attributes: [OTLPCommonV1.KeyValue]
        /// Nanoseconds since 1970.
        package var startTimeUnixNano: UInt64
        package var timeUnixNano: UInt64
        package var value: Value?

        package init(
            attributes: [OTLPCommonV1.KeyValue] = [], startTimeUnixNano: UInt64 = 0, timeUnixNano: UInt64 = 0,
            value: Value? = nil
        ) {
            self.attributes = attributes
            self.startTimeUnixNano = startTimeUnixNano
            self.timeUnixNano = timeUnixNano
            self.value = value
        }
    }

    /// One series of a histogram.
    package struct HistogramDataPoint: Equatable, Sendable {
        package enum Total: Equatable, Sendable {
            case sum(Double)
        }

        package var attributes: [OTLPCommonV1.KeyValue]
        /// Nanoseconds since 1970.
        package var startTimeUnixNano: UInt64
        package var timeUnixNano: UInt64
        package var count: UInt64
        /// Of each bucket alone; one more than there are bounds.
        package var bucketCounts: [UInt64]
        /// Upper, inclusive, rising.
        package var explicitBounds: [Double]
        /// Optional in the public definition, which is the same on the wire.
        package var total: Total?

        package init(
            attributes: [OTLPCommonV1.KeyValue] = [], startTimeUnixNano: UInt64 = 0, timeUnixNano: UInt64 = 0,
            count: UInt64 = 0, bucketCounts: [UInt64] = [], explicitBounds: [Double] = [], total: Total? = nil
        ) {
            self.attributes = attributes
            self.startTimeUnixNano = startTimeUnixNano
            self.timeUnixNano = timeUnixNano
            self.count = count
            self.bucketCounts = bucketCounts
            self.explicitBounds = explicitBounds
            self.total = total
        }
    }

}

extension OTLPMetricsV1.ResourceMetrics: GRPCMessage, @unsafe CMessage {
    package init(serializedBytes bytes: [UInt8]) throws {
        self = try unsafe Self.decoded(from: bytes)
    }

    package func serializedBytes() throws -> [UInt8] {
        try unsafe encoded()
    }

    static func initialize(_ c: UnsafeMutablePointer<Opentelemetry__Proto__Metrics__V1__ResourceMetrics>) {
        unsafe opentelemetry__proto__metrics__v1__resource_metrics__init(c)
    }

    init(copying c: UnsafePointer<Opentelemetry__Proto__Metrics__V1__ResourceMetrics>, in arena: Arena)
        throws(MessageFailure)
    {
        resource = try unsafe arena.message(at: c.pointee.resource)
        scopeMetrics = try unsafe arena.messages(at: c.pointee.scope_metrics, count: c.pointee.n_scope_metrics)
    }

    func fill(_ c: UnsafeMutablePointer<Opentelemetry__Proto__Metrics__V1__ResourceMetrics>, in arena: Arena)
        throws(MessageFailure)
    {
        unsafe c.pointee.resource = try arena.place(resource)
        unsafe c.pointee.n_scope_metrics = scopeMetrics.count
        unsafe c.pointee.scope_metrics = try arena.place(scopeMetrics)
    }
}

extension OTLPMetricsV1.ScopeMetrics: GRPCMessage, @unsafe CMessage {
    package init(serializedBytes bytes: [UInt8]) throws {
        self = try unsafe Self.decoded(from: bytes)
    }

    package func serializedBytes() throws -> [UInt8] {
        try unsafe encoded()
    }

    static func initialize(_ c: UnsafeMutablePointer<Opentelemetry__Proto__Metrics__V1__ScopeMetrics>) {
        unsafe opentelemetry__proto__metrics__v1__scope_metrics__init(c)
    }

    init(copying c: UnsafePointer<Opentelemetry__Proto__Metrics__V1__ScopeMetrics>, in arena: Arena)
        throws(MessageFailure)
    {
        scope = try unsafe arena.message(at: c.pointee.scope)
        metrics = try unsafe arena.messages(at: c.pointee.metrics, count: c.pointee.n_metrics)
    }

    func fill(_ c: UnsafeMutablePointer<Opentelemetry__Proto__Metrics__V1__ScopeMetrics>, in arena: Arena)
        throws(MessageFailure)
    {
        unsafe c.pointee.scope = try arena.place(scope)
        unsafe c.pointee.n_metrics = metrics.count
        unsafe c.pointee.metrics = try arena.place(metrics)
    }
}

extension OTLPMetricsV1.Metric: GRPCMessage, @unsafe CMessage {
    package init(serializedBytes bytes: [UInt8]) throws {
        self = try unsafe Self.decoded(from: bytes)
    }

    package func serializedBytes() throws -> [UInt8] {
        try unsafe encoded()
    }

    static func initialize(_ c: UnsafeMutablePointer<Opentelemetry__Proto__Metrics__V1__Metric>) {
        unsafe opentelemetry__proto__metrics__v1__metric__init(c)
    }

    init(copying c: UnsafePointer<Opentelemetry__Proto__Metrics__V1__Metric>, in arena: Arena) throws(MessageFailure) {
        name = try unsafe arena.string(at: c.pointee.name)
        description = try unsafe arena.string(at: c.pointee.description)
        unit = try unsafe arena.string(at: c.pointee.unit)
        switch unsafe c.pointee.data_case.rawValue {
        case 5:
            data = try unsafe arena.message(at: c.pointee.gauge).map(Data.gauge)
        case 7:
            data = try unsafe arena.message(at: c.pointee.sum).map(Data.sum)
        case 9:
            data = try unsafe arena.message(at: c.pointee.histogram).map(Data.histogram)
        default:
            data = nil
        }
    }

    func fill(_ c: UnsafeMutablePointer<Opentelemetry__Proto__Metrics__V1__Metric>, in arena: Arena)
        throws(MessageFailure)
    {
        unsafe c.pointee.name = try arena.place(name)
        unsafe c.pointee.description = try arena.place(description)
        unsafe c.pointee.unit = try arena.place(unit)
        switch data {
        case .gauge(let value):
            unsafe c.pointee.data_case = .init(rawValue: 5)
            unsafe c.pointee.gauge = try arena.place(value)
        case .sum(let value):
            unsafe c.pointee.data_case = .init(rawValue: 7)
            unsafe c.pointee.sum = try arena.place(value)
        case .histogram(let value):
            unsafe c.pointee.data_case = .init(rawValue: 9)
            unsafe c.pointee.histogram = try arena.place(value)
        case nil:
            break
        }
    }
}

extension OTLPMetricsV1.Gauge: GRPCMessage, @unsafe CMessage {
    package init(serializedBytes bytes: [UInt8]) throws {
        self = try unsafe Self.decoded(from: bytes)
    }

    package func serializedBytes() throws -> [UInt8] {
        try unsafe encoded()
    }

    static func initialize(_ c: UnsafeMutablePointer<Opentelemetry__Proto__Metrics__V1__Gauge>) {
        unsafe opentelemetry__proto__metrics__v1__gauge__init(c)
    }

    init(copying c: UnsafePointer<Opentelemetry__Proto__Metrics__V1__Gauge>, in arena: Arena) throws(MessageFailure) {
        dataPoints = try unsafe arena.messages(at: c.pointee.data_points, count: c.pointee.n_data_points)
    }

    func fill(_ c: UnsafeMutablePointer<Opentelemetry__Proto__Metrics__V1__Gauge>, in arena: Arena)
        throws(MessageFailure)
    {
        unsafe c.pointee.n_data_points = dataPoints.count
        unsafe c.pointee.data_points = try arena.place(dataPoints)
    }
}

extension OTLPMetricsV1.Sum: GRPCMessage, @unsafe CMessage {
    package init(serializedBytes bytes: [UInt8]) throws {
        self = try unsafe Self.decoded(from: bytes)
    }

    package func serializedBytes() throws -> [UInt8] {
        try unsafe encoded()
    }

    static func initialize(_ c: UnsafeMutablePointer<Opentelemetry__Proto__Metrics__V1__Sum>) {
        unsafe opentelemetry__proto__metrics__v1__sum__init(c)
    }

    init(copying c: UnsafePointer<Opentelemetry__Proto__Metrics__V1__Sum>, in arena: Arena) throws(MessageFailure) {
        dataPoints = try unsafe arena.messages(at: c.pointee.data_points, count: c.pointee.n_data_points)
        aggregationTemporality = unsafe OTLPMetricsV1.AggregationTemporality(
            rawValue: Int32(bitPattern: c.pointee.aggregation_temporality.rawValue))
        isMonotonic = unsafe c.pointee.is_monotonic != 0
    }

    func fill(_ c: UnsafeMutablePointer<Opentelemetry__Proto__Metrics__V1__Sum>, in arena: Arena) throws(MessageFailure)
    {
        unsafe c.pointee.n_data_points = dataPoints.count
        unsafe c.pointee.data_points = try arena.place(dataPoints)
        unsafe c.pointee.aggregation_temporality = Opentelemetry__Proto__Metrics__V1__AggregationTemporality(
            rawValue: UInt32(bitPattern: aggregationTemporality.rawValue))
        unsafe c.pointee.is_monotonic = isMonotonic ? 1 : 0
    }
}

extension OTLPMetricsV1.Histogram: GRPCMessage, @unsafe CMessage {
    package init(serializedBytes bytes: [UInt8]) throws {
        self = try unsafe Self.decoded(from: bytes)
    }

    package func serializedBytes() throws -> [UInt8] {
        try unsafe encoded()
    }

    static func initialize(_ c: UnsafeMutablePointer<Opentelemetry__Proto__Metrics__V1__Histogram>) {
        unsafe opentelemetry__proto__metrics__v1__histogram__init(c)
    }

    init(copying c: UnsafePointer<Opentelemetry__Proto__Metrics__V1__Histogram>, in arena: Arena) throws(MessageFailure)
    {
        dataPoints = try unsafe arena.messages(at: c.pointee.data_points, count: c.pointee.n_data_points)
        aggregationTemporality = unsafe OTLPMetricsV1.AggregationTemporality(
            rawValue: Int32(bitPattern: c.pointee.aggregation_temporality.rawValue))
    }

    func fill(_ c: UnsafeMutablePointer<Opentelemetry__Proto__Metrics__V1__Histogram>, in arena: Arena)
        throws(MessageFailure)
    {
        unsafe c.pointee.n_data_points = dataPoints.count
        unsafe c.pointee.data_points = try arena.place(dataPoints)
        unsafe c.pointee.aggregation_temporality = Opentelemetry__Proto__Metrics__V1__AggregationTemporality(
            rawValue: UInt32(bitPattern: aggregationTemporality.rawValue))
    }
}

extension OTLPMetricsV1.NumberDataPoint: GRPCMessage, @unsafe CMessage {
    package init(serializedBytes bytes: [UInt8]) throws {
        self = try unsafe Self.decoded(from: bytes)
    }

    package func serializedBytes() throws -> [UInt8] {
        try unsafe encoded()
    }

    static func initialize(_ c: UnsafeMutablePointer<Opentelemetry__Proto__Metrics__V1__NumberDataPoint>) {
        unsafe opentelemetry__proto__metrics__v1__number_data_point__init(c)
    }

    init(copying c: UnsafePointer<Opentelemetry__Proto__Metrics__V1__NumberDataPoint>, in arena: Arena)
        throws(MessageFailure)
    {
        attributes = try unsafe arena.messages(at: c.pointee.attributes, count: c.pointee.n_attributes)
        startTimeUnixNano = unsafe c.pointee.start_time_unix_nano
        timeUnixNano = unsafe c.pointee.time_unix_nano
        switch unsafe c.pointee.value_case.rawValue {
        case 4:
            value = .asDouble(unsafe c.pointee.as_double)
        case 6:
            value = .asInt(unsafe c.pointee.as_int)
        default:
            value = nil
        }
    }

    func fill(_ c: UnsafeMutablePointer<Opentelemetry__Proto__Metrics__V1__NumberDataPoint>, in arena: Arena)
        throws(MessageFailure)
    {
        unsafe c.pointee.n_attributes = attributes.count
        unsafe c.pointee.attributes = try arena.place(attributes)
        unsafe c.pointee.start_time_unix_nano = startTimeUnixNano
        unsafe c.pointee.time_unix_nano = timeUnixNano
        switch value {
        case .asDouble(let value):
            unsafe c.pointee.value_case = .init(rawValue: 4)
            unsafe c.pointee.as_double = value
        case .asInt(let value):
            unsafe c.pointee.value_case = .init(rawValue: 6)
            unsafe c.pointee.as_int = value
        case nil:
            break
        }
    }
}

extension OTLPMetricsV1.HistogramDataPoint: GRPCMessage, @unsafe CMessage {
    package init(serializedBytes bytes: [UInt8]) throws {
        self = try unsafe Self.decoded(from: bytes)
    }

    package func serializedBytes() throws -> [UInt8] {
        try unsafe encoded()
    }

    static func initialize(_ c: UnsafeMutablePointer<Opentelemetry__Proto__Metrics__V1__HistogramDataPoint>) {
        unsafe opentelemetry__proto__metrics__v1__histogram_data_point__init(c)
    }

    init(copying c: UnsafePointer<Opentelemetry__Proto__Metrics__V1__HistogramDataPoint>, in arena: Arena)
        throws(MessageFailure)
    {
        attributes = try unsafe arena.messages(at: c.pointee.attributes, count: c.pointee.n_attributes)
        startTimeUnixNano = unsafe c.pointee.start_time_unix_nano
        timeUnixNano = unsafe c.pointee.time_unix_nano
        count = unsafe c.pointee.count
        bucketCounts = unsafe arena.numbers(at: c.pointee.bucket_counts, count: c.pointee.n_bucket_counts)
        explicitBounds = unsafe arena.numbers(at: c.pointee.explicit_bounds, count: c.pointee.n_explicit_bounds)
        switch unsafe c.pointee.total_case.rawValue {
        case 5:
            total = .sum(unsafe c.pointee.sum)
        default:
            total = nil
        }
    }

    func fill(_ c: UnsafeMutablePointer<Opentelemetry__Proto__Metrics__V1__HistogramDataPoint>, in arena: Arena)
        throws(MessageFailure)
    {
        unsafe c.pointee.n_attributes = attributes.count
        unsafe c.pointee.attributes = try arena.place(attributes)
        unsafe c.pointee.start_time_unix_nano = startTimeUnixNano
        unsafe c.pointee.time_unix_nano = timeUnixNano
        unsafe c.pointee.count = count
        unsafe c.pointee.n_bucket_counts = bucketCounts.count
        unsafe c.pointee.bucket_counts = try arena.place(bucketCounts)
        unsafe c.pointee.n_explicit_bounds = explicitBounds.count
        unsafe c.pointee.explicit_bounds = try arena.place(explicitBounds)
        switch total {
        case .sum(let value):
            unsafe c.pointee.total_case = .init(rawValue: 5)
            unsafe c.pointee.sum = value
        case nil:
            break
        }
    }
}
