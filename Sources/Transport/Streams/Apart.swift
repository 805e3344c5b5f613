/// Work that is over before its task is, and should leave nothing behind.
package enum Apart {
    /// Runs `body` as a child of the calling task, with its priority, executor, task-local values and cancellation.
    ///
    /// What a task has needed at its deepest it keeps until it ends. A session lasts for hours, and its login is deep: in a
    /// task of its own the login gives that memory back.
    package static func run<Value: Sendable>(_ body: @escaping @Sendable () async -> Value) async -> Value {
        async let value = body()
        return await value
    }
}
