"""What the generator refuses, so that nobody finds out at run time."""
from google.protobuf.descriptor_pb2 import FieldDescriptorProto as Field


class Unsupported(Exception):
    """A .proto asks for something that our messages do not do."""


def check(file, messages):
    """Refuses a file, or says nothing.

    Recursive messages are refused because protobuf-c unpacks them with one stack frame per level and no limit: a few
    kilobytes from a stranger would end the process.
    """
    if file.syntax != "proto3":
        raise Unsupported(f"{file.name}: only proto3")
    for name, message in messages.items():
        # A map is a list of entries on the wire. Others' contracts may have them; ours have one order.
        if message.options.map_entry and not name.startswith(".grpc."):
            raise Unsupported(f"{name}: maps have no fixed order on the wire; use a repeated message")
        for field in message.field:
            where = f"{name}.{field.name}"
            if field.proto3_optional:
                raise Unsupported(f"{where}: protoc-gen-c 1.4 refuses `optional`; use a message or a oneof")
            if field.type == Field.TYPE_GROUP:
                raise Unsupported(f"{where}: groups")
        refuse_recursion(name, messages, path=())


def refuse_recursion(name, messages, path):
    if name in path:
        raise Unsupported(f"{name}: recursive message ({' -> '.join(path + (name,))})")
    for field in messages[name].field if name in messages else ():
        if field.type == Field.TYPE_MESSAGE:
            refuse_recursion(field.type_name, messages, path + (name,))
