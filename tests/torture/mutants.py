"""Mutants: the sources with one operator, comparison, constant, boolean or returned value changed.

Never changed: strings, texts of errors, f-strings, type hints.
"""

import ast
import hashlib
import random
from collections import Counter
from dataclasses import dataclass

from support import ROOT

FOLDERS = ("parser/sqmail_log", "checks/sqmail_checks", "report/sqmail_report")
# A mutant may send its signal to a stranger's logger.
_LEFT_OUT = {"report/sqmail_report/archive/loggers.py"}

_COMPARED = {
    ast.Lt: ("<", ("<=", ">")), ast.LtE: ("<=", ("<", ">=")), ast.Gt: (">", (">=", "<")), ast.GtE: (">=", (">", "<=")),
    ast.Eq: ("==", ("!=",)), ast.NotEq: ("!=", ("==",)), ast.In: ("in", ("not in",)), ast.NotIn: ("not in", ("in",)),
    ast.Is: ("is", ("is not",)), ast.IsNot: ("is not", ("is",)),
}  # fmt: skip
_COUNTED = {
    ast.Add: ("+", ("-",)), ast.Sub: ("-", ("+",)), ast.Mult: ("*", ("//",)), ast.FloorDiv: ("//", ("*",)), ast.Div: ("/", ("*",)),
    ast.Mod: ("%", ("//",)), ast.BitOr: ("|", ("&",)), ast.BitAnd: ("&", ("|",)), ast.LShift: ("<<", (">>",)),
    ast.RShift: (">>", ("<<",)), ast.Pow: ("**", ("*",)), ast.BitXor: ("^", ("|",)),
}  # fmt: skip
_JOINED = {ast.And: ("and", ("or",)), ast.Or: ("or", ("and",))}


@dataclass(frozen=True)
class Mutant:
    """One change of a file's text, from byte `begin` to `end`; its statement begins at line `first`, the change lies at `line`.

    `is_import` says that it runs when the module is imported, and no more.
    """

    path: str
    function: str
    is_import: bool
    first: int
    line: int
    begin: int
    end: int
    old: str
    new: str
    number: int

    def apply(self, source):
        """Return the file's bytes with the change."""
        assert source[self.begin : self.end] == self.old.encode()
        return source[: self.begin] + self.new.encode() + source[self.end :]

    def told(self, source):
        """Return the line that names it: file, function and the line's text before and after; a number when it is not the first such."""
        first = source.rfind(b"\n", 0, self.begin) + 1
        last = source.find(b"\n", self.end)
        text = source[first:last].decode().strip()
        changed = (source[first : self.begin] + self.new.encode() + source[self.end : last]).decode().strip()
        number = f" ({self.number})" if self.number > 1 else ""
        return " ".join(f"{self.path} {self.function}: {text} -> {changed}{number}".split())


def all_mutants():
    """Return {path: (source, mutants by place in the file)} of all sources."""
    found = {}
    for folder in FOLDERS:
        for path in sorted((ROOT / folder).rglob("*.py")):
            source = path.read_bytes()
            name = str(path.relative_to(ROOT))
            if name not in _LEFT_OUT:
                found[name] = (source, _of(name, source))
    return found


def chosen(number, seed):
    """Return so many mutants as [(mutant, its name)], each of another place, the same for a seed while the sources are the same."""
    places = {}
    for path, (source, mutants) in all_mutants().items():
        for mutant in mutants:
            places.setdefault((path, mutant.begin), []).append((mutant, mutant.told(source)))
    # A change elsewhere in the sources should change few choices: each place has its own number.
    order = sorted(places.values(), key=lambda row: hashlib.sha256(f"{seed} {row[0][1]}".encode()).digest())
    return [random.Random(f"{seed} {row[0][1]}").choice(row) for row in order[:number]]


def _of(path, source):
    visitor = _Visitor(path, source)
    visitor.visit(ast.parse(source))
    seen = Counter()
    mutants = []
    for mutant in sorted(visitor.mutants, key=lambda mutant: (mutant.begin, mutant.new)):
        name = mutant.told(source)
        seen[name] += 1
        mutants.append(Mutant(**{**vars(mutant), "number": seen[name]}))
    return mutants


class _Visitor(ast.NodeVisitor):
    def __init__(self, path, source):
        self.path = path
        self.source = source
        self.mutants = []
        self._names = []
        self._is_import = True
        self._first = 1
        self._starts = [0]
        for line in source.splitlines(keepends=True):
            self._starts.append(self._starts[-1] + len(line))

    def _at(self, line, column):
        return self._starts[line - 1] + column

    def _span(self, node):
        return self._at(node.lineno, node.col_offset), self._at(node.end_lineno, node.end_col_offset)

    def _change(self, begin, end, news):
        line = self.source.count(b"\n", 0, begin) + 1
        old = self.source[begin:end].decode()
        function = ".".join(self._names) or "<module>"
        self.mutants += [Mutant(self.path, function, self._is_import, self._first, line, begin, end, old, new, 1) for new in news if new != old]

    def _between(self, left, right, signs):
        """Change the operator between two nodes, where its text stands there once."""
        old, news = signs
        begin, end = self._span(left)[1], self._span(right)[0]
        text = self.source[begin:end]
        at = text.find(old.encode())
        if at >= 0 and text.count(old.encode()) == 1 and b"#" not in text:
            self._change(begin + at, begin + at + len(old), news)

    def visit(self, node):
        if isinstance(node, ast.stmt):
            self._first = node.lineno
        super().visit(node)

    def _named(self, node):
        self._names.append(node.name)
        for child in node.decorator_list:
            self.visit(child)
        before = self._is_import
        if isinstance(node, ast.FunctionDef):
            for default in (*node.args.defaults, *node.args.kw_defaults):
                if default is not None:
                    self.visit(default)
            self._is_import = False
        for child in node.body:
            self.visit(child)
        self._is_import = before
        self._names.pop()

    visit_FunctionDef = visit_ClassDef = _named  # noqa: N815 - as ast calls them

    def visit_JoinedStr(self, node):
        """Leave texts alone."""

    def visit_Raise(self, node):
        """Leave the words of errors alone."""

    def visit_Assert(self, node):
        """Leave statements to the reader alone."""

    def visit_keyword(self, node):
        """Leave zip's `strict` alone: it states what holds, as `assert` does."""
        if node.arg != "strict":
            self.generic_visit(node)

    def visit_AnnAssign(self, node):
        if node.value:
            self.visit(node.value)

    def visit_Assign(self, node):
        names = {target.id for target in node.targets if isinstance(target, ast.Name)}
        if not names & {"TYPE_CHECKING", "__all__", "__slots__"}:
            self.generic_visit(node)

    def visit_If(self, node):
        if not (isinstance(node.test, ast.Name) and node.test.id == "TYPE_CHECKING"):
            self.generic_visit(node)

    def visit_Call(self, node):
        if isinstance(node.func, ast.Name) and node.func.id in {"cast", "NamedTuple", "TypeVar"}:
            return
        self.generic_visit(node)

    def visit_Compare(self, node):
        for left, operator, right in zip((node.left, *node.comparators), node.ops, node.comparators, strict=False):
            self._between(left, right, _COMPARED[type(operator)])
        self.generic_visit(node)

    def visit_BinOp(self, node):
        if type(node.op) in _COUNTED and not _is_text(node.left) and not _is_text(node.right):
            self._between(node.left, node.right, _COUNTED[type(node.op)])
        self.generic_visit(node)

    def visit_AugAssign(self, node):
        if type(node.op) in _COUNTED and not _is_text(node.value):
            old, news = _COUNTED[type(node.op)]
            self._between(node.target, node.value, (f"{old}=", [f"{new}=" for new in news]))
        self.generic_visit(node)

    def visit_BoolOp(self, node):
        for left, right in zip(node.values, node.values[1:], strict=False):
            self._between(left, right, _JOINED[type(node.op)])
        self.generic_visit(node)

    def visit_UnaryOp(self, node):
        begin = self._span(node)[0]
        if isinstance(node.op, ast.Not):
            self._change(begin, begin + len("not "), [""])
        elif isinstance(node.op, ast.USub):
            self._change(begin, begin + 1, ["+"])
        self.generic_visit(node)

    def visit_Return(self, node):
        if node.value is not None and not isinstance(node.value, ast.Constant):
            begin, end = self._span(node)
            if b"\n" not in self.source[begin:end]:
                self._change(begin, end, ["return None"])
        self.generic_visit(node)

    def visit_Constant(self, node):
        begin, end = self._span(node)
        value = node.value
        if isinstance(value, bool):
            self._change(begin, end, [str(not value)])
        elif isinstance(value, int):
            self._change(begin, end, [str(value + 1), *([str(value - 1)] if value > 0 else [])])
        elif isinstance(value, float):
            self._change(begin, end, [str(value * 2)])
        elif isinstance(value, bytes) and value and b"\n" not in self.source[begin:end]:
            self._change(begin, end, [repr(value[:-1] + bytes([value[-1] ^ 1]))])


def _is_text(node):
    return isinstance(node, ast.JoinedStr) or (isinstance(node, ast.Constant) and isinstance(node.value, str))
