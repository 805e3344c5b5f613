// Made from proto/sidecar/admin/v1/admin.proto by scripts/generate-proto. Not edited by hand.

internal import CProtobufC
internal import CSidecarProto
internal import GRPCLite

/// What an operator may see and do, served by every proxy. For certificates with sidecar://admin/<name> alone.
package enum AdminV1 {}

extension AdminV1 {
    package enum InvalidateScope: RawRepresentable, Hashable, Sendable {
        /// As INVALIDATE_SCOPE_ALL.
        case unspecified
        /// Where the compute is.
        case compute
        /// Role secrets and access rules.
        case secrets
        case all
        /// A number that this version has no name for.
        case unrecognized(Int32)

        package init(rawValue: Int32) {
            switch rawValue {
            case 0: self = .unspecified
            case 1: self = .compute
            case 2: self = .secrets
            case 3: self = .all
            default: self = .unrecognized(rawValue)
            }
        }

        package var rawValue: Int32 {
            switch self {
            case .unspecified: 0
            case .compute: 1
            case .secrets: 2
            case .all: 3
            case .unrecognized(let rawValue): rawValue
            }
        }
    }

    package enum CacheKind: RawRepresentable, Hashable, Sendable {
        case unspecified
        /// Where computes are.
        case compute
        /// Role secrets and access rules.
        case access
        /// A number that this version has no name for.
        case unrecognized(Int32)

        package init(rawValue: Int32) {
            switch rawValue {
            case 0: self = .unspecified
            case 1: self = .compute
            case 2: self = .access
            default: self = .unrecognized(rawValue)
            }
        }

        package var rawValue: Int32 {
            switch self {
            case .unspecified: 0
            case .compute: 1
            case .access: 2
            case .unrecognized(let rawValue): rawValue
            }
        }
    }

    package enum EventKind: RawRepresentable, Hashable, Sendable {
        case unspecified
        /// Members come, go, fall silent, drain.
        case member
        /// Computes and secrets: what has become known of them.
        case fact
        /// Wakes begin and end.
        case wake
        /// How many sessions are open; at most once a second.
        case sessions
        /// Files were read anew.
        case reload
        /// This proxy drains.
        case drain
        /// A number that this version has no name for.
        case unrecognized(Int32)

        package init(rawValue: Int32) {
            switch rawValue {
            case 0: self = .unspecified
            case 1: self = .member
            case 2: self = .fact
            case 3: self = .wake
            case 4: self = .sessions
            case 5: self = .reload
            case 6: self = .drain
            default: self = .unrecognized(rawValue)
            }
        }

        package var rawValue: Int32 {
            switch self {
            case .unspecified: 0
            case .member: 1
            case .fact: 2
            case .wake: 3
            case .sessions: 4
            case .reload: 5
            case .drain: 6
            case .unrecognized(let rawValue): rawValue
            }
        }
    }

    package struct MembersRequest: Equatable, Sendable {

        package init() {
        }
    }

    package struct MembersReply: Equatable, Sendable {
        /// By id.
        package var members: [AdminV1.Member]
        /// Absent from a proxy that does not gossip.
        package var gossip: AdminV1.GossipState?

        package init(members: [AdminV1.Member] = [], gossip: AdminV1.GossipState? = nil) {
            self.members = members
            self.gossip = gossip
        }
    }

    /// How well the asked proxy agrees with the others.
    package struct GossipState: Equatable, Sendable {
        /// Since anybody last had the same state, in milliseconds. 0 for a lone member.
        package var stalenessMillis: UInt64
        /// It has everything that the others knew when it joined.
        package var synced: Bool
        /// A hash of all it knows; equal on members that agree.
        package var stateRoot: UInt64
        package var facts: UInt64
        /// What discovery named last. 0: nothing, or there is none.
        package var addressesFound: UInt32

        package init(
            stalenessMillis: UInt64 = 0, synced: Bool = false, stateRoot: UInt64 = 0, facts: UInt64 = 0,
            addressesFound: UInt32 = 0
        ) {
            self.stalenessMillis = stalenessMillis
            self.synced = synced
            self.stateRoot = stateRoot
            self.facts = facts
            self.addressesFound = addressesFound
        }
    }

    /// One proxy of the fleet.
    package struct Member: Equatable, Sendable {
        package var id: String
        /// "host:port" of its gRPC services.
        package var grpcAddress: String
        /// As the asked proxy sees it: "self"; "alive", "suspect", "dead" or "left" by gossip; without gossip "alive" or
        /// "unreachable".
        package var state: String
        /// It finishes its sessions and takes no new ones.
        package var draining: Bool
        /// When it started: microseconds since 1970-01-01 UTC. 0: unknown.
        package var startedUnixMicros: Int64
        /// Below: gossip's.
        /// "ip:port" of its datagrams. Empty without gossip.
        package var gossipAddress: String
        /// How often it has had to contradict. Part of what is newer about it.
        package var incarnation: UInt64
        /// A moving average, in microseconds. 0: not measured yet.
        package var roundTripMicros: UInt64
        /// Direct probes that went unanswered, of a thousand, a moving average.
        package var lossPerMille: UInt32
        /// Of the key it seals with, and of all it can open with.
        package var sendingKey: UInt32
        package var keys: [UInt32]
        /// It answers over TCP and not over UDP: the network drops datagrams.
        package var streamOnly: Bool
        /// Its Lifeguard score, 0 (well) to 8. Known of the asked proxy alone.
        package var localHealth: UInt32

        package init(
            id: String = "", grpcAddress: String = "", state: String = "", draining: Bool = false,
            startedUnixMicros: Int64 = 0, gossipAddress: String = "", incarnation: UInt64 = 0,
            roundTripMicros: UInt64 = 0, lossPerMille: UInt32 = 0, sendingKey: UInt32 = 0, keys: [UInt32] = [],
            streamOnly: Bool = false, localHealth: UInt32 = 0
        ) {
            self.id = id
            self.grpcAddress = grpcAddress
            self.state = state
            self.draining = draining
            self.startedUnixMicros = startedUnixMicros
            self.gossipAddress = gossipAddress
            self.incarnation = incarnation
            self.roundTripMicros = roundTripMicros
            self.lossPerMille = lossPerMille
            self.sendingKey = sendingKey
            self.keys = keys
            self.streamOnly = streamOnly
            self.localHealth = localHealth
        }
    }

    package struct GossipResyncRequest: Equatable, Sendable {

        package init() {
        }
    }

    package struct GossipResyncReply: Equatable, Sendable {

        package init() {
        }
    }

    package struct EndpointsRequest: Equatable, Sendable {

        package init() {
        }
    }

    package struct EndpointsReply: Equatable, Sendable {
        /// By name.
        package var endpoints: [AdminV1.EndpointSummary]

        package init(endpoints: [AdminV1.EndpointSummary] = []) {
            self.endpoints = endpoints
        }
    }

    /// One endpoint, as the control plane knows it.
    package struct EndpointSummary: Equatable, Sendable {
        package var name: String
        /// The compute's state in lower case: "running", "init", "terminated". "empty": never started.
        package var state: String
        /// Starts so far.
        package var generation: UInt64
        /// The last transition of that generation. 0: none reported yet.
        package var sequence: UInt64
        /// "host:port" of Postgres. Empty when none runs.
        package var address: String
        /// Empty when none runs.
        package var computeID: String
        /// When any of this last changed: microseconds since 1970-01-01 UTC.
        package var updatedUnixMicros: Int64

        package init(
            name: String = "", state: String = "", generation: UInt64 = 0, sequence: UInt64 = 0, address: String = "",
            computeID: String = "", updatedUnixMicros: Int64 = 0
        ) {
            self.name = name
            self.state = state
            self.generation = generation
            self.sequence = sequence
            self.address = address
            self.computeID = computeID
            self.updatedUnixMicros = updatedUnixMicros
        }
    }

    package struct EndpointShowRequest: Equatable, Sendable {
        package var name: String
        /// Without the control plane's part, and without asking it.
        package var cacheOnly: Bool

        package init(name: String = "", cacheOnly: Bool = false) {
            self.name = name
            self.cacheOnly = cacheOnly
        }
    }

    package struct EndpointShowReply: Equatable, Sendable {
        /// Absent when the control plane does not answer; then `unavailable` says why.
        package var summary: AdminV1.EndpointSummary?
        /// Oldest first; at most the last 200.
        package var history: [AdminV1.HistoryEntry]
        /// What the asked proxy knows by itself.
        package var cache: AdminV1.EndpointCache?
        /// Why the control plane's part is missing. Empty: it is there.
        package var unavailable: String

        package init(
            summary: AdminV1.EndpointSummary? = nil, history: [AdminV1.HistoryEntry] = [],
            cache: AdminV1.EndpointCache? = nil, unavailable: String = ""
        ) {
            self.summary = summary
            self.history = history
            self.cache = cache
            self.unavailable = unavailable
        }
    }

    /// What one proxy has cached about one endpoint.
    package struct EndpointCache: Equatable, Sendable {
        /// Of which proxy.
        package var proxy: String
        /// Absent: no compute is known, or the last one is known to be of no use.
        package var location: AdminV1.CachedLocation?
        /// What is not dialled any more. Absent: nothing is known to be of no use.
        package var floor: AdminV1.Floor?
        /// The wake that is on its way through this proxy. Absent: none.
        package var flight: AdminV1.WakeFlight?
        /// By role.
        package var secrets: [AdminV1.CachedSecret]
        /// Absent: not asked about yet.
        package var rules: AdminV1.CachedRules?
        /// Sessions of this proxy that are joined to the endpoint's compute.
        package var sessions: UInt64
        /// What the compute's agent has told this proxy. Absent: it tells another one, none runs, or nobody has told anything.
        package var reported: AdminV1.ReportedCompute?

        package init(
            proxy: String = "", location: AdminV1.CachedLocation? = nil, floor: AdminV1.Floor? = nil,
            flight: AdminV1.WakeFlight? = nil, secrets: [AdminV1.CachedSecret] = [], rules: AdminV1.CachedRules? = nil,
            sessions: UInt64 = 0, reported: AdminV1.ReportedCompute? = nil
        ) {
            self.proxy = proxy
            self.location = location
            self.floor = floor
            self.flight = flight
            self.secrets = secrets
            self.rules = rules
            self.sessions = sessions
            self.reported = reported
        }
    }

    /// What an agent says of its compute beyond where it is. It tells one proxy, and the others do not hear of it: whoever wants
    /// to know asks every proxy, and takes the newest version.
    package struct ReportedCompute: Equatable, Sendable {
        /// Of the agent's last transition.
        package var generation: UInt64
        package var sequence: UInt64
        /// Since that came, in milliseconds.
        package var ageMillis: UInt64
        /// As the agent told it, but for what may prove somebody in the URLs (users, passwords, parameters that are not known to be
        /// harmless): that is "***". Absent: the compute keeps its data on a local disk, or `pageserver_refused` says why it is not here.
        package var pageserver: ReportV1.PageserverConnectionInfo?
        /// Why what was told of pageservers is not kept: it is too much. Empty: it is.
        package var pageserverRefused: String
        /// It stands until the agent says otherwise. Absent: it asks for nothing.
        package var scaleRequest: ReportV1.ScaleRequest?

        package init(
            generation: UInt64 = 0, sequence: UInt64 = 0, ageMillis: UInt64 = 0,
            pageserver: ReportV1.PageserverConnectionInfo? = nil, pageserverRefused: String = "",
            scaleRequest: ReportV1.ScaleRequest? = nil
        ) {
            self.generation = generation
            self.sequence = sequence
            self.ageMillis = ageMillis
            self.pageserver = pageserver
            self.pageserverRefused = pageserverRefused
            self.scaleRequest = scaleRequest
        }
    }

    package struct CachedLocation: Equatable, Sendable {
        package var location: AdminV1.ComputeLocation?
        /// Who said so: "control-plane", "agent", "gossip" or "peer".
        package var origin: String
        /// Since it was learned, in milliseconds.
        package var ageMillis: UInt64

        package init(location: AdminV1.ComputeLocation? = nil, origin: String = "", ageMillis: UInt64 = 0) {
            self.location = location
            self.origin = origin
            self.ageMillis = ageMillis
        }
    }

    /// This version and older ones are of no use.
    package struct Floor: Equatable, Sendable {
        package var generation: UInt64
        package var sequence: UInt64
        /// "unreachable": somebody could not connect, or an operator wanted it asked anew; "ended": its agent said so.
        package var cause: String

        package init(generation: UInt64 = 0, sequence: UInt64 = 0, cause: String = "") {
            self.generation = generation
            self.sequence = sequence
            self.cause = cause
        }
    }

    package struct WakeFlight: Equatable, Sendable {
        /// The newest generation that is known to be of no use: the answer must be later. 0: none.
        package var seenGeneration: UInt64
        /// Which proxy calls the control plane.
        package var owner: String
        package var ageMillis: UInt64
        /// Sessions and members that wait for it here.
        package var waiters: UInt64

        package init(seenGeneration: UInt64 = 0, owner: String = "", ageMillis: UInt64 = 0, waiters: UInt64 = 0) {
            self.seenGeneration = seenGeneration
            self.owner = owner
            self.ageMillis = ageMillis
            self.waiters = waiters
        }
    }

    /// That a secret is cached; never the secret.
    package struct CachedSecret: Equatable, Sendable {
        package var role: String
        /// "SCRAM-SHA-256", or what the control plane calls another kind; "none": the role is known not to exist or to have no secret.
        package var kind: String
        /// Since it was asked for.
        package var ageMillis: UInt64
        /// Whether it is used without asking. Else only while the control plane does not answer.
        package var fresh: Bool

        package init(role: String = "", kind: String = "", ageMillis: UInt64 = 0, fresh: Bool = false) {
            self.role = role
            self.kind = kind
            self.ageMillis = ageMillis
            self.fresh = fresh
        }
    }

    package struct CachedRules: Equatable, Sendable {
        /// Addresses and ranges that may connect. None, and none that cannot be read: all.
        package var allowedIps: [String]
        /// Entries that cannot be read, and so let nobody in.
        package var unparsable: [String]
        package var ageMillis: UInt64
        /// Private links that may connect. Empty: all.
        package var allowedLinks: [String]
        /// Whether connections from outside a private link are refused, and those through one.
        package var publicBlocked: Bool
        package var linksBlocked: Bool
        /// As of a secret.
        package var fresh: Bool

        package init(
            allowedIps: [String] = [], unparsable: [String] = [], ageMillis: UInt64 = 0, allowedLinks: [String] = [],
            publicBlocked: Bool = false, linksBlocked: Bool = false, fresh: Bool = false
        ) {
            self.allowedIps = allowedIps
            self.unparsable = unparsable
            self.ageMillis = ageMillis
            self.allowedLinks = allowedLinks
            self.publicBlocked = publicBlocked
            self.linksBlocked = linksBlocked
            self.fresh = fresh
        }
    }

    /// One thing that happened to an endpoint.
    package struct HistoryEntry: Equatable, Sendable {
        /// Microseconds since 1970-01-01 UTC, by the clock of the source.
        package var atUnixMicros: Int64
        package var generation: UInt64
        /// 0 for what is not an agent's transition.
        package var sequence: UInt64
        /// Who says so: "agent", "control-plane" or a proxy's id.
        package var source: String
        /// "running", "wake requested", …
        package var event: String
        /// More, for the operator. May be empty.
        package var detail: String

        package init(
            atUnixMicros: Int64 = 0, generation: UInt64 = 0, sequence: UInt64 = 0, source: String = "",
            event: String = "", detail: String = ""
        ) {
            self.atUnixMicros = atUnixMicros
            self.generation = generation
            self.sequence = sequence
            self.source = source
            self.event = event
            self.detail = detail
        }
    }

    package struct EndpointCreateRequest: Equatable, Sendable {
        /// [a-z0-9-], 1 to 63 bytes.
        package var name: String
        /// The role clients log in as. Empty: the endpoint's name.
        package var role: String
        /// Empty: the endpoint's name.
        package var database: String

        package init(name: String = "", role: String = "", database: String = "") {
            self.name = name
            self.role = role
            self.database = database
        }
    }

    package struct EndpointCreateReply: Equatable, Sendable {
        package var name: String
        package var user: String
        /// A secret, and shown this once: only a verifier is kept for logging in.
        package var password: String
        package var database: String

        package init(name: String = "", user: String = "", password: String = "", database: String = "") {
            self.name = name
            self.user = user
            self.password = password
            self.database = database
        }
    }

    package struct EndpointDeleteRequest: Equatable, Sendable {
        package var name: String
        /// Stop the compute first, if one runs. Its sessions end.
        package var force: Bool

        package init(name: String = "", force: Bool = false) {
            self.name = name
            self.force = force
        }
    }

    package struct EndpointDeleteReply: Equatable, Sendable {
        /// As it was last.
        package var summary: AdminV1.EndpointSummary?

        package init(summary: AdminV1.EndpointSummary? = nil) {
            self.summary = summary
        }
    }

    package struct WakeRequest: Equatable, Sendable {
        package var name: String
        /// How long to wait, in milliseconds. 0: the proxy's default.
        package var timeoutMillis: UInt64

        package init(name: String = "", timeoutMillis: UInt64 = 0) {
            self.name = name
            self.timeoutMillis = timeoutMillis
        }
    }

    package struct WakeReply: Equatable, Sendable {
        package var location: AdminV1.ComputeLocation?

        package init(location: AdminV1.ComputeLocation? = nil) {
            self.location = location
        }
    }

    /// A compute that accepts connections.
    package struct ComputeLocation: Equatable, Sendable {
        package var endpoint: String
        package var generation: UInt64
        package var sequence: UInt64
        /// "host:port" of Postgres.
        package var address: String
        /// The name that its TLS certificate must carry.
        package var serverName: String
        package var computeID: String

        package init(
            endpoint: String = "", generation: UInt64 = 0, sequence: UInt64 = 0, address: String = "",
            serverName: String = "", computeID: String = ""
        ) {
            self.endpoint = endpoint
            self.generation = generation
            self.sequence = sequence
            self.address = address
            self.serverName = serverName
            self.computeID = computeID
        }
    }

    package struct SuspendRequest: Equatable, Sendable {
        package var name: String
        /// Stop Postgres without a checkpoint; the next start recovers from its log.
        package var immediate: Bool

        package init(name: String = "", immediate: Bool = false) {
            self.name = name
            self.immediate = immediate
        }
    }

    package struct SuspendReply: Equatable, Sendable {

        package init() {
        }
    }

    package struct InvalidateRequest: Equatable, Sendable {
        package var name: String
        package var scope: AdminV1.InvalidateScope
        /// For the compute's part: this version and older ones. generation 0: what the asked proxy has cached now.
        package var generation: UInt64
        package var sequence: UInt64

        package init(
            name: String = "", scope: AdminV1.InvalidateScope = .unspecified, generation: UInt64 = 0,
            sequence: UInt64 = 0
        ) {
            self.name = name
            self.scope = scope
            self.generation = generation
            self.sequence = sequence
        }
    }

    package struct InvalidateReply: Equatable, Sendable {
        /// The compute's version that nobody dials any more. generation 0: none was known, or it was not asked for.
        package var generation: UInt64
        package var sequence: UInt64
        /// The number of this change of secrets and rules, for the fleet. 0: not asked for.
        package var secretsRevision: UInt64

        package init(generation: UInt64 = 0, sequence: UInt64 = 0, secretsRevision: UInt64 = 0) {
            self.generation = generation
            self.sequence = sequence
            self.secretsRevision = secretsRevision
        }
    }

    package struct NotifyRequest: Equatable, Sendable {
        /// One notification, JSON; at most 1 MiB.
        package var notification: [UInt8]

        package init(notification: [UInt8] = []) {
            self.notification = notification
        }
    }

    package struct NotifyReply: Equatable, Sendable {
        /// "account", "endpoint", "project", "role"; "unknown": about something else, and nothing was done.
        package var topic: String
        /// Endpoints, projects or accounts whose secrets and rules are asked for anew.
        package var names: [String]
        /// Those of them whose name gossip cannot carry: only the asked proxy knows.
        package var untold: [String]

        package init(topic: String = "", names: [String] = [], untold: [String] = []) {
            self.topic = topic
            self.names = names
            self.untold = untold
        }
    }

    package struct CachePurgeRequest: Equatable, Sendable {
        /// Empty: all endpoints.
        package var name: String
        /// None: all caches.
        package var caches: [AdminV1.CacheKind]

        package init(name: String = "", caches: [AdminV1.CacheKind] = []) {
            self.name = name
            self.caches = caches
        }
    }

    package struct CachePurgeReply: Equatable, Sendable {
        /// How much each of them let go of.
        package var purged: [AdminV1.PurgedCache]

        package init(purged: [AdminV1.PurgedCache] = []) {
            self.purged = purged
        }
    }

    package struct PurgedCache: Equatable, Sendable {
        package var cache: AdminV1.CacheKind
        package var entries: UInt64

        package init(cache: AdminV1.CacheKind = .unspecified, entries: UInt64 = 0) {
            self.cache = cache
            self.entries = entries
        }
    }

    /// Which sessions are meant: those that all given conditions hold for.
    package struct SessionFilter: Equatable, Sendable {
        /// Empty: any. So for all below.
        package var endpoint: String
        package var role: String
        /// "handshake", "authenticating", "connecting", "joined", "cancelling".
        package var phase: String
        /// The session's id, or how it begins.
        package var idPrefix: String
        /// An IP address, or a range: "10.0.0.0/8".
        package var client: String
        /// Nothing has come from the client for so long, and no transaction is open. 0: any.
        package var idleMillis: UInt64
        package var database: String
        package var applicationName: String

        package init(
            endpoint: String = "", role: String = "", phase: String = "", idPrefix: String = "", client: String = "",
            idleMillis: UInt64 = 0, database: String = "", applicationName: String = ""
        ) {
            self.endpoint = endpoint
            self.role = role
            self.phase = phase
            self.idPrefix = idPrefix
            self.client = client
            self.idleMillis = idleMillis
            self.database = database
            self.applicationName = applicationName
        }
    }

    package struct SessionsRequest: Equatable, Sendable {
        package var filter: AdminV1.SessionFilter?
        /// At most so many, and never more than 10,000. 0: 1,000.
        package var limit: UInt32

        package init(filter: AdminV1.SessionFilter? = nil, limit: UInt32 = 0) {
            self.filter = filter
            self.limit = limit
        }
    }

    package struct SessionsReply: Equatable, Sendable {
        /// Oldest first.
        package var sessions: [AdminV1.Session]
        /// How many the filter fits, also those beyond the limit.
        package var total: UInt64

        package init(sessions: [AdminV1.Session] = [], total: UInt64 = 0) {
            self.sessions = sessions
            self.total = total
        }
    }

    /// One client connection.
    package struct Session: Equatable, Sendable {
        package var id: String
        package var phase: String
        /// Empty: not told yet. So for the texts below.
        package var endpoint: String
        package var role: String
        package var database: String
        package var applicationName: String
        /// "ip:port" of the client, through a PROXY header if it came with one.
        package var clientAddress: String
        package var privateLink: String
        /// Microseconds since 1970-01-01 UTC.
        package var startedUnixMicros: Int64
        /// Absent until it is joined.
        package var compute: AdminV1.ComputeLocation?
        package var bytesFromClient: UInt64
        package var bytesToClient: UInt64
        /// "idle": no transaction is open and nothing is under way; "busy". Empty: not joined.
        package var activity: String
        /// Since anything has gone either way, in milliseconds.
        package var quietMillis: UInt64
        /// Which proxy it is a session of.
        package var proxy: String

        package init(
            id: String = "", phase: String = "", endpoint: String = "", role: String = "", database: String = "",
            applicationName: String = "", clientAddress: String = "", privateLink: String = "",
            startedUnixMicros: Int64 = 0, compute: AdminV1.ComputeLocation? = nil, bytesFromClient: UInt64 = 0,
            bytesToClient: UInt64 = 0, activity: String = "", quietMillis: UInt64 = 0, proxy: String = ""
        ) {
            self.id = id
            self.phase = phase
            self.endpoint = endpoint
            self.role = role
            self.database = database
            self.applicationName = applicationName
            self.clientAddress = clientAddress
            self.privateLink = privateLink
            self.startedUnixMicros = startedUnixMicros
            self.compute = compute
            self.bytesFromClient = bytesFromClient
            self.bytesToClient = bytesToClient
            self.activity = activity
            self.quietMillis = quietMillis
            self.proxy = proxy
        }
    }

    package struct SessionEndRequest: Equatable, Sendable {
        package var filter: AdminV1.SessionFilter?

        package init(filter: AdminV1.SessionFilter? = nil) {
            self.filter = filter
        }
    }

    package struct SessionEndReply: Equatable, Sendable {
        package var ended: UInt64

        package init(ended: UInt64 = 0) {
            self.ended = ended
        }
    }

    package struct SessionCancelRequest: Equatable, Sendable {
        package var filter: AdminV1.SessionFilter?

        package init(filter: AdminV1.SessionFilter? = nil) {
            self.filter = filter
        }
    }

    package struct SessionCancelReply: Equatable, Sendable {
        /// Whose compute was told.
        package var cancelled: UInt64

        package init(cancelled: UInt64 = 0) {
            self.cancelled = cancelled
        }
    }

    package struct DrainRequest: Equatable, Sendable {
        /// End whoever is still here at once, also when a drain is under way.
        package var now: Bool

        package init(now: Bool = false) {
            self.now = now
        }
    }

    /// How far a drain is.
    package struct DrainProgress: Equatable, Sendable {
        /// "serving": it has not begun; "lagging": readiness says no, and who comes is served; "ending": nobody can come any
        /// more, and sessions end at idle points; "farewell": whoever is left is ended; "over": the last message.
        package var phase: String
        /// Sessions that are open.
        package var sessions: UInt64
        /// What those are waiting for: "idle_point", "login", "stranger", "replication", "listen".
        package var waiting: [AdminV1.DrainCount]
        /// How those that are gone have ended: "asked" at an idle point, "policy", "stranger", "left" by itself, "deadline".
        package var ended: [AdminV1.DrainCount]
        /// Wakes that are under way here.
        package var flights: UInt64
        /// Until whoever is left is ended, in milliseconds.
        package var remainingMillis: UInt64
        /// Since this phase began.
        package var elapsedMillis: UInt64

        package init(
            phase: String = "", sessions: UInt64 = 0, waiting: [AdminV1.DrainCount] = [],
            ended: [AdminV1.DrainCount] = [], flights: UInt64 = 0, remainingMillis: UInt64 = 0,
            elapsedMillis: UInt64 = 0
        ) {
            self.phase = phase
            self.sessions = sessions
            self.waiting = waiting
            self.ended = ended
            self.flights = flights
            self.remainingMillis = remainingMillis
            self.elapsedMillis = elapsedMillis
        }
    }

    package struct DrainCount: Equatable, Sendable {
        package var what: String
        package var sessions: UInt64

        package init(what: String = "", sessions: UInt64 = 0) {
            self.what = what
            self.sessions = sessions
        }
    }

    package struct LogLevelRequest: Equatable, Sendable {
        /// "trace", "debug", "info", "notice", "warning", "error" or "critical"; "default": as it was started. Empty: only read.
        package var level: String
        /// Of this logger alone, such as "proxy" or "audit". Empty: of all, and what was said of single ones is forgotten.
        package var label: String
        /// For so long, and then as before. In milliseconds; 0: until the proxy ends.
        package var forMillis: UInt64

        package init(level: String = "", label: String = "", forMillis: UInt64 = 0) {
            self.level = level
            self.label = label
            self.forMillis = forMillis
        }
    }

    package struct LogLevelReply: Equatable, Sendable {
        /// The default, and then by label.
        package var settings: [AdminV1.LogLevelSetting]

        package init(settings: [AdminV1.LogLevelSetting] = []) {
            self.settings = settings
        }
    }

    package struct LogLevelSetting: Equatable, Sendable {
        /// Empty: the default of all that are not listed.
        package var label: String
        package var level: String
        /// For how long it still holds, in milliseconds. 0: until somebody changes it.
        package var remainingMillis: UInt64

        package init(label: String = "", level: String = "", remainingMillis: UInt64 = 0) {
            self.label = label
            self.level = level
            self.remainingMillis = remainingMillis
        }
    }

    package struct WatchRequest: Equatable, Sendable {
        /// None: all.
        package var kinds: [AdminV1.EventKind]
        /// Only what is about this endpoint. Empty: everything.
        package var endpoint: String

        package init(kinds: [AdminV1.EventKind] = [], endpoint: String = "") {
            self.kinds = kinds
            self.endpoint = endpoint
        }
    }

    /// One thing that happened.
    package struct FleetEvent: Equatable, Sendable {
        package enum Event: Equatable, Sendable {
            /// Always the first message of a watch: from here on nothing is left out without a word.
            case began(AdminV1.WatchBegan)
            /// The watcher was too slow, and so many events were dropped.
            case missed(AdminV1.Missed)
            case member(AdminV1.MemberEvent)
            case fact(AdminV1.FactEvent)
            case wake(AdminV1.WakeEvent)
            case sessions(AdminV1.SessionsEvent)
            case reload(AdminV1.ReloadEvent)
            case drain(AdminV1.DrainProgress)
        }

        /// Microseconds since 1970-01-01 UTC, by the proxy's clock.
        package var atUnixMicros: Int64
        /// Which proxy tells it.
        package var proxy: String
        package var event: Event?

        package init(atUnixMicros: Int64 = 0, proxy: String = "", event: Event? = nil) {
            self.atUnixMicros = atUnixMicros
            self.proxy = proxy
            self.event = event
        }
    }

    package struct WatchBegan: Equatable, Sendable {

        package init() {
        }
    }

    package struct Missed: Equatable, Sendable {
        package var events: UInt64

        package init(events: UInt64 = 0) {
            self.events = events
        }
    }

    package struct MemberEvent: Equatable, Sendable {
        package var member: String
        /// "joined", "replaced", "suspect", "alive", "dead", "left", "draining", "returned", "tcp-only".
        package var change: String
        /// More, for the operator. May be empty.
        package var detail: String

        package init(member: String = "", change: String = "", detail: String = "") {
            self.member = member
            self.change = change
            self.detail = detail
        }
    }

    package struct FactEvent: Equatable, Sendable {
        package var endpoint: String
        /// "located": a compute is there; "unreachable": somebody could not connect; "ended": its agent said
        /// so, or it was deleted; "secrets": role secrets or rules changed; "pageservers": its agent said where its pages are
        /// now; "scale": its agent asks for more or less memory, or no longer does.
        package var change: String
        /// Of the compute. Of secrets: the revision is `generation`.
        package var generation: UInt64
        package var sequence: UInt64
        /// "host:port", for "located".
        package var address: String
        /// Who said so: "agent", "gossip", "control-plane", "proxy" (a failed dial of this one) or "admin".
        package var origin: String
        /// More, for the operator, for "pageservers" and "scale".
        package var detail: String

        package init(
            endpoint: String = "", change: String = "", generation: UInt64 = 0, sequence: UInt64 = 0,
            address: String = "", origin: String = "", detail: String = ""
        ) {
            self.endpoint = endpoint
            self.change = change
            self.generation = generation
            self.sequence = sequence
            self.address = address
            self.origin = origin
            self.detail = detail
        }
    }

    package struct WakeEvent: Equatable, Sendable {
        package var endpoint: String
        /// "began", "ended".
        package var change: String
        package var seenGeneration: UInt64
        /// Which proxy calls the control plane.
        package var owner: String
        /// For "ended": "ok", or the reason it failed for.
        package var outcome: String
        /// For "ended": who waited at this proxy, and was answered.
        package var waiters: UInt64
        /// For "ended": how long it took.
        package var tookMillis: UInt64

        package init(
            endpoint: String = "", change: String = "", seenGeneration: UInt64 = 0, owner: String = "",
            outcome: String = "", waiters: UInt64 = 0, tookMillis: UInt64 = 0
        ) {
            self.endpoint = endpoint
            self.change = change
            self.seenGeneration = seenGeneration
            self.owner = owner
            self.outcome = outcome
            self.waiters = waiters
            self.tookMillis = tookMillis
        }
    }

    package struct SessionsEvent: Equatable, Sendable {
        package var open: UInt64

        package init(open: UInt64 = 0) {
            self.open = open
        }
    }

    package struct ReloadEvent: Equatable, Sendable {
        /// "certificates", "gossip keys", …
        package var what: String
        /// Empty: it went well.
        package var trouble: String

        package init(what: String = "", trouble: String = "") {
            self.what = what
            self.trouble = trouble
        }
    }

    package struct ConfigurationRequest: Equatable, Sendable {

        package init() {
        }
    }

    package struct ConfigurationReply: Equatable, Sendable {
        /// By name.
        package var settings: [AdminV1.Setting]
        /// Which proxy's they are.
        package var proxy: String

        package init(settings: [AdminV1.Setting] = [], proxy: String = "") {
            self.settings = settings
            self.proxy = proxy
        }
    }

    /// One setting in effect.
    package struct Setting: Equatable, Sendable {
        /// As its flag, without dashes: "drain-deadline".
        package var name: String
        /// Empty: not set. "(set)" for a secret.
        package var value: String
        /// "default", "flag", "SIDECAR_…", or "file PATH".
        package var origin: String

        package init(name: String = "", value: String = "", origin: String = "") {
            self.name = name
            self.value = value
            self.origin = origin
        }
    }

}

extension AdminV1.MembersRequest: GRPCMessage, @unsafe CMessage {
    package init(serializedBytes bytes: [UInt8]) throws {
        self = try unsafe Self.decoded(from: bytes)
    }

    package func serializedBytes() throws -> [UInt8] {
        try unsafe encoded()
    }

    static func initialize(_ c: UnsafeMutablePointer<Sidecar__Admin__V1__MembersRequest>) {
        unsafe sidecar__admin__v1__members_request__init(c)
    }

    init(copying c: UnsafePointer<Sidecar__Admin__V1__MembersRequest>, in arena: Arena) throws(MessageFailure) {
    }

    func fill(_ c: UnsafeMutablePointer<Sidecar__Admin__V1__MembersRequest>, in arena: Arena) throws(MessageFailure) {
    }
}

extension AdminV1.MembersReply: GRPCMessage, @unsafe CMessage {
    package init(serializedBytes bytes: [UInt8]) throws {
        self = try unsafe Self.decoded(from: bytes)
    }

    package func serializedBytes() throws -> [UInt8] {
        try unsafe encoded()
    }

    static func initialize(_ c: UnsafeMutablePointer<Sidecar__Admin__V1__MembersReply>) {
        unsafe sidecar__admin__v1__members_reply__init(c)
    }

    init(copying c: UnsafePointer<Sidecar__Admin__V1__MembersReply>, in arena: Arena) throws(MessageFailure) {
        members = try unsafe arena.messages(at: c.pointee.members, count: c.pointee.n_members)
        gossip = try unsafe arena.message(at: c.pointee.gossip)
    }

    func fill(_ c: UnsafeMutablePointer<Sidecar__Admin__V1__MembersReply>, in arena: Arena) throws(MessageFailure) {
        unsafe c.pointee.n_members = members.count
        unsafe c.pointee.members = try arena.place(members)
        unsafe c.pointee.gossip = try arena.place(gossip)
    }
}

extension AdminV1.GossipState: GRPCMessage, @unsafe CMessage {
    package init(serializedBytes bytes: [UInt8]) throws {
        self = try unsafe Self.decoded(from: bytes)
    }

    package func serializedBytes() throws -> [UInt8] {
        try unsafe encoded()
    }

    static func initialize(_ c: UnsafeMutablePointer<Sidecar__Admin__V1__GossipState>) {
        unsafe sidecar__admin__v1__gossip_state__init(c)
    }

    init(copying c: UnsafePointer<Sidecar__Admin__V1__GossipState>, in arena: Arena) throws(MessageFailure) {
        stalenessMillis = unsafe c.pointee.staleness_millis
        synced = unsafe c.pointee.synced != 0
        stateRoot = unsafe c.pointee.state_root
        facts = unsafe c.pointee.facts
        addressesFound = unsafe c.pointee.addresses_found
    }

    func fill(_ c: UnsafeMutablePointer<Sidecar__Admin__V1__GossipState>, in arena: Arena) throws(MessageFailure) {
        unsafe c.pointee.staleness_millis = stalenessMillis
        unsafe c.pointee.synced = synced ? 1 : 0
        unsafe c.pointee.state_root = stateRoot
        unsafe c.pointee.facts = facts
        unsafe c.pointee.addresses_found = addressesFound
    }
}

extension AdminV1.Member: GRPCMessage, @unsafe CMessage {
    package init(serializedBytes bytes: [UInt8]) throws {
        self = try unsafe Self.decoded(from: bytes)
    }

    package func serializedBytes() throws -> [UInt8] {
        try unsafe encoded()
    }

    static func initialize(_ c: UnsafeMutablePointer<Sidecar__Admin__V1__Member>) {
        unsafe sidecar__admin__v1__member__init(c)
    }

    init(copying c: UnsafePointer<Sidecar__Admin__V1__Member>, in arena: Arena) throws(MessageFailure) {
        id = try unsafe arena.string(at: c.pointee.id)
        grpcAddress = try unsafe arena.string(at: c.pointee.grpc_address)
        state = try unsafe arena.string(at: c.pointee.state)
        draining = unsafe c.pointee.draining != 0
        startedUnixMicros = unsafe c.pointee.started_unix_micros
        gossipAddress = try unsafe arena.string(at: c.pointee.gossip_address)
        incarnation = unsafe c.pointee.incarnation
        roundTripMicros = unsafe c.pointee.round_trip_micros
        lossPerMille = unsafe c.pointee.loss_per_mille
        sendingKey = unsafe c.pointee.sending_key
        keys = unsafe arena.numbers(at: c.pointee.keys, count: c.pointee.n_keys)
        streamOnly = unsafe c.pointee.stream_only != 0
        localHealth = unsafe c.pointee.local_health
    }

    func fill(_ c: UnsafeMutablePointer<Sidecar__Admin__V1__Member>, in arena: Arena) throws(MessageFailure) {
        unsafe c.pointee.id = try arena.place(id)
        unsafe c.pointee.grpc_address = try arena.place(grpcAddress)
        unsafe c.pointee.state = try arena.place(state)
        unsafe c.pointee.draining = draining ? 1 : 0
        unsafe c.pointee.started_unix_micros = startedUnixMicros
        unsafe c.pointee.gossip_address = try arena.place(gossipAddress)
        unsafe c.pointee.incarnation = incarnation
        unsafe c.pointee.round_trip_micros = roundTripMicros
        unsafe c.pointee.loss_per_mille = lossPerMille
        unsafe c.pointee.sending_key = sendingKey
        unsafe c.pointee.n_keys = keys.count
        unsafe c.pointee.keys = try arena.place(keys)
        unsafe c.pointee.stream_only = streamOnly ? 1 : 0
        unsafe c.pointee.local_health = localHealth
    }
}

extension AdminV1.GossipResyncRequest: GRPCMessage, @unsafe CMessage {
    package init(serializedBytes bytes: [UInt8]) throws {
        self = try unsafe Self.decoded(from: bytes)
    }

    package func serializedBytes() throws -> [UInt8] {
        try unsafe encoded()
    }

    static func initialize(_ c: UnsafeMutablePointer<Sidecar__Admin__V1__GossipResyncRequest>) {
        unsafe sidecar__admin__v1__gossip_resync_request__init(c)
    }

    init(copying c: UnsafePointer<Sidecar__Admin__V1__GossipResyncRequest>, in arena: Arena) throws(MessageFailure) {
    }

    func fill(_ c: UnsafeMutablePointer<Sidecar__Admin__V1__GossipResyncRequest>, in arena: Arena)
        throws(MessageFailure)
    {
    }
}

extension AdminV1.GossipResyncReply: GRPCMessage, @unsafe CMessage {
    package init(serializedBytes bytes: [UInt8]) throws {
        self = try unsafe Self.decoded(from: bytes)
    }

    package func serializedBytes() throws -> [UInt8] {
        try unsafe encoded()
    }

    static func initialize(_ c: UnsafeMutablePointer<Sidecar__Admin__V1__GossipResyncReply>) {
        unsafe sidecar__admin__v1__gossip_resync_reply__init(c)
    }

    init(copying c: UnsafePointer<Sidecar__Admin__V1__GossipResyncReply>, in arena: Arena) throws(MessageFailure) {
    }

    func fill(_ c: UnsafeMutablePointer<Sidecar__Admin__V1__GossipResyncReply>, in arena: Arena) throws(MessageFailure)
    {
    }
}

extension AdminV1.EndpointsRequest: GRPCMessage, @unsafe CMessage {
    package init(serializedBytes bytes: [UInt8]) throws {
        self = try unsafe Self.decoded(from: bytes)
    }

    package func serializedBytes() throws -> [UInt8] {
        try unsafe encoded()
    }

    static func initialize(_ c: UnsafeMutablePointer<Sidecar__Admin__V1__EndpointsRequest>) {
        unsafe sidecar__admin__v1__endpoints_request__init(c)
    }

    init(copying c: UnsafePointer<Sidecar__Admin__V1__EndpointsRequest>, in arena: Arena) throws(MessageFailure) {
    }

    func fill(_ c: UnsafeMutablePointer<Sidecar__Admin__V1__EndpointsRequest>, in arena: Arena) throws(MessageFailure) {
    }
}

extension AdminV1.EndpointsReply: GRPCMessage, @unsafe CMessage {
    package init(serializedBytes bytes: [UInt8]) throws {
        self = try unsafe Self.decoded(from: bytes)
    }

    package func serializedBytes() throws -> [UInt8] {
        try unsafe encoded()
    }

    static func initialize(_ c: UnsafeMutablePointer<Sidecar__Admin__V1__EndpointsReply>) {
        unsafe sidecar__admin__v1__endpoints_reply__init(c)
    }

    init(copying c: UnsafePointer<Sidecar__Admin__V1__EndpointsReply>, in arena: Arena) throws(MessageFailure) {
        endpoints = try unsafe arena.messages(at: c.pointee.endpoints, count: c.pointee.n_endpoints)
    }

    func fill(_ c: UnsafeMutablePointer<Sidecar__Admin__V1__EndpointsReply>, in arena: Arena) throws(MessageFailure) {
        unsafe c.pointee.n_endpoints = endpoints.count
        unsafe c.pointee.endpoints = try arena.place(endpoints)
    }
}

extension AdminV1.EndpointSummary: GRPCMessage, @unsafe CMessage {
    package init(serializedBytes bytes: [UInt8]) throws {
        self = try unsafe Self.decoded(from: bytes)
    }

    package func serializedBytes() throws -> [UInt8] {
        try unsafe encoded()
    }

    static func initialize(_ c: UnsafeMutablePointer<Sidecar__Admin__V1__EndpointSummary>) {
        unsafe sidecar__admin__v1__endpoint_summary__init(c)
    }

    init(copying c: UnsafePointer<Sidecar__Admin__V1__EndpointSummary>, in arena: Arena) throws(MessageFailure) {
        name = try unsafe arena.string(at: c.pointee.name)
        state = try unsafe arena.string(at: c.pointee.state)
        generation = unsafe c.pointee.generation
        sequence = unsafe c.pointee.sequence
        address = try unsafe arena.string(at: c.pointee.address)
        computeID = try unsafe arena.string(at: c.pointee.compute_id)
        updatedUnixMicros = unsafe c.pointee.updated_unix_micros
    }

    func fill(_ c: UnsafeMutablePointer<Sidecar__Admin__V1__EndpointSummary>, in arena: Arena) throws(MessageFailure) {
        unsafe c.pointee.name = try arena.place(name)
        unsafe c.pointee.state = try arena.place(state)
        unsafe c.pointee.generation = generation
        unsafe c.pointee.sequence = sequence
        unsafe c.pointee.address = try arena.place(address)
        unsafe c.pointee.compute_id = try arena.place(computeID)
        unsafe c.pointee.updated_unix_micros = updatedUnixMicros
    }
}

extension AdminV1.EndpointShowRequest: GRPCMessage, @unsafe CMessage {
    package init(serializedBytes bytes: [UInt8]) throws {
        self = try unsafe Self.decoded(from: bytes)
    }

    package func serializedBytes() throws -> [UInt8] {
        try unsafe encoded()
    }

    static func initialize(_ c: UnsafeMutablePointer<Sidecar__Admin__V1__EndpointShowRequest>) {
        unsafe sidecar__admin__v1__endpoint_show_request__init(c)
    }

    init(copying c: UnsafePointer<Sidecar__Admin__V1__EndpointShowRequest>, in arena: Arena) throws(MessageFailure) {
        name = try unsafe arena.string(at: c.pointee.name)
        cacheOnly = unsafe c.pointee.cache_only != 0
    }

    func fill(_ c: UnsafeMutablePointer<Sidecar__Admin__V1__EndpointShowRequest>, in arena: Arena)
        throws(MessageFailure)
    {
        unsafe c.pointee.name = try arena.place(name)
        unsafe c.pointee.cache_only = cacheOnly ? 1 : 0
    }
}

extension AdminV1.EndpointShowReply: GRPCMessage, @unsafe CMessage {
    package init(serializedBytes bytes: [UInt8]) throws {
        self = try unsafe Self.decoded(from: bytes)
    }

    package func serializedBytes() throws -> [UInt8] {
        try unsafe encoded()
    }

    static func initialize(_ c: UnsafeMutablePointer<Sidecar__Admin__V1__EndpointShowReply>) {
        unsafe sidecar__admin__v1__endpoint_show_reply__init(c)
    }

    init(copying c: UnsafePointer<Sidecar__Admin__V1__EndpointShowReply>, in arena: Arena) throws(MessageFailure) {
        summary = try unsafe arena.message(at: c.pointee.summary)
        history = try unsafe arena.messages(at: c.pointee.history, count: c.pointee.n_history)
        cache = try unsafe arena.message(at: c.pointee.cache)
        unavailable = try unsafe arena.string(at: c.pointee.unavailable)
    }

    func fill(_ c: UnsafeMutablePointer<Sidecar__Admin__V1__EndpointShowReply>, in arena: Arena) throws(MessageFailure)
    {
        unsafe c.pointee.summary = try arena.place(summary)
        unsafe c.pointee.n_history = history.count
        unsafe c.pointee.history = try arena.place(history)
        unsafe c.pointee.cache = try arena.place(cache)
        unsafe c.pointee.unavailable = try arena.place(unavailable)
    }
}

extension AdminV1.EndpointCache: GRPCMessage, @unsafe CMessage {
    package init(serializedBytes bytes: [UInt8]) throws {
        self = try unsafe Self.decoded(from: bytes)
    }

    package func serializedBytes() throws -> [UInt8] {
        try unsafe encoded()
    }

    static func initialize(_ c: UnsafeMutablePointer<Sidecar__Admin__V1__EndpointCache>) {
        unsafe sidecar__admin__v1__endpoint_cache__init(c)
    }

    init(copying c: UnsafePointer<Sidecar__Admin__V1__EndpointCache>, in arena: Arena) throws(MessageFailure) {
        proxy = try unsafe arena.string(at: c.pointee.proxy)
        location = try unsafe arena.message(at: c.pointee.location)
        floor = try unsafe arena.message(at: c.pointee.floor)
        flight = try unsafe arena.message(at: c.pointee.flight)
        secrets = try unsafe arena.messages(at: c.pointee.secrets, count: c.pointee.n_secrets)
        rules = try unsafe arena.message(at: c.pointee.rules)
        sessions = unsafe c.pointee.sessions
        reported = try unsafe arena.message(at: c.pointee.reported)
    }

    func fill(_ c: UnsafeMutablePointer<Sidecar__Admin__V1__EndpointCache>, in arena: Arena) throws(MessageFailure) {
        unsafe c.pointee.proxy = try arena.place(proxy)
        unsafe c.pointee.location = try arena.place(location)
        unsafe c.pointee.floor = try arena.place(floor)
        unsafe c.pointee.flight = try arena.place(flight)
        unsafe c.pointee.n_secrets = secrets.count
        unsafe c.pointee.secrets = try arena.place(secrets)
        unsafe c.pointee.rules = try arena.place(rules)
        unsafe c.pointee.sessions = sessions
        unsafe c.pointee.reported = try arena.place(reported)
    }
}

extension AdminV1.ReportedCompute: GRPCMessage, @unsafe CMessage {
    package init(serializedBytes bytes: [UInt8]) throws {
        self = try unsafe Self.decoded(from: bytes)
    }

    package func serializedBytes() throws -> [UInt8] {
        try unsafe encoded()
    }

    static func initialize(_ c: UnsafeMutablePointer<Sidecar__Admin__V1__ReportedCompute>) {
        unsafe sidecar__admin__v1__reported_compute__init(c)
    }

    init(copying c: UnsafePointer<Sidecar__Admin__V1__ReportedCompute>, in arena: Arena) throws(MessageFailure) {
        generation = unsafe c.pointee.generation
        sequence = unsafe c.pointee.sequence
        ageMillis = unsafe c.pointee.age_millis
        pageserver = try unsafe arena.message(at: c.pointee.pageserver)
        pageserverRefused = try unsafe arena.string(at: c.pointee.pageserver_refused)
        scaleRequest = try unsafe arena.message(at: c.pointee.scale_request)
    }

    func fill(_ c: UnsafeMutablePointer<Sidecar__Admin__V1__ReportedCompute>, in arena: Arena) throws(MessageFailure) {
        unsafe c.pointee.generation = generation
        unsafe c.pointee.sequence = sequence
        unsafe c.pointee.age_millis = ageMillis
        unsafe c.pointee.pageserver = try arena.place(pageserver)
        unsafe c.pointee.pageserver_refused = try arena.place(pageserverRefused)
        unsafe c.pointee.scale_request = try arena.place(scaleRequest)
    }
}

extension AdminV1.CachedLocation: GRPCMessage, @unsafe CMessage {
    package init(serializedBytes bytes: [UInt8]) throws {
        self = try unsafe Self.decoded(from: bytes)
    }

    package func serializedBytes() throws -> [UInt8] {
        try unsafe encoded()
    }

    static func initialize(_ c: UnsafeMutablePointer<Sidecar__Admin__V1__CachedLocation>) {
        unsafe sidecar__admin__v1__cached_location__init(c)
    }

    init(copying c: UnsafePointer<Sidecar__Admin__V1__CachedLocation>, in arena: Arena) throws(MessageFailure) {
        location = try unsafe arena.message(at: c.pointee.location)
        origin = try unsafe arena.string(at: c.pointee.origin)
        ageMillis = unsafe c.pointee.age_millis
    }

    func fill(_ c: UnsafeMutablePointer<Sidecar__Admin__V1__CachedLocation>, in arena: Arena) throws(MessageFailure) {
        unsafe c.pointee.location = try arena.place(location)
        unsafe c.pointee.origin = try arena.place(origin)
        unsafe c.pointee.age_millis = ageMillis
    }
}

extension AdminV1.Floor: GRPCMessage, @unsafe CMessage {
    package init(serializedBytes bytes: [UInt8]) throws {
        self = try unsafe Self.decoded(from: bytes)
    }

    package func serializedBytes() throws -> [UInt8] {
        try unsafe encoded()
    }

    static func initialize(_ c: UnsafeMutablePointer<Sidecar__Admin__V1__Floor>) {
        unsafe sidecar__admin__v1__floor__init(c)
    }

    init(copying c: UnsafePointer<Sidecar__Admin__V1__Floor>, in arena: Arena) throws(MessageFailure) {
        generation = unsafe c.pointee.generation
        sequence = unsafe c.pointee.sequence
        cause = try unsafe arena.string(at: c.pointee.cause)
    }

    func fill(_ c: UnsafeMutablePointer<Sidecar__Admin__V1__Floor>, in arena: Arena) throws(MessageFailure) {
        unsafe c.pointee.generation = generation
        unsafe c.pointee.sequence = sequence
        unsafe c.pointee.cause = try arena.place(cause)
    }
}

extension AdminV1.WakeFlight: GRPCMessage, @unsafe CMessage {
    package init(serializedBytes bytes: [UInt8]) throws {
        self = try unsafe Self.decoded(from: bytes)
    }

    package func serializedBytes() throws -> [UInt8] {
        try unsafe encoded()
    }

    static func initialize(_ c: UnsafeMutablePointer<Sidecar__Admin__V1__WakeFlight>) {
        unsafe sidecar__admin__v1__wake_flight__init(c)
    }

    init(copying c: UnsafePointer<Sidecar__Admin__V1__WakeFlight>, in arena: Arena) throws(MessageFailure) {
        seenGeneration = unsafe c.pointee.seen_generation
        owner = try unsafe arena.string(at: c.pointee.owner)
        ageMillis = unsafe c.pointee.age_millis
        waiters = unsafe c.pointee.waiters
    }

    func fill(_ c: UnsafeMutablePointer<Sidecar__Admin__V1__WakeFlight>, in arena: Arena) throws(MessageFailure) {
        unsafe c.pointee.seen_generation = seenGeneration
        unsafe c.pointee.owner = try arena.place(owner)
        unsafe c.pointee.age_millis = ageMillis
        unsafe c.pointee.waiters = waiters
    }
}

extension AdminV1.CachedSecret: GRPCMessage, @unsafe CMessage {
    package init(serializedBytes bytes: [UInt8]) throws {
        self = try unsafe Self.decoded(from: bytes)
    }

    package func serializedBytes() throws -> [UInt8] {
        try unsafe encoded()
    }

    static func initialize(_ c: UnsafeMutablePointer<Sidecar__Admin__V1__CachedSecret>) {
        unsafe sidecar__admin__v1__cached_secret__init(c)
    }

    init(copying c: UnsafePointer<Sidecar__Admin__V1__CachedSecret>, in arena: Arena) throws(MessageFailure) {
        role = try unsafe arena.string(at: c.pointee.role)
        kind = try unsafe arena.string(at: c.pointee.kind)
        ageMillis = unsafe c.pointee.age_millis
        fresh = unsafe c.pointee.fresh != 0
    }

    func fill(_ c: UnsafeMutablePointer<Sidecar__Admin__V1__CachedSecret>, in arena: Arena) throws(MessageFailure) {
        unsafe c.pointee.role = try arena.place(role)
        unsafe c.pointee.kind = try arena.place(kind)
        unsafe c.pointee.age_millis = ageMillis
        unsafe c.pointee.fresh = fresh ? 1 : 0
    }
}

extension AdminV1.CachedRules: GRPCMessage, @unsafe CMessage {
    package init(serializedBytes bytes: [UInt8]) throws {
        self = try unsafe Self.decoded(from: bytes)
    }

    package func serializedBytes() throws -> [UInt8] {
        try unsafe encoded()
    }

    static func initialize(_ c: UnsafeMutablePointer<Sidecar__Admin__V1__CachedRules>) {
        unsafe sidecar__admin__v1__cached_rules__init(c)
    }

    init(copying c: UnsafePointer<Sidecar__Admin__V1__CachedRules>, in arena: Arena) throws(MessageFailure) {
        allowedIps = try unsafe arena.strings(at: c.pointee.allowed_ips, count: c.pointee.n_allowed_ips)
        unparsable = try unsafe arena.strings(at: c.pointee.unparsable, count: c.pointee.n_unparsable)
        ageMillis = unsafe c.pointee.age_millis
        allowedLinks = try unsafe arena.strings(at: c.pointee.allowed_links, count: c.pointee.n_allowed_links)
        publicBlocked = unsafe c.pointee.public_blocked != 0
        linksBlocked = unsafe c.pointee.links_blocked != 0
        fresh = unsafe c.pointee.fresh != 0
    }

    func fill(_ c: UnsafeMutablePointer<Sidecar__Admin__V1__CachedRules>, in arena: Arena) throws(MessageFailure) {
        unsafe c.pointee.n_allowed_ips = allowedIps.count
        unsafe c.pointee.allowed_ips = try arena.place(allowedIps)
        unsafe c.pointee.n_unparsable = unparsable.count
        unsafe c.pointee.unparsable = try arena.place(unparsable)
        unsafe c.pointee.age_millis = ageMillis
        unsafe c.pointee.n_allowed_links = allowedLinks.count
        unsafe c.pointee.allowed_links = try arena.place(allowedLinks)
        unsafe c.pointee.public_blocked = publicBlocked ? 1 : 0
        unsafe c.pointee.links_blocked = linksBlocked ? 1 : 0
        unsafe c.pointee.fresh = fresh ? 1 : 0
    }
}

extension AdminV1.HistoryEntry: GRPCMessage, @unsafe CMessage {
    package init(serializedBytes bytes: [UInt8]) throws {
        self = try unsafe Self.decoded(from: bytes)
    }

    package func serializedBytes() throws -> [UInt8] {
        try unsafe encoded()
    }

    static func initialize(_ c: UnsafeMutablePointer<Sidecar__Admin__V1__HistoryEntry>) {
        unsafe sidecar__admin__v1__history_entry__init(c)
    }

    init(copying c: UnsafePointer<Sidecar__Admin__V1__HistoryEntry>, in arena: Arena) throws(MessageFailure) {
        atUnixMicros = unsafe c.pointee.at_unix_micros
        generation = unsafe c.pointee.generation
        sequence = unsafe c.pointee.sequence
        source = try unsafe arena.string(at: c.pointee.source)
        event = try unsafe arena.string(at: c.pointee.event)
        detail = try unsafe arena.string(at: c.pointee.detail)
    }

    func fill(_ c: UnsafeMutablePointer<Sidecar__Admin__V1__HistoryEntry>, in arena: Arena) throws(MessageFailure) {
        unsafe c.pointee.at_unix_micros = atUnixMicros
        unsafe c.pointee.generation = generation
        unsafe c.pointee.sequence = sequence
        unsafe c.pointee.source = try arena.place(source)
        unsafe c.pointee.event = try arena.place(event)
        unsafe c.pointee.detail = try arena.place(detail)
    }
}

extension AdminV1.EndpointCreateRequest: GRPCMessage, @unsafe CMessage {
    package init(serializedBytes bytes: [UInt8]) throws {
        self = try unsafe Self.decoded(from: bytes)
    }

    package func serializedBytes() throws -> [UInt8] {
        try unsafe encoded()
    }

    static func initialize(_ c: UnsafeMutablePointer<Sidecar__Admin__V1__EndpointCreateRequest>) {
        unsafe sidecar__admin__v1__endpoint_create_request__init(c)
    }

    init(copying c: UnsafePointer<Sidecar__Admin__V1__EndpointCreateRequest>, in arena: Arena) throws(MessageFailure) {
        name = try unsafe arena.string(at: c.pointee.name)
        role = try unsafe arena.string(at: c.pointee.role)
        database = try unsafe arena.string(at: c.pointee.database)
    }

    func fill(_ c: UnsafeMutablePointer<Sidecar__Admin__V1__EndpointCreateRequest>, in arena: Arena)
        throws(MessageFailure)
    {
        unsafe c.pointee.name = try arena.place(name)
        unsafe c.pointee.role = try arena.place(role)
        unsafe c.pointee.database = try arena.place(database)
    }
}

extension AdminV1.EndpointCreateReply: GRPCMessage, @unsafe CMessage {
    package init(serializedBytes bytes: [UInt8]) throws {
        self = try unsafe Self.decoded(from: bytes)
    }

    package func serializedBytes() throws -> [UInt8] {
        try unsafe encoded()
    }

    static func initialize(_ c: UnsafeMutablePointer<Sidecar__Admin__V1__EndpointCreateReply>) {
        unsafe sidecar__admin__v1__endpoint_create_reply__init(c)
    }

    init(copying c: UnsafePointer<Sidecar__Admin__V1__EndpointCreateReply>, in arena: Arena) throws(MessageFailure) {
        name = try unsafe arena.string(at: c.pointee.name)
        user = try unsafe arena.string(at: c.pointee.user)
        password = try unsafe arena.string(at: c.pointee.password)
        database = try unsafe arena.string(at: c.pointee.database)
    }

    func fill(_ c: UnsafeMutablePointer<Sidecar__Admin__V1__EndpointCreateReply>, in arena: Arena)
        throws(MessageFailure)
    {
        unsafe c.pointee.name = try arena.place(name)
        unsafe c.pointee.user = try arena.place(user)
        unsafe c.pointee.password = try arena.place(password)
        unsafe c.pointee.database = try arena.place(database)
    }
}

extension AdminV1.EndpointDeleteRequest: GRPCMessage, @unsafe CMessage {
    package init(serializedBytes bytes: [UInt8]) throws {
        self = try unsafe Self.decoded(from: bytes)
    }

    package func serializedBytes() throws -> [UInt8] {
        try unsafe encoded()
    }

    static func initialize(_ c: UnsafeMutablePointer<Sidecar__Admin__V1__EndpointDeleteRequest>) {
        unsafe sidecar__admin__v1__endpoint_delete_request__init(c)
    }

    init(copying c: UnsafePointer<Sidecar__Admin__V1__EndpointDeleteRequest>, in arena: Arena) throws(MessageFailure) {
        name = try unsafe arena.string(at: c.pointee.name)
        force = unsafe c.pointee.force != 0
    }

    func fill(_ c: UnsafeMutablePointer<Sidecar__Admin__V1__EndpointDeleteRequest>, in arena: Arena)
        throws(MessageFailure)
    {
        unsafe c.pointee.name = try arena.place(name)
        unsafe c.pointee.force = force ? 1 : 0
    }
}

extension AdminV1.EndpointDeleteReply: GRPCMessage, @unsafe CMessage {
    package init(serializedBytes bytes: [UInt8]) throws {
        self = try unsafe Self.decoded(from: bytes)
    }

    package func serializedBytes() throws -> [UInt8] {
        try unsafe encoded()
    }

    static func initialize(_ c: UnsafeMutablePointer<Sidecar__Admin__V1__EndpointDeleteReply>) {
        unsafe sidecar__admin__v1__endpoint_delete_reply__init(c)
    }

    init(copying c: UnsafePointer<Sidecar__Admin__V1__EndpointDeleteReply>, in arena: Arena) throws(MessageFailure) {
        summary = try unsafe arena.message(at: c.pointee.summary)
    }

    func fill(_ c: UnsafeMutablePointer<Sidecar__Admin__V1__EndpointDeleteReply>, in arena: Arena)
        throws(MessageFailure)
    {
        unsafe c.pointee.summary = try arena.place(summary)
    }
}

extension AdminV1.WakeRequest: GRPCMessage, @unsafe CMessage {
    package init(serializedBytes bytes: [UInt8]) throws {
        self = try unsafe Self.decoded(from: bytes)
    }

    package func serializedBytes() throws -> [UInt8] {
        try unsafe encoded()
    }

    static func initialize(_ c: UnsafeMutablePointer<Sidecar__Admin__V1__WakeRequest>) {
        unsafe sidecar__admin__v1__wake_request__init(c)
    }

    init(copying c: UnsafePointer<Sidecar__Admin__V1__WakeRequest>, in arena: Arena) throws(MessageFailure) {
        name = try unsafe arena.string(at: c.pointee.name)
        timeoutMillis = unsafe c.pointee.timeout_millis
    }

    func fill(_ c: UnsafeMutablePointer<Sidecar__Admin__V1__WakeRequest>, in arena: Arena) throws(MessageFailure) {
        unsafe c.pointee.name = try arena.place(name)
        unsafe c.pointee.timeout_millis = timeoutMillis
    }
}

extension AdminV1.WakeReply: GRPCMessage, @unsafe CMessage {
    package init(serializedBytes bytes: [UInt8]) throws {
        self = try unsafe Self.decoded(from: bytes)
    }

    package func serializedBytes() throws -> [UInt8] {
        try unsafe encoded()
    }

    static func initialize(_ c: UnsafeMutablePointer<Sidecar__Admin__V1__WakeReply>) {
        unsafe sidecar__admin__v1__wake_reply__init(c)
    }

    init(copying c: UnsafePointer<Sidecar__Admin__V1__WakeReply>, in arena: Arena) throws(MessageFailure) {
        location = try unsafe arena.message(at: c.pointee.location)
    }

    func fill(_ c: UnsafeMutablePointer<Sidecar__Admin__V1__WakeReply>, in arena: Arena) throws(MessageFailure) {
        unsafe c.pointee.location = try arena.place(location)
    }
}

extension AdminV1.ComputeLocation: GRPCMessage, @unsafe CMessage {
    package init(serializedBytes bytes: [UInt8]) throws {
        self = try unsafe Self.decoded(from: bytes)
    }

    package func serializedBytes() throws -> [UInt8] {
        try unsafe encoded()
    }

    static func initialize(_ c: UnsafeMutablePointer<Sidecar__Admin__V1__ComputeLocation>) {
        unsafe sidecar__admin__v1__compute_location__init(c)
    }

    init(copying c: UnsafePointer<Sidecar__Admin__V1__ComputeLocation>, in arena: Arena) throws(MessageFailure) {
        endpoint = try unsafe arena.string(at: c.pointee.endpoint)
        generation = unsafe c.pointee.generation
        sequence = unsafe c.pointee.sequence
        address = try unsafe arena.string(at: c.pointee.address)
        serverName = try unsafe arena.string(at: c.pointee.server_name)
        computeID = try unsafe arena.string(at: c.pointee.compute_id)
    }

    func fill(_ c: UnsafeMutablePointer<Sidecar__Admin__V1__ComputeLocation>, in arena: Arena) throws(MessageFailure) {
        unsafe c.pointee.endpoint = try arena.place(endpoint)
        unsafe c.pointee.generation = generation
        unsafe c.pointee.sequence = sequence
        unsafe c.pointee.address = try arena.place(address)
        unsafe c.pointee.server_name = try arena.place(serverName)
        unsafe c.pointee.compute_id = try arena.place(computeID)
    }
}

extension AdminV1.SuspendRequest: GRPCMessage, @unsafe CMessage {
    package init(serializedBytes bytes: [UInt8]) throws {
        self = try unsafe Self.decoded(from: bytes)
    }

    package func serializedBytes() throws -> [UInt8] {
        try unsafe encoded()
    }

    static func initialize(_ c: UnsafeMutablePointer<Sidecar__Admin__V1__SuspendRequest>) {
        unsafe sidecar__admin__v1__suspend_request__init(c)
    }

    init(copying c: UnsafePointer<Sidecar__Admin__V1__SuspendRequest>, in arena: Arena) throws(MessageFailure) {
        name = try unsafe arena.string(at: c.pointee.name)
        immediate = unsafe c.pointee.immediate != 0
    }

    func fill(_ c: UnsafeMutablePointer<Sidecar__Admin__V1__SuspendRequest>, in arena: Arena) throws(MessageFailure) {
        unsafe c.pointee.name = try arena.place(name)
        unsafe c.pointee.immediate = immediate ? 1 : 0
    }
}

extension AdminV1.SuspendReply: GRPCMessage, @unsafe CMessage {
    package init(serializedBytes bytes: [UInt8]) throws {
        self = try unsafe Self.decoded(from: bytes)
    }

    package func serializedBytes() throws -> [UInt8] {
        try unsafe encoded()
    }

    static func initialize(_ c: UnsafeMutablePointer<Sidecar__Admin__V1__SuspendReply>) {
        unsafe sidecar__admin__v1__suspend_reply__init(c)
    }

    init(copying c: UnsafePointer<Sidecar__Admin__V1__SuspendReply>, in arena: Arena) throws(MessageFailure) {
    }

    func fill(_ c: UnsafeMutablePointer<Sidecar__Admin__V1__SuspendReply>, in arena: Arena) throws(MessageFailure) {
    }
}

extension AdminV1.InvalidateRequest: GRPCMessage, @unsafe CMessage {
    package init(serializedBytes bytes: [UInt8]) throws {
        self = try unsafe Self.decoded(from: bytes)
    }

    package func serializedBytes() throws -> [UInt8] {
        try unsafe encoded()
    }

    static func initialize(_ c: UnsafeMutablePointer<Sidecar__Admin__V1__InvalidateRequest>) {
        unsafe sidecar__admin__v1__invalidate_request__init(c)
    }

    init(copying c: UnsafePointer<Sidecar__Admin__V1__InvalidateRequest>, in arena: Arena) throws(MessageFailure) {
        name = try unsafe arena.string(at: c.pointee.name)
        scope = unsafe AdminV1.InvalidateScope(rawValue: Int32(bitPattern: c.pointee.scope.rawValue))
        generation = unsafe c.pointee.generation
        sequence = unsafe c.pointee.sequence
    }

    func fill(_ c: UnsafeMutablePointer<Sidecar__Admin__V1__InvalidateRequest>, in arena: Arena) throws(MessageFailure)
    {
        unsafe c.pointee.name = try arena.place(name)
        unsafe c.pointee.scope = Sidecar__Admin__V1__InvalidateScope(rawValue: UInt32(bitPattern: scope.rawValue))
        unsafe c.pointee.generation = generation
        unsafe c.pointee.sequence = sequence
    }
}

extension AdminV1.InvalidateReply: GRPCMessage, @unsafe CMessage {
    package init(serializedBytes bytes: [UInt8]) throws {
        self = try unsafe Self.decoded(from: bytes)
    }

    package func serializedBytes() throws -> [UInt8] {
        try unsafe encoded()
    }

    static func initialize(_ c: UnsafeMutablePointer<Sidecar__Admin__V1__InvalidateReply>) {
        unsafe sidecar__admin__v1__invalidate_reply__init(c)
    }

    init(copying c: UnsafePointer<Sidecar__Admin__V1__InvalidateReply>, in arena: Arena) throws(MessageFailure) {
        generation = unsafe c.pointee.generation
        sequence = unsafe c.pointee.sequence
        secretsRevision = unsafe c.pointee.secrets_revision
    }

    func fill(_ c: UnsafeMutablePointer<Sidecar__Admin__V1__InvalidateReply>, in arena: Arena) throws(MessageFailure) {
        unsafe c.pointee.generation = generation
        unsafe c.pointee.sequence = sequence
        unsafe c.pointee.secrets_revision = secretsRevision
    }
}

extension AdminV1.NotifyRequest: GRPCMessage, @unsafe CMessage {
    package init(serializedBytes bytes: [UInt8]) throws {
        self = try unsafe Self.decoded(from: bytes)
    }

    package func serializedBytes() throws -> [UInt8] {
        try unsafe encoded()
    }

    static func initialize(_ c: UnsafeMutablePointer<Sidecar__Admin__V1__NotifyRequest>) {
        unsafe sidecar__admin__v1__notify_request__init(c)
    }

    init(copying c: UnsafePointer<Sidecar__Admin__V1__NotifyRequest>, in arena: Arena) throws(MessageFailure) {
        notification = unsafe arena.blob(at: c.pointee.notification)
    }

    func fill(_ c: UnsafeMutablePointer<Sidecar__Admin__V1__NotifyRequest>, in arena: Arena) throws(MessageFailure) {
        unsafe c.pointee.notification = try arena.place(notification)
    }
}

extension AdminV1.NotifyReply: GRPCMessage, @unsafe CMessage {
    package init(serializedBytes bytes: [UInt8]) throws {
        self = try unsafe Self.decoded(from: bytes)
    }

    package func serializedBytes() throws -> [UInt8] {
        try unsafe encoded()
    }

    static func initialize(_ c: UnsafeMutablePointer<Sidecar__Admin__V1__NotifyReply>) {
        unsafe sidecar__admin__v1__notify_reply__init(c)
    }

    init(copying c: UnsafePointer<Sidecar__Admin__V1__NotifyReply>, in arena: Arena) throws(MessageFailure) {
        topic = try unsafe arena.string(at: c.pointee.topic)
        names = try unsafe arena.strings(at: c.pointee.names, count: c.pointee.n_names)
        untold = try unsafe arena.strings(at: c.pointee.untold, count: c.pointee.n_untold)
    }

    func fill(_ c: UnsafeMutablePointer<Sidecar__Admin__V1__NotifyReply>, in arena: Arena) throws(MessageFailure) {
        unsafe c.pointee.topic = try arena.place(topic)
        unsafe c.pointee.n_names = names.count
        unsafe c.pointee.names = try arena.place(names)
        unsafe c.pointee.n_untold = untold.count
        unsafe c.pointee.untold = try arena.place(untold)
    }
}

extension AdminV1.CachePurgeRequest: GRPCMessage, @unsafe CMessage {
    package init(serializedBytes bytes: [UInt8]) throws {
        self = try unsafe Self.decoded(from: bytes)
    }

    package func serializedBytes() throws -> [UInt8] {
        try unsafe encoded()
    }

    static func initialize(_ c: UnsafeMutablePointer<Sidecar__Admin__V1__CachePurgeRequest>) {
        unsafe sidecar__admin__v1__cache_purge_request__init(c)
    }

    init(copying c: UnsafePointer<Sidecar__Admin__V1__CachePurgeRequest>, in arena: Arena) throws(MessageFailure) {
        name = try unsafe arena.string(at: c.pointee.name)
        caches = unsafe arena.numbers(at: c.pointee.caches, count: c.pointee.n_caches).map {
            AdminV1.CacheKind(rawValue: Int32(bitPattern: $0.rawValue))
        }
    }

    func fill(_ c: UnsafeMutablePointer<Sidecar__Admin__V1__CachePurgeRequest>, in arena: Arena) throws(MessageFailure)
    {
        unsafe c.pointee.name = try arena.place(name)
        unsafe c.pointee.n_caches = caches.count
        unsafe c.pointee.caches = try arena.place(
            caches.map { Sidecar__Admin__V1__CacheKind(rawValue: UInt32(bitPattern: $0.rawValue)) })
    }
}

extension AdminV1.CachePurgeReply: GRPCMessage, @unsafe CMessage {
    package init(serializedBytes bytes: [UInt8]) throws {
        self = try unsafe Self.decoded(from: bytes)
    }

    package func serializedBytes() throws -> [UInt8] {
        try unsafe encoded()
    }

    static func initialize(_ c: UnsafeMutablePointer<Sidecar__Admin__V1__CachePurgeReply>) {
        unsafe sidecar__admin__v1__cache_purge_reply__init(c)
    }

    init(copying c: UnsafePointer<Sidecar__Admin__V1__CachePurgeReply>, in arena: Arena) throws(MessageFailure) {
        purged = try unsafe arena.messages(at: c.pointee.purged, count: c.pointee.n_purged)
    }

    func fill(_ c: UnsafeMutablePointer<Sidecar__Admin__V1__CachePurgeReply>, in arena: Arena) throws(MessageFailure) {
        unsafe c.pointee.n_purged = purged.count
        unsafe c.pointee.purged = try arena.place(purged)
    }
}

extension AdminV1.PurgedCache: GRPCMessage, @unsafe CMessage {
    package init(serializedBytes bytes: [UInt8]) throws {
        self = try unsafe Self.decoded(from: bytes)
    }

    package func serializedBytes() throws -> [UInt8] {
        try unsafe encoded()
    }

    static func initialize(_ c: UnsafeMutablePointer<Sidecar__Admin__V1__PurgedCache>) {
        unsafe sidecar__admin__v1__purged_cache__init(c)
    }

    init(copying c: UnsafePointer<Sidecar__Admin__V1__PurgedCache>, in arena: Arena) throws(MessageFailure) {
        cache = unsafe AdminV1.CacheKind(rawValue: Int32(bitPattern: c.pointee.cache.rawValue))
        entries = unsafe c.pointee.entries
    }

    func fill(_ c: UnsafeMutablePointer<Sidecar__Admin__V1__PurgedCache>, in arena: Arena) throws(MessageFailure) {
        unsafe c.pointee.cache = Sidecar__Admin__V1__CacheKind(rawValue: UInt32(bitPattern: cache.rawValue))
        unsafe c.pointee.entries = entries
    }
}

extension AdminV1.SessionFilter: GRPCMessage, @unsafe CMessage {
    package init(serializedBytes bytes: [UInt8]) throws {
        self = try unsafe Self.decoded(from: bytes)
    }

    package func serializedBytes() throws -> [UInt8] {
        try unsafe encoded()
    }

    static func initialize(_ c: UnsafeMutablePointer<Sidecar__Admin__V1__SessionFilter>) {
        unsafe sidecar__admin__v1__session_filter__init(c)
    }

    init(copying c: UnsafePointer<Sidecar__Admin__V1__SessionFilter>, in arena: Arena) throws(MessageFailure) {
        endpoint = try unsafe arena.string(at: c.pointee.endpoint)
        role = try unsafe arena.string(at: c.pointee.role)
        phase = try unsafe arena.string(at: c.pointee.phase)
        idPrefix = try unsafe arena.string(at: c.pointee.id_prefix)
        client = try unsafe arena.string(at: c.pointee.client)
        idleMillis = unsafe c.pointee.idle_millis
        database = try unsafe arena.string(at: c.pointee.database)
        applicationName = try unsafe arena.string(at: c.pointee.application_name)
    }

    func fill(_ c: UnsafeMutablePointer<Sidecar__Admin__V1__SessionFilter>, in arena: Arena) throws(MessageFailure) {
        unsafe c.pointee.endpoint = try arena.place(endpoint)
        unsafe c.pointee.role = try arena.place(role)
        unsafe c.pointee.phase = try arena.place(phase)
        unsafe c.pointee.id_prefix = try arena.place(idPrefix)
        unsafe c.pointee.client = try arena.place(client)
        unsafe c.pointee.idle_millis = idleMillis
        unsafe c.pointee.database = try arena.place(database)
        unsafe c.pointee.application_name = try arena.place(applicationName)
    }
}

extension AdminV1.SessionsRequest: GRPCMessage, @unsafe CMessage {
    package init(serializedBytes bytes: [UInt8]) throws {
        self = try unsafe Self.decoded(from: bytes)
    }

    package func serializedBytes() throws -> [UInt8] {
        try unsafe encoded()
    }

    static func initialize(_ c: UnsafeMutablePointer<Sidecar__Admin__V1__SessionsRequest>) {
        unsafe sidecar__admin__v1__sessions_request__init(c)
    }

    init(copying c: UnsafePointer<Sidecar__Admin__V1__SessionsRequest>, in arena: Arena) throws(MessageFailure) {
        filter = try unsafe arena.message(at: c.pointee.filter)
        limit = unsafe c.pointee.limit
    }

    func fill(_ c: UnsafeMutablePointer<Sidecar__Admin__V1__SessionsRequest>, in arena: Arena) throws(MessageFailure) {
        unsafe c.pointee.filter = try arena.place(filter)
        unsafe c.pointee.limit = limit
    }
}

extension AdminV1.SessionsReply: GRPCMessage, @unsafe CMessage {
    package init(serializedBytes bytes: [UInt8]) throws {
        self = try unsafe Self.decoded(from: bytes)
    }

    package func serializedBytes() throws -> [UInt8] {
        try unsafe encoded()
    }

    static func initialize(_ c: UnsafeMutablePointer<Sidecar__Admin__V1__SessionsReply>) {
        unsafe sidecar__admin__v1__sessions_reply__init(c)
    }

    init(copying c: UnsafePointer<Sidecar__Admin__V1__SessionsReply>, in arena: Arena) throws(MessageFailure) {
        sessions = try unsafe arena.messages(at: c.pointee.sessions, count: c.pointee.n_sessions)
        total = unsafe c.pointee.total
    }

    func fill(_ c: UnsafeMutablePointer<Sidecar__Admin__V1__SessionsReply>, in arena: Arena) throws(MessageFailure) {
        unsafe c.pointee.n_sessions = sessions.count
        unsafe c.pointee.sessions = try arena.place(sessions)
        unsafe c.pointee.total = total
    }
}

extension AdminV1.Session: GRPCMessage, @unsafe CMessage {
    package init(serializedBytes bytes: [UInt8]) throws {
        self = try unsafe Self.decoded(from: bytes)
    }

    package func serializedBytes() throws -> [UInt8] {
        try unsafe encoded()
    }

    static func initialize(_ c: UnsafeMutablePointer<Sidecar__Admin__V1__Session>) {
        unsafe sidecar__admin__v1__session__init(c)
    }

    init(copying c: UnsafePointer<Sidecar__Admin__V1__Session>, in arena: Arena) throws(MessageFailure) {
        id = try unsafe arena.string(at: c.pointee.id)
        phase = try unsafe arena.string(at: c.pointee.phase)
        endpoint = try unsafe arena.string(at: c.pointee.endpoint)
        role = try unsafe arena.string(at: c.pointee.role)
        database = try unsafe arena.string(at: c.pointee.database)
        applicationName = try unsafe arena.string(at: c.pointee.application_name)
        clientAddress = try unsafe arena.string(at: c.pointee.client_address)
        privateLink = try unsafe arena.string(at: c.pointee.private_link)
        startedUnixMicros = unsafe c.pointee.started_unix_micros
        compute = try unsafe arena.message(at: c.pointee.compute)
        bytesFromClient = unsafe c.pointee.bytes_from_client
        bytesToClient = unsafe c.pointee.bytes_to_client
        activity = try unsafe arena.string(at: c.pointee.activity)
        quietMillis = unsafe c.pointee.quiet_millis
        proxy = try unsafe arena.string(at: c.pointee.proxy)
    }

    func fill(_ c: UnsafeMutablePointer<Sidecar__Admin__V1__Session>, in arena: Arena) throws(MessageFailure) {
        unsafe c.pointee.id = try arena.place(id)
        unsafe c.pointee.phase = try arena.place(phase)
        unsafe c.pointee.endpoint = try arena.place(endpoint)
        unsafe c.pointee.role = try arena.place(role)
        unsafe c.pointee.database = try arena.place(database)
        unsafe c.pointee.application_name = try arena.place(applicationName)
        unsafe c.pointee.client_address = try arena.place(clientAddress)
        unsafe c.pointee.private_link = try arena.place(privateLink)
        unsafe c.pointee.started_unix_micros = startedUnixMicros
        unsafe c.pointee.compute = try arena.place(compute)
        unsafe c.pointee.bytes_from_client = bytesFromClient
        unsafe c.pointee.bytes_to_client = bytesToClient
        unsafe c.pointee.activity = try arena.place(activity)
        unsafe c.pointee.quiet_millis = quietMillis
        unsafe c.pointee.proxy = try arena.place(proxy)
    }
}

extension AdminV1.SessionEndRequest: GRPCMessage, @unsafe CMessage {
    package init(serializedBytes bytes: [UInt8]) throws {
        self = try unsafe Self.decoded(from: bytes)
    }

    package func serializedBytes() throws -> [UInt8] {
        try unsafe encoded()
    }

    static func initialize(_ c: UnsafeMutablePointer<Sidecar__Admin__V1__SessionEndRequest>) {
        unsafe sidecar__admin__v1__session_end_request__init(c)
    }

    init(copying c: UnsafePointer<Sidecar__Admin__V1__SessionEndRequest>, in arena: Arena) throws(MessageFailure) {
        filter = try unsafe arena.message(at: c.pointee.filter)
    }

    func fill(_ c: UnsafeMutablePointer<Sidecar__Admin__V1__SessionEndRequest>, in arena: Arena) throws(MessageFailure)
    {
        unsafe c.pointee.filter = try arena.place(filter)
    }
}

extension AdminV1.SessionEndReply: GRPCMessage, @unsafe CMessage {
    package init(serializedBytes bytes: [UInt8]) throws {
        self = try unsafe Self.decoded(from: bytes)
    }

    package func serializedBytes() throws -> [UInt8] {
        try unsafe encoded()
    }

    static func initialize(_ c: UnsafeMutablePointer<Sidecar__Admin__V1__SessionEndReply>) {
        unsafe sidecar__admin__v1__session_end_reply__init(c)
    }

    init(copying c: UnsafePointer<Sidecar__Admin__V1__SessionEndReply>, in arena: Arena) throws(MessageFailure) {
        ended = unsafe c.pointee.ended
    }

    func fill(_ c: UnsafeMutablePointer<Sidecar__Admin__V1__SessionEndReply>, in arena: Arena) throws(MessageFailure) {
        unsafe c.pointee.ended = ended
    }
}

extension AdminV1.SessionCancelRequest: GRPCMessage, @unsafe CMessage {
    package init(serializedBytes bytes: [UInt8]) throws {
        self = try unsafe Self.decoded(from: bytes)
    }

    package func serializedBytes() throws -> [UInt8] {
        try unsafe encoded()
    }

    static func initialize(_ c: UnsafeMutablePointer<Sidecar__Admin__V1__SessionCancelRequest>) {
        unsafe sidecar__admin__v1__session_cancel_request__init(c)
    }

    init(copying c: UnsafePointer<Sidecar__Admin__V1__SessionCancelRequest>, in arena: Arena) throws(MessageFailure) {
        filter = try unsafe arena.message(at: c.pointee.filter)
    }

    func fill(_ c: UnsafeMutablePointer<Sidecar__Admin__V1__SessionCancelRequest>, in arena: Arena)
        throws(MessageFailure)
    {
        unsafe c.pointee.filter = try arena.place(filter)
    }
}

extension AdminV1.SessionCancelReply: GRPCMessage, @unsafe CMessage {
    package init(serializedBytes bytes: [UInt8]) throws {
        self = try unsafe Self.decoded(from: bytes)
    }

    package func serializedBytes() throws -> [UInt8] {
        try unsafe encoded()
    }

    static func initialize(_ c: UnsafeMutablePointer<Sidecar__Admin__V1__SessionCancelReply>) {
        unsafe sidecar__admin__v1__session_cancel_reply__init(c)
    }

    init(copying c: UnsafePointer<Sidecar__Admin__V1__SessionCancelReply>, in arena: Arena) throws(MessageFailure) {
        cancelled = unsafe c.pointee.cancelled
    }

    func fill(_ c: UnsafeMutablePointer<Sidecar__Admin__V1__SessionCancelReply>, in arena: Arena) throws(MessageFailure)
    {
        unsafe c.pointee.cancelled = cancelled
    }
}

extension AdminV1.DrainRequest: GRPCMessage, @unsafe CMessage {
    package init(serializedBytes bytes: [UInt8]) throws {
        self = try unsafe Self.decoded(from: bytes)
    }

    package func serializedBytes() throws -> [UInt8] {
        try unsafe encoded()
    }

    static func initialize(_ c: UnsafeMutablePointer<Sidecar__Admin__V1__DrainRequest>) {
        unsafe sidecar__admin__v1__drain_request__init(c)
    }

    init(copying c: UnsafePointer<Sidecar__Admin__V1__DrainRequest>, in arena: Arena) throws(MessageFailure) {
        now = unsafe c.pointee.now != 0
    }

    func fill(_ c: UnsafeMutablePointer<Sidecar__Admin__V1__DrainRequest>, in arena: Arena) throws(MessageFailure) {
        unsafe c.pointee.now = now ? 1 : 0
    }
}

extension AdminV1.DrainProgress: GRPCMessage, @unsafe CMessage {
    package init(serializedBytes bytes: [UInt8]) throws {
        self = try unsafe Self.decoded(from: bytes)
    }

    package func serializedBytes() throws -> [UInt8] {
        try unsafe encoded()
    }

    static func initialize(_ c: UnsafeMutablePointer<Sidecar__Admin__V1__DrainProgress>) {
        unsafe sidecar__admin__v1__drain_progress__init(c)
    }

    init(copying c: UnsafePointer<Sidecar__Admin__V1__DrainProgress>, in arena: Arena) throws(MessageFailure) {
        phase = try unsafe arena.string(at: c.pointee.phase)
        sessions = unsafe c.pointee.sessions
        waiting = try unsafe arena.messages(at: c.pointee.waiting, count: c.pointee.n_waiting)
        ended = try unsafe arena.messages(at: c.pointee.ended, count: c.pointee.n_ended)
        flights = unsafe c.pointee.flights
        remainingMillis = unsafe c.pointee.remaining_millis
        elapsedMillis = unsafe c.pointee.elapsed_millis
    }

    func fill(_ c: UnsafeMutablePointer<Sidecar__Admin__V1__DrainProgress>, in arena: Arena) throws(MessageFailure) {
        unsafe c.pointee.phase = try arena.place(phase)
        unsafe c.pointee.sessions = sessions
        unsafe c.pointee.n_waiting = waiting.count
        unsafe c.pointee.waiting = try arena.place(waiting)
        unsafe c.pointee.n_ended = ended.count
        unsafe c.pointee.ended = try arena.place(ended)
        unsafe c.pointee.flights = flights
        unsafe c.pointee.remaining_millis = remainingMillis
        unsafe c.pointee.elapsed_millis = elapsedMillis
    }
}

extension AdminV1.DrainCount: GRPCMessage, @unsafe CMessage {
    package init(serializedBytes bytes: [UInt8]) throws {
        self = try unsafe Self.decoded(from: bytes)
    }

    package func serializedBytes() throws -> [UInt8] {
        try unsafe encoded()
    }

    static func initialize(_ c: UnsafeMutablePointer<Sidecar__Admin__V1__DrainCount>) {
        unsafe sidecar__admin__v1__drain_count__init(c)
    }

    init(copying c: UnsafePointer<Sidecar__Admin__V1__DrainCount>, in arena: Arena) throws(MessageFailure) {
        what = try unsafe arena.string(at: c.pointee.what)
        sessions = unsafe c.pointee.sessions
    }

    func fill(_ c: UnsafeMutablePointer<Sidecar__Admin__V1__DrainCount>, in arena: Arena) throws(MessageFailure) {
        unsafe c.pointee.what = try arena.place(what)
        unsafe c.pointee.sessions = sessions
    }
}

extension AdminV1.LogLevelRequest: GRPCMessage, @unsafe CMessage {
    package init(serializedBytes bytes: [UInt8]) throws {
        self = try unsafe Self.decoded(from: bytes)
    }

    package func serializedBytes() throws -> [UInt8] {
        try unsafe encoded()
    }

    static func initialize(_ c: UnsafeMutablePointer<Sidecar__Admin__V1__LogLevelRequest>) {
        unsafe sidecar__admin__v1__log_level_request__init(c)
    }

    init(copying c: UnsafePointer<Sidecar__Admin__V1__LogLevelRequest>, in arena: Arena) throws(MessageFailure) {
        level = try unsafe arena.string(at: c.pointee.level)
        label = try unsafe arena.string(at: c.pointee.label)
        forMillis = unsafe c.pointee.for_millis
    }

    func fill(_ c: UnsafeMutablePointer<Sidecar__Admin__V1__LogLevelRequest>, in arena: Arena) throws(MessageFailure) {
        unsafe c.pointee.level = try arena.place(level)
        unsafe c.pointee.label = try arena.place(label)
        unsafe c.pointee.for_millis = forMillis
    }
}

extension AdminV1.LogLevelReply: GRPCMessage, @unsafe CMessage {
    package init(serializedBytes bytes: [UInt8]) throws {
        self = try unsafe Self.decoded(from: bytes)
    }

    package func serializedBytes() throws -> [UInt8] {
        try unsafe encoded()
    }

    static func initialize(_ c: UnsafeMutablePointer<Sidecar__Admin__V1__LogLevelReply>) {
        unsafe sidecar__admin__v1__log_level_reply__init(c)
    }

    init(copying c: UnsafePointer<Sidecar__Admin__V1__LogLevelReply>, in arena: Arena) throws(MessageFailure) {
        settings = try unsafe arena.messages(at: c.pointee.settings, count: c.pointee.n_settings)
    }

    func fill(_ c: UnsafeMutablePointer<Sidecar__Admin__V1__LogLevelReply>, in arena: Arena) throws(MessageFailure) {
        unsafe c.pointee.n_settings = settings.count
        unsafe c.pointee.settings = try arena.place(settings)
    }
}

extension AdminV1.LogLevelSetting: GRPCMessage, @unsafe CMessage {
    package init(serializedBytes bytes: [UInt8]) throws {
        self = try unsafe Self.decoded(from: bytes)
    }

    package func serializedBytes() throws -> [UInt8] {
        try unsafe encoded()
    }

    static func initialize(_ c: UnsafeMutablePointer<Sidecar__Admin__V1__LogLevelSetting>) {
        unsafe sidecar__admin__v1__log_level_setting__init(c)
    }

    init(copying c: UnsafePointer<Sidecar__Admin__V1__LogLevelSetting>, in arena: Arena) throws(MessageFailure) {
        label = try unsafe arena.string(at: c.pointee.label)
        level = try unsafe arena.string(at: c.pointee.level)
        remainingMillis = unsafe c.pointee.remaining_millis
    }

    func fill(_ c: UnsafeMutablePointer<Sidecar__Admin__V1__LogLevelSetting>, in arena: Arena) throws(MessageFailure) {
        unsafe c.pointee.label = try arena.place(label)
        unsafe c.pointee.level = try arena.place(level)
        unsafe c.pointee.remaining_millis = remainingMillis
    }
}

extension AdminV1.WatchRequest: GRPCMessage, @unsafe CMessage {
    package init(serializedBytes bytes: [UInt8]) throws {
        self = try unsafe Self.decoded(from: bytes)
    }

    package func serializedBytes() throws -> [UInt8] {
        try unsafe encoded()
    }

    static func initialize(_ c: UnsafeMutablePointer<Sidecar__Admin__V1__WatchRequest>) {
        unsafe sidecar__admin__v1__watch_request__init(c)
    }

    init(copying c: UnsafePointer<Sidecar__Admin__V1__WatchRequest>, in arena: Arena) throws(MessageFailure) {
        kinds = unsafe arena.numbers(at: c.pointee.kinds, count: c.pointee.n_kinds).map {
            AdminV1.EventKind(rawValue: Int32(bitPattern: $0.rawValue))
        }
        endpoint = try unsafe arena.string(at: c.pointee.endpoint)
    }

    func fill(_ c: UnsafeMutablePointer<Sidecar__Admin__V1__WatchRequest>, in arena: Arena) throws(MessageFailure) {
        unsafe c.pointee.n_kinds = kinds.count
        unsafe c.pointee.kinds = try arena.place(
            kinds.map { Sidecar__Admin__V1__EventKind(rawValue: UInt32(bitPattern: $0.rawValue)) })
        unsafe c.pointee.endpoint = try arena.place(endpoint)
    }
}

extension AdminV1.FleetEvent: GRPCMessage, @unsafe CMessage {
    package init(serializedBytes bytes: [UInt8]) throws {
        self = try unsafe Self.decoded(from: bytes)
    }

    package func serializedBytes() throws -> [UInt8] {
        try unsafe encoded()
    }

    static func initialize(_ c: UnsafeMutablePointer<Sidecar__Admin__V1__FleetEvent>) {
        unsafe sidecar__admin__v1__fleet_event__init(c)
    }

    init(copying c: UnsafePointer<Sidecar__Admin__V1__FleetEvent>, in arena: Arena) throws(MessageFailure) {
        atUnixMicros = unsafe c.pointee.at_unix_micros
        proxy = try unsafe arena.string(at: c.pointee.proxy)
        switch unsafe c.pointee.event_case.rawValue {
        case 3:
            event = try unsafe arena.message(at: c.pointee.began).map(Event.began)
        case 4:
            event = try unsafe arena.message(at: c.pointee.missed).map(Event.missed)
        case 5:
            event = try unsafe arena.message(at: c.pointee.member).map(Event.member)
        case 6:
            event = try unsafe arena.message(at: c.pointee.fact).map(Event.fact)
        case 7:
            event = try unsafe arena.message(at: c.pointee.wake).map(Event.wake)
        case 8:
            event = try unsafe arena.message(at: c.pointee.sessions).map(Event.sessions)
        case 9:
            event = try unsafe arena.message(at: c.pointee.reload).map(Event.reload)
        case 10:
            event = try unsafe arena.message(at: c.pointee.drain).map(Event.drain)
        default:
            event = nil
        }
    }

    func fill(_ c: UnsafeMutablePointer<Sidecar__Admin__V1__FleetEvent>, in arena: Arena) throws(MessageFailure) {
        unsafe c.pointee.at_unix_micros = atUnixMicros
        unsafe c.pointee.proxy = try arena.place(proxy)
        switch event {
        case .began(let value):
            unsafe c.pointee.event_case = .init(rawValue: 3)
            unsafe c.pointee.began = try arena.place(value)
        case .missed(let value):
            unsafe c.pointee.event_case = .init(rawValue: 4)
            unsafe c.pointee.missed = try arena.place(value)
        case .member(let value):
            unsafe c.pointee.event_case = .init(rawValue: 5)
            unsafe c.pointee.member = try arena.place(value)
        case .fact(let value):
            unsafe c.pointee.event_case = .init(rawValue: 6)
            unsafe c.pointee.fact = try arena.place(value)
        case .wake(let value):
            unsafe c.pointee.event_case = .init(rawValue: 7)
            unsafe c.pointee.wake = try arena.place(value)
        case .sessions(let value):
            unsafe c.pointee.event_case = .init(rawValue: 8)
            unsafe c.pointee.sessions = try arena.place(value)
        case .reload(let value):
            unsafe c.pointee.event_case = .init(rawValue: 9)
            unsafe c.pointee.reload = try arena.place(value)
        case .drain(let value):
            unsafe c.pointee.event_case = .init(rawValue: 10)
            unsafe c.pointee.drain = try arena.place(value)
        case nil:
            break
        }
    }
}

extension AdminV1.WatchBegan: GRPCMessage, @unsafe CMessage {
    package init(serializedBytes bytes: [UInt8]) throws {
        self = try unsafe Self.decoded(from: bytes)
    }

    package func serializedBytes() throws -> [UInt8] {
        try unsafe encoded()
    }

    static func initialize(_ c: UnsafeMutablePointer<Sidecar__Admin__V1__WatchBegan>) {
        unsafe sidecar__admin__v1__watch_began__init(c)
    }

    init(copying c: UnsafePointer<Sidecar__Admin__V1__WatchBegan>, in arena: Arena) throws(MessageFailure) {
    }

    func fill(_ c: UnsafeMutablePointer<Sidecar__Admin__V1__WatchBegan>, in arena: Arena) throws(MessageFailure) {
    }
}

extension AdminV1.Missed: GRPCMessage, @unsafe CMessage {
    package init(serializedBytes bytes: [UInt8]) throws {
        self = try unsafe Self.decoded(from: bytes)
    }

    package func serializedBytes() throws -> [UInt8] {
        try unsafe encoded()
    }

    static func initialize(_ c: UnsafeMutablePointer<Sidecar__Admin__V1__Missed>) {
        unsafe sidecar__admin__v1__missed__init(c)
    }

    init(copying c: UnsafePointer<Sidecar__Admin__V1__Missed>, in arena: Arena) throws(MessageFailure) {
        events = unsafe c.pointee.events
    }

    func fill(_ c: UnsafeMutablePointer<Sidecar__Admin__V1__Missed>, in arena: Arena) throws(MessageFailure) {
        unsafe c.pointee.events = events
    }
}

extension AdminV1.MemberEvent: GRPCMessage, @unsafe CMessage {
    package init(serializedBytes bytes: [UInt8]) throws {
        self = try unsafe Self.decoded(from: bytes)
    }

    package func serializedBytes() throws -> [UInt8] {
        try unsafe encoded()
    }

    static func initialize(_ c: UnsafeMutablePointer<Sidecar__Admin__V1__MemberEvent>) {
        unsafe sidecar__admin__v1__member_event__init(c)
    }

    init(copying c: UnsafePointer<Sidecar__Admin__V1__MemberEvent>, in arena: Arena) throws(MessageFailure) {
        member = try unsafe arena.string(at: c.pointee.member)
        change = try unsafe arena.string(at: c.pointee.change)
        detail = try unsafe arena.string(at: c.pointee.detail)
    }

    func fill(_ c: UnsafeMutablePointer<Sidecar__Admin__V1__MemberEvent>, in arena: Arena) throws(MessageFailure) {
        unsafe c.pointee.member = try arena.place(member)
        unsafe c.pointee.change = try arena.place(change)
        unsafe c.pointee.detail = try arena.place(detail)
    }
}

extension AdminV1.FactEvent: GRPCMessage, @unsafe CMessage {
    package init(serializedBytes bytes: [UInt8]) throws {
        self = try unsafe Self.decoded(from: bytes)
    }

    package func serializedBytes() throws -> [UInt8] {
        try unsafe encoded()
    }

    static func initialize(_ c: UnsafeMutablePointer<Sidecar__Admin__V1__FactEvent>) {
        unsafe sidecar__admin__v1__fact_event__init(c)
    }

    init(copying c: UnsafePointer<Sidecar__Admin__V1__FactEvent>, in arena: Arena) throws(MessageFailure) {
        endpoint = try unsafe arena.string(at: c.pointee.endpoint)
        change = try unsafe arena.string(at: c.pointee.change)
        generation = unsafe c.pointee.generation
        sequence = unsafe c.pointee.sequence
        address = try unsafe arena.string(at: c.pointee.address)
        origin = try unsafe arena.string(at: c.pointee.origin)
        detail = try unsafe arena.string(at: c.pointee.detail)
    }

    func fill(_ c: UnsafeMutablePointer<Sidecar__Admin__V1__FactEvent>, in arena: Arena) throws(MessageFailure) {
        unsafe c.pointee.endpoint = try arena.place(endpoint)
        unsafe c.pointee.change = try arena.place(change)
        unsafe c.pointee.generation = generation
        unsafe c.pointee.sequence = sequence
        unsafe c.pointee.address = try arena.place(address)
        unsafe c.pointee.origin = try arena.place(origin)
        unsafe c.pointee.detail = try arena.place(detail)
    }
}

extension AdminV1.WakeEvent: GRPCMessage, @unsafe CMessage {
    package init(serializedBytes bytes: [UInt8]) throws {
        self = try unsafe Self.decoded(from: bytes)
    }

    package func serializedBytes() throws -> [UInt8] {
        try unsafe encoded()
    }

    static func initialize(_ c: UnsafeMutablePointer<Sidecar__Admin__V1__WakeEvent>) {
        unsafe sidecar__admin__v1__wake_event__init(c)
    }

    init(copying c: UnsafePointer<Sidecar__Admin__V1__WakeEvent>, in arena: Arena) throws(MessageFailure) {
        endpoint = try unsafe arena.string(at: c.pointee.endpoint)
        change = try unsafe arena.string(at: c.pointee.change)
        seenGeneration = unsafe c.pointee.seen_generation
        owner = try unsafe arena.string(at: c.pointee.owner)
        outcome = try unsafe arena.string(at: c.pointee.outcome)
        waiters = unsafe c.pointee.waiters
        tookMillis = unsafe c.pointee.took_millis
    }

    func fill(_ c: UnsafeMutablePointer<Sidecar__Admin__V1__WakeEvent>, in arena: Arena) throws(MessageFailure) {
        unsafe c.pointee.endpoint = try arena.place(endpoint)
        unsafe c.pointee.change = try arena.place(change)
        unsafe c.pointee.seen_generation = seenGeneration
        unsafe c.pointee.owner = try arena.place(owner)
        unsafe c.pointee.outcome = try arena.place(outcome)
        unsafe c.pointee.waiters = waiters
        unsafe c.pointee.took_millis = tookMillis
    }
}

extension AdminV1.SessionsEvent: GRPCMessage, @unsafe CMessage {
    package init(serializedBytes bytes: [UInt8]) throws {
        self = try unsafe Self.decoded(from: bytes)
    }

    package func serializedBytes() throws -> [UInt8] {
        try unsafe encoded()
    }

    static func initialize(_ c: UnsafeMutablePointer<Sidecar__Admin__V1__SessionsEvent>) {
        unsafe sidecar__admin__v1__sessions_event__init(c)
    }

    init(copying c: UnsafePointer<Sidecar__Admin__V1__SessionsEvent>, in arena: Arena) throws(MessageFailure) {
        open = unsafe c.pointee.open
    }

    func fill(_ c: UnsafeMutablePointer<Sidecar__Admin__V1__SessionsEvent>, in arena: Arena) throws(MessageFailure) {
        unsafe c.pointee.open = open
    }
}

extension AdminV1.ReloadEvent: GRPCMessage, @unsafe CMessage {
    package init(serializedBytes bytes: [UInt8]) throws {
        self = try unsafe Self.decoded(from: bytes)
    }

    package func serializedBytes() throws -> [UInt8] {
        try unsafe encoded()
    }

    static func initialize(_ c: UnsafeMutablePointer<Sidecar__Admin__V1__ReloadEvent>) {
        unsafe sidecar__admin__v1__reload_event__init(c)
    }

    init(copying c: UnsafePointer<Sidecar__Admin__V1__ReloadEvent>, in arena: Arena) throws(MessageFailure) {
        what = try unsafe arena.string(at: c.pointee.what)
        trouble = try unsafe arena.string(at: c.pointee.trouble)
    }

    func fill(_ c: UnsafeMutablePointer<Sidecar__Admin__V1__ReloadEvent>, in arena: Arena) throws(MessageFailure) {
        unsafe c.pointee.what = try arena.place(what)
        unsafe c.pointee.trouble = try arena.place(trouble)
    }
}

extension AdminV1.ConfigurationRequest: GRPCMessage, @unsafe CMessage {
    package init(serializedBytes bytes: [UInt8]) throws {
        self = try unsafe Self.decoded(from: bytes)
    }

    package func serializedBytes() throws -> [UInt8] {
        try unsafe encoded()
    }

    static func initialize(_ c: UnsafeMutablePointer<Sidecar__Admin__V1__ConfigurationRequest>) {
        unsafe sidecar__admin__v1__configuration_request__init(c)
    }

    init(copying c: UnsafePointer<Sidecar__Admin__V1__ConfigurationRequest>, in arena: Arena) throws(MessageFailure) {
    }

    func fill(_ c: UnsafeMutablePointer<Sidecar__Admin__V1__ConfigurationRequest>, in arena: Arena)
        throws(MessageFailure)
    {
    }
}

extension AdminV1.ConfigurationReply: GRPCMessage, @unsafe CMessage {
    package init(serializedBytes bytes: [UInt8]) throws {
        self = try unsafe Self.decoded(from: bytes)
    }

    package func serializedBytes() throws -> [UInt8] {
        try unsafe encoded()
    }

    static func initialize(_ c: UnsafeMutablePointer<Sidecar__Admin__V1__ConfigurationReply>) {
        unsafe sidecar__admin__v1__configuration_reply__init(c)
    }

    init(copying c: UnsafePointer<Sidecar__Admin__V1__ConfigurationReply>, in arena: Arena) throws(MessageFailure) {
        settings = try unsafe arena.messages(at: c.pointee.settings, count: c.pointee.n_settings)
        proxy = try unsafe arena.string(at: c.pointee.proxy)
    }

    func fill(_ c: UnsafeMutablePointer<Sidecar__Admin__V1__ConfigurationReply>, in arena: Arena) throws(MessageFailure)
    {
        unsafe c.pointee.n_settings = settings.count
        unsafe c.pointee.settings = try arena.place(settings)
        unsafe c.pointee.proxy = try arena.place(proxy)
    }
}

extension AdminV1.Setting: GRPCMessage, @unsafe CMessage {
    package init(serializedBytes bytes: [UInt8]) throws {
        self = try unsafe Self.decoded(from: bytes)
    }

    package func serializedBytes() throws -> [UInt8] {
        try unsafe encoded()
    }

    static func initialize(_ c: UnsafeMutablePointer<Sidecar__Admin__V1__Setting>) {
        unsafe sidecar__admin__v1__setting__init(c)
    }

    init(copying c: UnsafePointer<Sidecar__Admin__V1__Setting>, in arena: Arena) throws(MessageFailure) {
        name = try unsafe arena.string(at: c.pointee.name)
        value = try unsafe arena.string(at: c.pointee.value)
        origin = try unsafe arena.string(at: c.pointee.origin)
    }

    func fill(_ c: UnsafeMutablePointer<Sidecar__Admin__V1__Setting>, in arena: Arena) throws(MessageFailure) {
        unsafe c.pointee.name = try arena.place(name)
        unsafe c.pointee.value = try arena.place(value)
        unsafe c.pointee.origin = try arena.place(origin)
    }
}
