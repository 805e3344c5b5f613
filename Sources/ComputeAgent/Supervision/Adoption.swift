internal import Logging

/// How an agent that is started again finds the Postgres that its predecessor has left running.
struct Adoption {
    let directory: DataDirectory
    let computeID: String
    let generation: UInt64
    let log: Logger

    /// The Postgres that an earlier agent of this very compute and generation has left running; `nil` when there is none.
    var candidate: AdoptionMark? {
        guard let bytes = OwnedFile.read(directory.adoptionMarkPath),
            let mark = AdoptionMark(text: String(decoding: bytes, as: UTF8.self)), mark.computeID == computeID,
            mark.generation == generation, mark.isAlive,
            ProcessTable.processes(workingIn: directory.path).contains(mark.process),
            Leftovers(directory: directory, log: log).postmasterIdentifier() == mark.process
        else { return nil }
        return mark
    }

    /// Without a mark the next agent ends this Postgres and starts its own, so a failure costs nothing here.
    func mark(_ process: PostgresProcess) {
        guard let beginning = ProcessTable.beginning(of: process.identifier) else { return }
        let mark = AdoptionMark(
            computeID: computeID, generation: generation, process: process.identifier, beginning: beginning)
        do {
            try OwnedFile.write(mark.text, to: directory.adoptionMarkPath, owner: nil)
        } catch {
            log.debug("no mark for an agent that is started again", metadata: ["error": "\(error)"])
        }
    }
}
