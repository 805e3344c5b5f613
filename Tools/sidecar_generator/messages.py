"""A message as a Swift struct, its oneofs as enums, and its way to and from C."""
from . import names
from .enums import write_enum
from .fields import SwiftField


def write_message(out, message, full_name, path, context):
    """The struct, with nested types inside. Goes into an extension of the package's namespace."""
    fields, oneofs = split(message, path, context)
    context.comments.write(out, path)
    with out.block(f"package struct {message.name}: Equatable, Sendable"):
        for index, nested in enumerate(message.nested_type):
            write_message(out, nested, f"{full_name}.{nested.name}", path + [3, index], context)
            out.add("")
        for index, nested in enumerate(message.enum_type):
            write_enum(out, nested, path + [4, index], context)
            out.add("")
        for oneof in oneofs:
            write_oneof(out, oneof, context)
        for member in fields:
            context.comments.write(out, member.path)
            out.add(f"package var {member.name}: {member.type}")
        for oneof in oneofs:
            context.comments.write(out, oneof.path)
            out.add(f"package var {oneof.name}: {oneof.type}?")
        members = [(m.name, m.type, m.default) for m in fields] + [(o.name, f"{o.type}?", "nil") for o in oneofs]
        out.add("")
        arguments = ", ".join(f"{name}: {type} = {default}" for name, type, default in members)
        with out.block(f"package init({arguments})"):
            out.add(*(f"self.{name} = {name}" for name, _, _ in members))


def write_bridge(out, message, full_name, path, context):
    """The conformances. At file level, one per message, nested ones too."""
    fields, oneofs = split(message, path, context)
    c_type, prefix = names.c_type(full_name), names.c_prefix(full_name)
    with out.block(f"extension {names.swift_type(full_name, context.packages)}: GRPCMessage, @unsafe CMessage"):
        with out.block("package init(serializedBytes bytes: [UInt8]) throws"):
            out.add("self = try unsafe Self.decoded(from: bytes)")
        out.add("")
        with out.block("package func serializedBytes() throws -> [UInt8]"):
            out.add("try unsafe encoded()")
        out.add("")
        with out.block(f"static func initialize(_ c: UnsafeMutablePointer<{c_type}>)"):
            out.add(f"unsafe {prefix}__init(c)")
        out.add("")
        with out.block(f"init(copying c: UnsafePointer<{c_type}>, in arena: Arena) throws(MessageFailure)"):
            for member in fields:
                out.add(f"{member.name} = {member.decoding()}")
            for oneof in oneofs:
                write_oneof_decoding(out, oneof)
        out.add("")
        pointer = f"UnsafeMutablePointer<{c_type}>"
        with out.block(f"func fill(_ c: {pointer}, in arena: Arena) throws(MessageFailure)"):
            for member in fields:
                out.add(*member.encoding(member.name))
            for oneof in oneofs:
                write_oneof_encoding(out, oneof)
    out.add("")
    for index, nested in enumerate(message.nested_type):
        write_bridge(out, nested, f"{full_name}.{nested.name}", path + [3, index], context)


class SwiftOneof:
    def __init__(self, declaration, path, members):
        self.path, self.members = path, members
        self.name = names.lower_camel(declaration.name)
        self.type = names.upper_camel(declaration.name)
        self.c_case = f"{names.c_field(declaration.name)}_case"


def split(message, path, context):
    """Fields that stand alone, and oneofs with theirs."""
    swift = [
        SwiftField(field, path + [2, index], context.packages, context.first_enum_case)
        for index, field in enumerate(message.field)
    ]
    pairs = list(zip(message.field, swift))
    oneofs = [
        SwiftOneof(declaration, path + [8, index],
                   [s for f, s in pairs if f.HasField("oneof_index") and f.oneof_index == index])
        for index, declaration in enumerate(message.oneof_decl)
    ]
    return [s for f, s in pairs if not f.HasField("oneof_index")], oneofs


def write_oneof(out, oneof, context):
    with out.block(f"package enum {oneof.type}: Equatable, Sendable"):
        for member in oneof.members:
            context.comments.write(out, member.path)
            out.add(f"case {member.name}({member.element})")
    out.add("")


def write_oneof_decoding(out, oneof):
    with out.block(f"switch unsafe c.pointee.{oneof.c_case}.rawValue"):
        for member in oneof.members:
            out.add(f"case {member.number}:")
            if member.is_message:
                out.add(f"    {oneof.name} = {member.decoding()}.map({oneof.type}.{member.name})")
            else:
                out.add(f"    {oneof.name} = .{member.name}({member.decoding()})")
        out.add("default:", f"    {oneof.name} = nil")


def write_oneof_encoding(out, oneof):
    with out.block(f"switch {oneof.name}"):
        for member in oneof.members:
            out.add(f"case .{member.name}(let value):")
            out.add(f"    unsafe c.pointee.{oneof.c_case} = .init(rawValue: {member.number})")
            out.add(*(f"    {line}" for line in member.encoding("value")))
        out.add("case nil:", "    break")
