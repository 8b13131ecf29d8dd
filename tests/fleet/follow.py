"""Follows a page of the documentation word by word.

    follow.py PAGE SETTINGS

Every `console` block is typed into a shell, line by line, and what comes must be what the page shows. The machine that
a block belongs to is named in a comment before it, <!-- machine: NAME -->, and stays until another is named; each has
a home and a shell of its own. A block after <!-- file: PATH --> becomes that file. SETTINGS is a JSON file:

    machines   by name: how its shell is started, and its environment
    places     what stands in the page -> where it is in this test, for commands; and back, for what they print
    numbers    numbers of the page that differ from day to day -> a command that prints what they are now

Times, sizes and runs of blanks may differ. A line `...` stands for any lines, and `...` in a line for anything.
"""
import json
import os
import re
import subprocess
import sys


class Machine:
    """A shell that remembers, as a person's does."""

    def __init__(self, command, environment):
        self.home = environment["HOME"]
        self.process = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
            env=environment, cwd=self.home, text=True, errors="replace",
        )
        self.count = 0

    def type(self, command):
        self.count += 1
        mark = f"__done_{self.count}__"
        self.process.stdin.write(f"{command}\nprintf '\\n%s\\n' {mark}\n")
        self.process.stdin.flush()
        lines = []
        for line in self.process.stdout:
            if line.rstrip("\n") == mark:
                break
            lines.append(line.rstrip("\n"))
        else:
            fail(f"the shell ended at `{command}`", lines)
        # The line break before the mark.
        return lines[:-1] if lines and lines[-1] == "" else lines


def tell(what, *details):
    print(f"FAILED: {what}", file=sys.stderr)
    for lines in details:
        for line in lines:
            print(f"  {line}", file=sys.stderr)


def fail(what, *details):
    tell(what, *details)
    sys.exit(1)


def blocks(text):
    """(kind of comment, its value, language, lines, line number) of each block of the page."""
    kind = value = None
    lines = text.split("\n")
    at = 0
    while at < len(lines):
        comment = re.fullmatch(r"<!-- (machine|file): (\S+) -->", lines[at])
        if comment:
            kind, value = comment.groups()
        fence = re.fullmatch(r"```(\w+)", lines[at])
        if fence:
            end = lines.index("```", at + 1)
            yield kind, value, fence.group(1), lines[at + 1 : end], at + 1
            kind = None
            at = end
        at += 1


def commands(lines):
    """Each command with the lines that it must print."""
    pairs = []
    for line in lines:
        if line.startswith("$ "):
            pairs.append((line[2:], []))
        elif pairs:
            pairs[-1][1].append(line)
    return pairs


def pattern(shown):
    """What the page shows, as a pattern over whole lines."""
    parts = []
    for line in shown:
        if line == "...":
            parts.append(r"(?:[^\n]*\n)*?")
        else:
            parts.append(r"[^\n]*".join(re.escape(part) for part in line.split("...")) + r"\n")
    return "".join(parts)


# Said where a server takes its time, which no page can know, and at the start of a download where there is no terminal.
PASSING = re.compile(r"waiting for .* \(no answer for 2 s\)|(\[\d+/\d+\] )?go\S+: downloading .*")


def leveled(line):
    """A line without what differs from run to run."""
    line = re.sub(r"\b\d+\.\d+s\b", "N.Ns", line)
    line = re.sub(r"\b\d+\.\d+ MiB\b", "N.N MiB", line)
    line = re.sub(r"\b\d+ known vulnerabilit(y|ies)\b", "N known vulnerabilities", line)
    line = re.sub(r"\b\d+ MiB\b", "N MiB", line)
    return re.sub(r"  +", "  ", line).rstrip()


def main():
    page, settings = sys.argv[1], json.load(open(sys.argv[2]))
    places = sorted(settings["places"].items(), key=lambda pair: -len(pair[0]))
    machines, name, typed, wrong = {}, None, 0, 0

    def here(text):
        for shown, real in places:
            text = text.replace(shown, real)
        return text

    def there(line, home):
        for shown, real in sorted(places, key=lambda pair: -len(pair[1])):
            line = line.replace(real, shown)
        return line.replace(home, "~")

    def numbered(line, now):
        for shown, number in now.items():
            line = re.sub(rf"\b{number}\b", shown, line)
        return line

    for kind, value, language, lines, number in blocks(open(page).read()):
        if kind == "file":
            path = here(value)
            os.makedirs(os.path.dirname(path), exist_ok=True)
            with open(path, "w") as out:
                out.write(here("\n".join(lines)) + "\n")
            continue
        if kind == "machine":
            name = value
        if language != "console":
            continue
        if name not in machines:
            machine = settings["machines"].get(name) or fail(f"{page}:{number}: there is no machine `{name}`")
            machines[name] = Machine(machine["command"], machine["environment"])
        machine = machines[name]
        for command, shown in commands(lines):
            received = [there(line, machine.home) for line in machine.type(here(command))]
            received = [line for line in received if not PASSING.fullmatch(line)]
            now = {
                known: subprocess.run(ask, shell=True, capture_output=True, text=True).stdout.strip() or known
                for known, ask in settings["numbers"].items()
            }
            received = [leveled(numbered(line, now)) for line in received]
            expected = [leveled(line) for line in shown]
            if not re.fullmatch(pattern(expected), "".join(line + "\n" for line in received)):
                wrong += 1
                tell(
                    f"{page}:{number}: on `{name}`: {command}",
                    ["the page shows:"], expected, ["the machine printed:"], received,
                )
            typed += 1
    for machine in machines.values():
        machine.process.stdin.close()
        machine.process.wait(timeout=60)
    if wrong:
        sys.exit(1)
    print(f"  {typed} commands of {os.path.basename(page)} did what the page says")


main()
