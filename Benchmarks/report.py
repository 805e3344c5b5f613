"""Samples, their medians, and the tables of docs/benchmarks.md."""
import statistics
import sys
from dataclasses import dataclass


@dataclass
class Column:
    title: str
    digits: int


class Samples:
    """One row per way, one list of figures per column and row."""

    def __init__(self, *columns):
        self.columns, self.rows = columns, {}

    def add(self, row, *figures):
        say("    " + row + ": " + ", ".join(
            f"{column.title} {self._text(column, figure)}" for column, figure in zip(self.columns, figures)))
        self.rows.setdefault(row, []).append(figures)

    def table(self, title, ours=None):
        """Medians, with the range of the first column when there are several; with `ours`: how many times the others'
        first column is ours."""
        is_repeated = any(len(samples) > 1 for samples in self.rows.values())
        heads = ["", *(column.title for column in self.columns)] + ["lowest to highest"] * is_repeated
        heads += ["ours / theirs"] if ours else []
        lines = [f"### {title}", "", "| " + " | ".join(heads) + " |", "|---" + "|---:" * (len(heads) - 1) + "|"]
        for row, samples in self.rows.items():
            medians = [_median(figures) for figures in zip(*samples)]
            first = [figures[0] for figures in samples if figures[0] is not None]
            cells = [row, *(self._text(*pair) for pair in zip(self.columns, medians))]
            if is_repeated:
                cells.append(
                    "" if not first else " to ".join(self._text(self.columns[0], edge(first)) for edge in (min, max)))
            if ours:
                cells.append(self._ratio(ours, row))
            lines.append("| " + " | ".join(cells) + " |")
        return "\n".join(lines) + "\n"

    def _ratio(self, ours, row):
        """The median of the rounds' own ratios: what disturbs a whole round drops out."""
        pairs = [(a[0], b[0]) for a, b in zip(self.rows[ours], self.rows[row]) if a[0] and b[0]]
        return f"{statistics.median(a / b for a, b in pairs):.2f}" if pairs and row != ours else ""

    @staticmethod
    def _text(column, figure):
        return "" if figure is None else f"{figure:,.{column.digits}f}"


def _median(figures):
    known = [figure for figure in figures if figure is not None]
    return statistics.median(known) if known else None


def say(words):
    print(words, file=sys.stderr, flush=True)
