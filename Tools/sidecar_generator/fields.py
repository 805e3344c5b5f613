"""How a field is spelled in Swift, and how it crosses to and from the C struct."""
from google.protobuf.descriptor_pb2 import FieldDescriptorProto as Field

from . import names

SCALARS = {
    Field.TYPE_DOUBLE: "Double",
    Field.TYPE_FLOAT: "Float",
    Field.TYPE_INT32: "Int32",
    Field.TYPE_SINT32: "Int32",
    Field.TYPE_SFIXED32: "Int32",
    Field.TYPE_INT64: "Int64",
    Field.TYPE_SINT64: "Int64",
    Field.TYPE_SFIXED64: "Int64",
    Field.TYPE_UINT32: "UInt32",
    Field.TYPE_FIXED32: "UInt32",
    Field.TYPE_UINT64: "UInt64",
    Field.TYPE_FIXED64: "UInt64",
    Field.TYPE_BOOL: "Bool",
    Field.TYPE_STRING: "String",
    Field.TYPE_BYTES: "[UInt8]",
}
DEFAULTS = {"Bool": "false", "String": '""', "[UInt8]": "[]"}


class SwiftField:
    """One field outside a oneof, or one member of a oneof."""

    def __init__(self, field, path, packages, first_enum_case):
        self.path = path
        self.number = field.number
        self.name = names.lower_camel(field.name)
        self.c_name = names.c_field(field.name)
        self.is_repeated = field.label == Field.LABEL_REPEATED
        self.is_message = field.type == Field.TYPE_MESSAGE
        self.is_enum = field.type == Field.TYPE_ENUM
        self.is_copied = field.type in (Field.TYPE_STRING, Field.TYPE_BYTES) or self.is_message
        if self.is_message or self.is_enum:
            self.element = names.swift_type(field.type_name, packages)
            self.c_element = names.c_type(field.type_name)
        else:
            self.element = SCALARS[field.type]
        self.first_case = first_enum_case.get(field.type_name)

    @property
    def type(self):
        if self.is_repeated:
            return f"[{self.element}]"
        return f"{self.element}?" if self.is_message else self.element

    @property
    def default(self):
        if self.is_repeated:
            return "[]"
        if self.is_message:
            return "nil"
        return f".{self.first_case}" if self.is_enum else DEFAULTS.get(self.element, "0")

    def decoding(self):
        """The expression that reads it from `c`. The functions called are in Support/Arena+Decoding.swift."""
        c = f"c.pointee.{self.c_name}"
        attempt = "unsafe" if self.kind == "blob" else "try unsafe"
        if self.is_repeated:
            at = f"at: {c}, count: c.pointee.n_{self.c_name}"
            if self.is_copied:
                return f"{attempt} arena.{self.kind}s({at})"
            mapped = {"Bool": ".map { $0 != 0 }"}.get(self.element, "")
            if self.is_enum:
                mapped = f".map {{ {self.element}(rawValue: Int32(bitPattern: $0.rawValue)) }}"
            return f"unsafe arena.numbers({at}){mapped}"
        if self.is_copied:
            return f"{attempt} arena.{self.kind}(at: {c})"
        if self.is_enum:
            return f"unsafe {self.element}(rawValue: Int32(bitPattern: {c}.rawValue))"
        return f"unsafe {c} != 0" if self.element == "Bool" else f"unsafe {c}"

    def encoding(self, value):
        """The statements that write `value` to `c`. The functions called are in Support/Arena+Encoding.swift."""
        c = f"unsafe c.pointee.{self.c_name}"
        if self.is_repeated:
            element = {"Bool": f"{value}.map {{ $0 ? 1 : 0 }}"}.get(self.element, value)
            if self.is_enum:
                element = f"{value}.map {{ {self.c_element}(rawValue: UInt32(bitPattern: $0.rawValue)) }}"
            return [f"unsafe c.pointee.n_{self.c_name} = {value}.count", f"{c} = try arena.place({element})"]
        if self.is_copied:
            return [f"{c} = try arena.place({value})"]
        if self.is_enum:
            return [f"{c} = {self.c_element}(rawValue: UInt32(bitPattern: {value}.rawValue))"]
        return [f"{c} = {value} ? 1 : 0" if self.element == "Bool" else f"{c} = {value}"]

    @property
    def kind(self):
        if self.is_message:
            return "message"
        return {"String": "string", "[UInt8]": "blob"}.get(self.element, "number")
