"""What a thing of a .proto is called in Swift, and in the C that protoc-gen-c makes."""
import re

SWIFT_KEYWORDS = {
    "as", "associatedtype", "break", "case", "catch", "class", "continue", "default", "defer", "deinit", "do", "else",
    "enum", "extension", "fallthrough", "false", "for", "func", "guard", "if", "import", "in", "init", "inout", "internal",
    "is", "let", "nil", "operator", "precedencegroup", "private", "protocol", "public", "repeat", "rethrows", "return",
    "self", "static", "struct", "subscript", "super", "switch", "throw", "throws", "true", "try", "typealias", "var",
    "where", "while",
}
C_KEYWORDS = {
    "auto", "break", "case", "char", "const", "continue", "default", "do", "double", "else", "enum", "extern", "float",
    "for", "goto", "if", "int", "long", "register", "return", "short", "signed", "sizeof", "static", "struct", "switch",
    "typedef", "union", "unsigned", "void", "volatile", "while", "inline", "restrict", "bool", "class", "new", "delete",
}


def upper_camel(text):
    """`report.v1`, `wake_progress` -> `ReportV1`, `WakeProgress`."""
    return "".join(word[:1].upper() + word[1:] for word in re.split(r"[._]", text))


def lower_camel(text):
    """`compute_id`, `EndpointShow` -> `computeId`, `endpointShow`; the last word ID, URL or SQL keeps its capitals."""
    words = re.split(r"_", text) if "_" in text or text.islower() else [text]
    first, rest = words[0], words[1:]
    camel = first[:1].lower() + first[1:] + "".join(spelled(word) for word in rest)
    return f"`{camel}`" if camel in SWIFT_KEYWORDS else camel


def spelled(word):
    """Swift writes an acronym in one case: `computeID`, `libpqURL`."""
    return word.upper() if word in {"id", "url", "tls", "sql"} else word[:1].upper() + word[1:]


def namespace(package):
    """`sidecar.report.v1` -> `ReportV1`, `opentelemetry.proto.trace.v1` -> `OTLPTraceV1`, `grpc.health.v1` -> `GRPCHealthV1`: the enum that holds all of a package."""
    if package.startswith("opentelemetry.proto."):
        return "OTLP" + upper_camel(package.removeprefix("opentelemetry.proto."))
    if package.startswith("grpc."):
        return "GRPC" + upper_camel(package.removeprefix("grpc."))
    # Somebody else's package too, spelt as Swift spells acronyms.
    return upper_camel(package.removeprefix("sidecar.")).replace("PageApi", "PageAPI")


def swift_type(full_name, packages):
    """`.sidecar.report.v1.A.B` -> `ReportV1.A.B`."""
    package = max((p for p in packages if full_name.startswith(f".{p}.")), key=len)
    return namespace(package) + full_name.removeprefix(f".{package}")


def c_type(full_name):
    """`.sidecar.report.v1.Ack` -> `Sidecar__Report__V1__Ack`."""
    return "__".join(upper_camel(part) for part in full_name.strip(".").split("."))


def c_prefix(full_name):
    """`.sidecar.report.v1.FullAck` -> `sidecar__report__v1__full_ack`, what the C functions begin with."""
    return "__".join(snake(part) for part in full_name.strip(".").split("."))


def c_field(name):
    """The member of the C struct."""
    return name.lower() + ("_" if name.lower() in C_KEYWORDS else "")


def snake(text):
    """protoc-gen-c puts `_` where a capital follows a small letter or a digit, and nowhere else."""
    return re.sub(r"(?<=[^A-Z_])([A-Z])", r"_\1", text).lower()


def enum_case(value, enum_name):
    """`COMPUTE_STATE_RUNNING` of `ComputeState` -> `running`; also when the prefix is only the enum's first word."""
    prefix = snake(enum_name).upper() + "_"
    return lower_camel(value.removeprefix(prefix).lower())
