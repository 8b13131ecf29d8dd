"""Reads PowerShell as tree-sitter's grammar does: every file given must be free of errors.

    powershell.py FILE...

No PowerShell is executed. So that a silent success means something, a broken script is read first, which must be
refused. Of install.ps1, the parameters are checked too.
"""

import sys

from tree_sitter import Language, Parser
import tree_sitter_powershell

PARSER = Parser(Language(tree_sitter_powershell.language()))

BROKEN = [
    b"function f { if ($x -eq 1 { 'a' } }\n",
    b"$env:PATH = 'C:\\it's' + $x\n",
    b"foreach ($x on $y) { 1 }\n",
]

# Variables that PowerShell owns: a parameter of that name fails when it is bound, or hides the value.
AUTOMATIC = {"args", "error", "foreach", "home", "host", "input", "matches", "pid", "profile", "psitem", "pwd", "this"}


def walk(node):
    yield node
    for child in node.children:
        yield from walk(child)


def text(node):
    return node.text.decode()


def faults(source):
    tree = PARSER.parse(source)
    for node in walk(tree.root_node):
        if node.is_error or node.is_missing:
            row, column = node.start_point
            yield f"line {row + 1}, column {column + 1}: {text(node)[:60]!r}"


def parameters(source):
    """The parameters of a script's own `param`, with the aliases of each."""
    tree = PARSER.parse(source)
    block = next(node for node in tree.root_node.children if node.type == "param_block")
    for parameter in (node for node in walk(block) if node.type == "script_parameter"):
        name = next(text(child) for child in parameter.children if child.type == "variable").lstrip("$").lower()
        aliases = [
            text(word).strip("'\"").lower()
            for attribute in walk(parameter)
            if attribute.type == "attribute" and text(attribute).lower().startswith("[alias(")
            for word in walk(attribute)
            if word.type == "string_literal"
        ]
        yield name, aliases


def check_installer(path, source):
    found = dict(parameters(source))
    if not {"version", "goverhome", "nosetup"} <= found.keys():
        yield f"{path}: parameters are {found}"
    if "home" not in found.get("goverhome", []):
        yield f"{path}: -Home is not bound to GoverHome: {found}"
    for name in AUTOMATIC & found.keys():
        yield f"{path}: ${name} is PowerShell's own and cannot be a parameter"
    for word in (b"Invoke-Expression", b"iex ", b"DownloadString", b"RunAs"):
        if word.lower() in source.lower():
            yield f"{path}: contains {word.decode()}"


def main():
    problems = []
    for source in BROKEN:
        if not list(faults(source)):
            problems.append(f"the parser takes {source!r} for PowerShell, so what it says means nothing")
    for path in sys.argv[1:]:
        with open(path, "rb") as file:
            source = file.read()
        if not source.strip():
            problems.append(f"{path}: is empty")
        # 5.1 reads a file without a mark as the system's code page.
        if not source.isascii():
            problems.append(f"{path}: is not ASCII")
        problems.extend(f"{path}: {fault}" for fault in faults(source))
        if path.endswith("install.ps1"):
            problems.extend(check_installer(path, source))
    for problem in problems:
        print(problem, file=sys.stderr)
    sys.exit(1 if problems else 0)


main()
