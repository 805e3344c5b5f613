internal import ArgumentParser

/// Who may look at the gRPC services without being anybody.
struct InspectionOptions: ParsableArguments {
    @Flag(
        help: """
            Let other machines ask for the health of the gRPC services (grpc.health.v1) and for what they are \
            (grpc.reflection), too; this machine always may.
            """)
    var grpcInspection = false
}
