/// Who is asked about access, what is remembered of the answers, and what kind of proxy asks.
package struct AccessSettings: Sendable {
    /// In what words the control plane is asked. `nil`: found out by asking.
    package var spelling: ControlPlaneCalls.Spelling?
    package var projectInfo = ProjectInfoLimits()
    package var entrance = Entrance.publicNetwork

    package init() {}
}
