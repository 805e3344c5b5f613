internal import FleetSimulation

let arguments = Arguments(CommandLine.arguments.dropFirst())
let commands = Commands(arguments)
let isGood: Bool
switch arguments.command {
case "sweep": isGood = commands.sweep()
case "agents": isGood = commands.agents()
case "spread": isGood = commands.spread()
case "detect": isGood = commands.detect()
case "heal": isGood = commands.heal()
case "false-verdicts": isGood = commands.falseVerdicts()
case "idle": isGood = commands.idle()
case "replay": isGood = commands.replay()
case "shrink": isGood = commands.shrink()
case "queue": isGood = commands.queue()
default:
    print(Arguments.usage)
    exitProcess(64)
}
exitProcess(isGood ? 0 : 1)
