"""Prometheus' text format 0.0.4, read strictly: whatever breaks a rule of it is an error."""
import re

NAME = r"[a-zA-Z_:][a-zA-Z0-9_:]*"
LABEL = r'[a-zA-Z_][a-zA-Z0-9_]*="(?:[^"\\\n]|\\["\\n])*"'
SAMPLE = re.compile(rf"({NAME})(?:\{{({LABEL}(?:,{LABEL})*)\}})? ([0-9.eE+-]+|\+Inf|-Inf|NaN)")
TYPES = {"counter", "gauge", "histogram"}


class Family:
    def __init__(self, kind, text):
        self.kind, self.text, self.samples = kind, text, {}


def families(page):
    """By name; the samples of a family by their name and labels."""
    assert page.endswith("\n")
    found, told, current = {}, None, None
    for line in page.splitlines():
        if line.startswith("# HELP "):
            _, _, name, text = line.split(" ", 3)
            assert re.fullmatch(NAME, name) and text, line
            told = (name, text)
        elif line.startswith("# TYPE "):
            _, _, name, kind = line.split(" ")
            assert told and told[0] == name, f"{name} has a type and no help in front of it"
            assert kind in TYPES and name not in found, line
            current = found[name] = Family(kind, told[1])
            current.name = name
        else:
            sample = SAMPLE.fullmatch(line)
            assert sample, f"no sample: {line!r}"
            name, labels, value = sample.groups()
            base = re.sub(r"_(bucket|sum|count)$", "", name) if current.kind == "histogram" else name
            assert base == current.name, f"{name} stands among {current.name}"
            pairs = tuple(re.findall(rf'({NAME})="((?:[^"\\]|\\.)*)"', labels or ""))
            assert len({pair[0] for pair in pairs}) == len(pairs), line
            key = (name, pairs)
            assert key not in current.samples, f"twice: {line}"
            current.samples[key] = float(value)
    for family in found.values():
        assert family.samples, family.name
        check(family)
    return found


def check(family):
    for (name, labels), value in family.samples.items():
        assert family.kind != "counter" or value >= 0, name
        assert family.kind == "histogram" or not any(label == "le" for label, _ in labels), name
    if family.kind != "histogram":
        return
    series = {}
    for (name, labels), value in family.samples.items():
        rest = tuple(pair for pair in labels if pair[0] != "le")
        bound = next((float(edge) for label, edge in labels if label == "le"), None)
        series.setdefault(rest, {})[name.removeprefix(family.name), bound] = value
    for rest, values in series.items():
        buckets = sorted((bound, count) for (part, bound), count in values.items() if part == "_bucket")
        assert buckets and buckets[-1][0] == float("inf"), (family.name, rest)
        assert all(low[1] <= high[1] for low, high in zip(buckets, buckets[1:])), (family.name, rest)
        assert values["_count", None] == buckets[-1][1] and ("_sum", None) in values, (family.name, rest)
