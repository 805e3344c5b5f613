"""Which Swift files come of which .proto files."""
import base64
from pathlib import PurePosixPath

from google.protobuf import descriptor_pb2

from . import names
from .enums import write_enum
from .limits import Unsupported, check
from .messages import write_bridge, write_message
from .services import write_service
from .text import Comments, Lines


# Packages whose messages are another's under another name: only their descriptors are needed.
SAME_BYTES = {"grpc.reflection.v1alpha"}


class Context:
    """What the writers of one file need to know beyond the thing they write."""

    def __init__(self, file, packages, first_enum_case):
        self.comments = Comments(file)
        self.packages = packages
        self.first_enum_case = first_enum_case


def generate(request):
    """Pairs of file name and text: `ReportV1.swift` with the messages, `ReportV1+Reports.swift` per service."""
    messages, first_case = {}, {}
    for file in request.proto_file:
        collect(file.message_type, f".{file.package}", messages, first_case)
        collect_enums(file.enum_type, f".{file.package}", first_case)
    packages = {file.package for file in request.proto_file}
    seen = set()
    for file in request.proto_file:
        if file.name not in request.file_to_generate:
            continue
        if file.package in seen:
            raise Unsupported(f"{file.name}: a package is one file")
        seen.add(file.package)
        check(file, messages)
        if file.package in SAME_BYTES:
            continue
        context = Context(file, packages, first_case)
        space = names.namespace(file.package)
        yield f"{space}.swift", messages_file(file, space, context)
        for index, service in enumerate(file.service):
            yield f"{space}+{service.name}.swift", service_file(file, service, index, context)
    yield "Descriptors.swift", descriptors_file(request)


def messages_file(file, space, context):
    out = header(file, ["internal import CProtobufC", "internal import CSidecarProto", "internal import GRPCLite"])
    context.comments.write(out, [2])  # Path of the `package` line.
    out.add(f"package enum {space} {{}}", "")
    with out.block(f"extension {space}"):
        for index, enum in enumerate(file.enum_type):
            write_enum(out, enum, [5, index], context)
            out.add("")
        for index, message in enumerate(file.message_type):
            write_message(out, message, f".{file.package}.{message.name}", [4, index], context)
            out.add("")
    out.add("")
    for index, message in enumerate(file.message_type):
        write_bridge(out, message, f".{file.package}.{message.name}", [4, index], context)
    return out.text()


def service_file(file, service, index, context):
    out = header(file, ["package import GRPCLite"])
    write_service(out, service, file.package, [6, index], context)
    return out.text()


def descriptors_file(request):
    """Every file's descriptor as a server's reflection gives it away: comments and positions left out."""
    files = descriptor_pb2.FileDescriptorSet()
    for file in sorted(request.proto_file, key=lambda file: file.name):
        files.file.add().CopyFrom(file)
        files.file[-1].ClearField("source_code_info")
    text = base64.b64encode(files.SerializeToString()).decode()
    out = Lines()
    out.add("// Made from proto/ by scripts/generate-proto. Not edited by hand.", "")
    out.add("/// A google.protobuf.FileDescriptorSet of all of proto/, in base64.")
    with out.block("enum Descriptors"):
        out.add('static let base64 = """')
        lines = [f"    {text[start:start + 108]}" for start in range(0, len(text), 108)]
        out.add(*(line + "\\" for line in lines[:-1]), lines[-1])
        out.add('    """')
    return out.text()


def header(file, imports):
    out = Lines()
    out.add(f"// Made from {PurePosixPath('proto') / file.name} by scripts/generate-proto. Not edited by hand.", "")
    out.add(*imports, "")
    return out


def collect(types, prefix, messages, first_case):
    for message in types:
        name = f"{prefix}.{message.name}"
        messages[name] = message
        collect(message.nested_type, name, messages, first_case)
        collect_enums(message.enum_type, name, first_case)


def collect_enums(types, prefix, first_case):
    for enum in types:
        first_case[f"{prefix}.{enum.name}"] = names.enum_case(enum.value[0].name, enum.name)
