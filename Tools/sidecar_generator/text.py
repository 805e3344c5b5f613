"""Lines with indentation, and comments."""


class Lines:
    """Swift source in the making."""

    def __init__(self):
        self.lines = []
        self.depth = 0

    def add(self, *lines):
        self.lines += [("    " * self.depth + line).rstrip() for line in lines]

    def block(self, opening):
        """`with out.block("struct A"):` writes the braces around what follows."""
        return Block(self, opening)

    def text(self):
        return "\n".join(self.lines).rstrip() + "\n"


class Block:
    def __init__(self, out, opening):
        self.out, self.opening = out, opening

    def __enter__(self):
        self.out.add(self.opening + " {")
        self.out.depth += 1

    def __exit__(self, *_):
        self.out.depth -= 1
        self.out.add("}")


class Comments:
    """The comments of one .proto file, by the path of what they stand before (see SourceCodeInfo.Location.path)."""

    def __init__(self, file):
        self.by_path = {tuple(location.path): location.leading_comments for location in file.source_code_info.location}

    def write(self, out, path):
        for line in self.by_path.get(tuple(path), "").strip("\n").splitlines():
            out.add(f"///{line.rstrip()}")
