"""Random surroundings of a go command: real Go, the shim and `gover current --json` must agree on the toolchain.

Nothing is downloaded. Each toolchain but the one under test is a program that only prints its name. It lies in the store
of gover, or on PATH only. A case is made from its number and the seed alone, so that one can be repeated.
"""

import json
import os
import pathlib
import random
import re
import shutil
import subprocess

OTHERS = """go1.19 go1.20 go1.20.3 go1.21rc2 go1.21.0 go1.21.0-x go1.22rc1 go1.22.5 go1.23.4 go1.26.8-corp go1.27rc2 go1.27.0
go1.28beta1 go1.28.0 go1.30.0 go1.30.1 go1.30.1-corp go1.99.0""".split()
VERSIONS = """1 0.9 1.20 1.20.0 1.21 1.21.0 1.21rc2 1.22 1.22.5 1.23.4 1.26.8 1.26.8-corp 1.27 1.27rc2 1.27.0 1.28 1.28beta1 1.30 1.30.0
1.30.1 1.98.0 1.99.0 2.0 1.027 v1.27 go1.27 1.27.x 1.27.0rc1 "1.27" 1.27//x 1.27/*c*/ 1.99999999999999999999 -1 1.27+auto""".split() + [
    "",
    "1.30 // comment",
    "1.27 extra",
]
NAMES = OTHERS + """default local none auto path go go1 go1.0 go1.9.2rc2 go1.20.0 go1.27 go1.98.0 go1.30.1-other go2.0.0 1.27.0 gccgo-go1.30.0
go1.30.0/x ../go1.30.0 "go1.30.0" go1.30.0.0 go01.27.0 go1.27.0+auto go1.30.0- GO1.27.0 bash""".split() + [
    "go1.30.0 X:y",
    "go1.30.0 // comment",
    "",
]
MODES = ["local", "auto", "auto", "path", "local+auto", "local+path", "off", "+auto", "auto ", "Auto"]
NOISE = ["module m", "// go 1.99.0", "/* go 1.99.0 */", "require (\n\tgo 1.99.0\n)", "exclude (\n\ttoolchain v1.2.3\n)", "use .", "\0", "godebug x=y", "<<<<"]
SPACES = ["", "", "", "", " ", "\t", "\u00a0", "\v", "\ufeff", "\r", "\u3000"]
DIRECTORIES = ["", "a", "a/b", "a/b/c", "a/d", "e", "e/f"]


class Maker:
    """The surroundings of one case."""

    def __init__(self, seed, number, root):
        self.random, self.root = random.Random(f"{seed}/{number}"), root

    def chance(self, share):
        return self.random.random() < share

    def pick(self, values):
        return self.random.choice(values)

    def line(self, keys, values):
        pick = self.pick
        return pick(SPACES) + pick(keys) + pick([" ", " ", " ", "\t", "", "\u00a0"]) + pick(values) + pick(SPACES)

    def module_file(self):
        lines = ["module m", "go " + self.pick(VERSIONS[:24])]
        if self.chance(0.4):
            lines.append("toolchain " + self.pick(NAMES))
        if self.chance(0.5):
            lines = [self.pick(NOISE) for _ in range(self.random.randrange(3))]
            lines += [self.line(["go"] * 6 + ["Go", "golang"], VERSIONS) for _ in range(self.random.randrange(3))]
            lines += [self.line(["toolchain"] * 6 + ["toolchains"], NAMES) for _ in range(self.random.randrange(3))]
            self.random.shuffle(lines)
        text = self.pick(["\n"] * 6 + ["\r\n", "\r"]).join(lines) + self.pick(["", "\n"])
        return text.encode() if self.chance(0.97) else text.encode("utf-16")

    def gotoolchain(self):
        if self.chance(0.4):
            return self.pick(MODES)
        return self.pick(NAMES) + self.pick(["", "", "", "+auto", "+path", "+local"])

    def env_file(self):
        lines = []
        for _ in range(self.random.randrange(1, 3)):
            key = self.pick(["GOTOOLCHAIN", "GOTOOLCHAIN", "GOTOOLCHAIN", "GOWORK", "GO111MODULE"])
            value = self.gotoolchain() if key == "GOTOOLCHAIN" else self.pick(["off", "auto", "on", ""])
            lines.append(self.pick(["", "", "", "", "# ", " "]) + key + "=" + value + self.pick(["", "", "", "\r"]))
        return "\n".join(lines).encode()

    def files(self):
        root, files = self.root, {}
        for directory in DIRECTORIES:
            for name, share in (("go.mod", 0.35), ("go.work", 0.12)):
                path = f"{directory}/{name}".lstrip("/")
                if self.chance(share):
                    files[path] = self.module_file()
                elif self.chance(0.03):
                    files[path] = self.pick([None, pathlib.Path("absent"), root / "other.mod", pathlib.Path("/dev/null")])
        files |= {"other.mod": self.module_file(), "ws/x.work": self.module_file(), "go.env": self.env_file()}
        files |= {"link": root / "a/b", "e/up": root / "a/d", "home/.config/go/env": self.env_file()}
        if self.chance(0.6):
            del files["home/.config/go/env"]
        return files

    def variables(self, directory):
        root, pick, chance = self.root, self.pick, self.chance
        found = {"HOME": f"{root}/home"}
        if chance(0.55):
            found["GOTOOLCHAIN"] = self.gotoolchain()
        if chance(0.15):
            found["GOENV"] = pick([f"{root}/go.env", "off", "go.env", "/dev/null", f"{root}", ""])
        if chance(0.15):
            found["GO111MODULE"] = pick(["on", "off", "auto", "auto", "", "x"])
        if chance(0.18):
            found["GOWORK"] = pick(["off", "auto", "", f"{root}/ws/x.work", f"{root}/none", "go.work", "/dev/null", f"{root}/a/../ws/x.work"])
        if chance(0.12):
            found["TMPDIR"] = pick([f"{root}", f"{root}/", f"{root}/a", ".", "..", f"{root}/link/..", f"{root}/none", ""])
        if chance(0.05):
            found["GOTOOLCHAIN_INTERNAL_SWITCH_COUNT"] = pick(["1", "89", "95", "x"])
        if chance(0.9):
            ups = [f"{root}/link/..", f"{root}/e/up/..", f"{root}/a/../{directory}", f"{root}//{directory}", "/", ".", f"{root}/none"]
            found["PWD"] = f"{root}/{directory}".rstrip("/") if chance(0.75) else pick(ups)
        return found

    def arguments(self):
        where = self.pick([f"{self.root}/a", f"{self.root}/link", f"{self.root}/link/..", "..", ".", "b", "none", f"{self.root}/go.env", ""])
        flag = self.pick([["-C", where], [f"-C={where}"], ["--C", where]])
        commands = [["env", "GOVERSION"], ["env", "GOMOD"], ["env", "GOWORK"], ["env", "GOTOOLCHAIN"], ["mod", "edit", "-json"], ["work", "edit", "-json"]]
        commands += [["install", "example.com/x@v1.0.0"], ["run", "-v", "example.com/x@v1.0.0"], ["install", "./x"], ["help"], ["telemetry"], ["nosuch"]]
        command = ["version"] if self.chance(0.75) else self.pick(commands)
        if not self.chance(0.2):
            return command
        at = self.pick([0, 1, len(command)])
        return command[:at] + flag + command[at:]


class Cases:
    def __init__(self, work, goroot, programs):
        self.work, self.goroot = work / "cases", goroot
        self.local = (goroot / "VERSION").read_text().split()[0]
        shutil.rmtree(self.work, ignore_errors=True)
        self.outside = self.work / "outside"
        self.others = [name for name in OTHERS if name != self.local]
        for name in self.others:
            program(self.outside / name, name)
        self.homes = {full: self.home(programs, full) for full in (True, False)}

    def home(self, programs, full):
        home = self.work / f"home-{full}"
        (home / "versions").mkdir(parents=True)
        (home / "bin").mkdir()
        for source, name in (("gover", "gover"), ("gover-shim", "gover-shim"), ("gover-shim", "go")):
            shutil.copy2(programs / source, home / "bin" / name)
        (home / "bin/.shim").touch()
        (home / "default").write_text(self.local)
        (home / "versions" / self.local).symlink_to(self.goroot)
        for name in self.others if full else []:
            program(home / "versions" / name / "bin/go", name)
            (home / "versions" / name / "VERSION").write_text(name)
            (home / "bin" / name).symlink_to("go")
        return home

    def differences(self, seed, count):
        return [text for number in range(count) for text in self.one(seed, number)]

    def one(self, seed, number):
        root = self.work / "case"
        maker = Maker(seed, number, root)
        files = maker.files()
        directory = maker.pick([*DIRECTORIES, "link", "e/up"])
        variables, arguments, full = maker.variables(directory), maker.arguments(), maker.chance(0.6)
        home = self.homes[full]
        outside = "" if full else f"{self.outside}:"
        gover = {"GOVER_HOME": str(home), "GOVER_AUTO_INSTALL": "0", "GOVER_OFFLINE": "1"}

        def run(program, arguments, path, extra):
            write(root, files)
            base = {"PATH": f"{path}:/usr/bin:/bin", "GOPROXY": "off", "GOSUMDB": "off", "GOTELEMETRY": "off"}
            base |= {"GOPATH": f"{self.work}/gopath", "GOCACHE": f"{self.work}/cache"}
            return subprocess.run(
                [program, *arguments], cwd=root / directory, env=base | variables | extra,
                stdin=subprocess.DEVNULL, capture_output=True, timeout=60,
            )  # fmt: skip

        real = selected(run(self.goroot / "bin/go", arguments, f"{self.outside}:{self.goroot}/bin", {}))
        found = {"shim": selected(run(home / "bin/go", arguments, f"{outside}{home}/bin", gover))}
        if arguments == ["version"]:
            answer = run(home / "bin/gover", ["current", "--json"], f"{outside}{home}/bin", gover)
            found["current"] = self.current(answer, real)
        for who, answer in found.items():
            if answer != real:
                text = {name: value.decode(errors="replace") for name, value in files.items() if isinstance(value, bytes)}
                yield f"case {number}: go {' '.join(arguments)} in {directory!r}: Go {real}, {who} {answer}; {variables} {text}"

    def current(self, answer, real):
        """The answer of `gover current`, in words of `selected`. How an error is worded is not compared."""
        try:
            facts = json.loads(answer.stdout)
        except ValueError:
            return f"no JSON: {answer.stderr.decode(errors='replace')}"
        if facts["error"] is not None:
            return real if real.startswith("stops") else f"stops: {facts['error']}"
        if "invalid GOWORK" in real:
            return real  # Go looks at it again after the selection.
        return "local" if facts["version"] == self.local else f"runs {facts['version']}"


def selected(process):
    """What a go command did: it runs a toolchain that is there or would be fetched, stays local, or stops."""
    output, errors = (text.decode(errors="replace") for text in (process.stdout, process.stderr))
    if found := re.match(r"NAMED (.*)\n", output):
        return f"runs {found[1]}"
    missing = r"^go: download (\S.*?)(?: for [a-z0-9]+/[a-z0-9]+)?: |^go: cannot find \"(.*)\" in PATH|^gover: (go\S+) is not installed|^go: invalid toolchain: (\S+) is a language version"
    if found := re.search(missing, errors, re.M):
        return f"runs {next(filter(None, found.groups()))}"
    if found := re.search(r"^go: (?:go: )?(?:chdir|invalid GOTOOLCHAIN|invalid GOWORK|invalid toolchain|open|read|cannot determine).*", errors, re.M):
        return f"stops: {found[0]}"
    return "local"


def program(path, name):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f"#!/bin/sh\necho 'NAMED {name}'\n")
    path.chmod(0o755)


def write(root, files):
    """Makes the files anew, since a go command may have changed them."""
    while root.exists():
        shutil.rmtree(root, ignore_errors=True)
    for directory in [*DIRECTORIES, "ws", "home/.config/go"]:
        (root / directory).mkdir(parents=True, exist_ok=True)
    for path, content in files.items():
        if content is None:
            (root / path).mkdir()
        elif isinstance(content, pathlib.Path):
            (root / path).symlink_to(content)
        else:
            (root / path).write_bytes(content)
