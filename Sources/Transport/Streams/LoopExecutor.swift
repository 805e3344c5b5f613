package import NIOCore

/// Runs a connection's task on the connection's own event loop, so that nothing hops between task and channel:
/// `Task(executorPreference: LoopExecutor(loop)) { … }`.
package final class LoopExecutor: TaskExecutor {
    private let loop: any EventLoop

    package init(_ loop: any EventLoop) {
        self.loop = loop
    }

    package func enqueue(_ job: consuming ExecutorJob) {
        let job = UnownedJob(job)
        loop.execute { job.runSynchronously(on: self.asUnownedTaskExecutor()) }
    }
}
