"""An enum as a Swift enum that keeps numbers it has no name for, as proto3 asks."""
from . import names
from .limits import Unsupported


def write_enum(out, enum, path, context):
    if enum.options.allow_alias:
        raise Unsupported(f"{enum.name}: allow_alias")
    cases = [(names.enum_case(value.name, enum.name), value.number) for value in enum.value]
    context.comments.write(out, path)
    with out.block(f"package enum {enum.name}: RawRepresentable, Hashable, Sendable"):
        for index, (case, _) in enumerate(cases):
            context.comments.write(out, path + [2, index])
            out.add(f"case {case}")
        out.add("/// A number that this version has no name for.", "case unrecognized(Int32)", "")
        with out.block("package init(rawValue: Int32)"):
            with out.block("switch rawValue"):
                out.add(*(f"case {number}: self = .{case}" for case, number in cases))
                out.add("default: self = .unrecognized(rawValue)")
        out.add("")
        with out.block("package var rawValue: Int32"):
            with out.block("switch self"):
                out.add(*(f"case .{case}: {number}" for case, number in cases))
                out.add("case .unrecognized(let rawValue): rawValue")
