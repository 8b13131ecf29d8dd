"""Runs script tests of cmd/go twice: with the go command that they were made for, and through gover's shim.

The scripts and the test program come from the toolchain under test. The program is cmd/go itself once the variable
CMDGO_TEST_RUN_MAIN is set. Without it, it would run all tests again, each of which calls it: so it is never called
without the variable, and a limit of processes ends a run that gets out of hand.
"""

import json
import os
import pathlib
import re
import shlex
import shutil
import signal
import subprocess
import threading

# The core: what decides which toolchain runs, and what a toolchain sees of it.
CORE = """
chdir cover_switch_toolchain env_changed env_gomod_issue61455 env_unset env_write generate_env go_version
gotoolchain_get_upgrade gotoolchain_godebug_trace gotoolchain_issue66175 gotoolchain_local gotoolchain_loop
gotoolchain_modcmds gotoolchain_net gotoolchain_path gotoolchain_switch_gosum gotoolchain_version
gotoolchain_work_issue76728 mod_download_exec_toolchain mod_edit_toolchain mod_get_exec_toolchain mod_get_toolchain
mod_go_version mod_go_version_missing mod_toolchain mod_toolchain_slash old_tidy_toolchain run_work_versioned
work_edit_toolchain work_env work_get_toolchain work_gowork work_init_toolchain work_nowork work_sync_toolchain
work_use_toolchain build_trimpath_goroot env_exp work_init_gowork
""".split()

TOUCHES = re.compile(
    r"GOTOOLCHAIN|toolchain|TESTGO_VERSION|goversion|\bgo(?: [a-z]+){0,2} -C|\bgo version|GOENV|GOWORK|go\.work|go env"
)
MOST_PROCESSES = 200


class Scripts:
    def __init__(self, work, goroot, programs):
        self.work, self.goroot, self.programs = work, goroot, programs
        self.program = work / "cmdgo.test"
        self.version = (goroot / "VERSION").read_text().split()[0]
        self.environment = {
            "HOME": str(work / "home"),
            "PATH": f"{goroot}/bin:/usr/bin:/bin",
            "GOROOT": str(goroot),
            "GOTOOLCHAIN": "local",
            "GOCACHE": str(work / "cache"),
            "TMPDIR": str(work / "tmp"),
        }

    def names(self, everything):
        directory = self.goroot / "src/cmd/go/testdata/script"
        there = {path.stem: path for path in directory.glob("*.txt")}
        if not everything:
            return [name for name in CORE if name in there]
        return sorted(name for name, path in there.items() if TOUCHES.search(path.read_text(errors="replace")))

    def build(self):
        """Builds cmd/go's tests. The only change: the environment may name the `go` of the scripts."""
        for name in ("home", "tmp", "programs"):
            (self.work / name).mkdir(parents=True, exist_ok=True)
        for name in ("gover", "gover-shim"):
            shutil.copy2(self.programs / name, self.work / "programs" / name)
        source = self.goroot / "src/cmd/go/go_test.go"
        text = source.read_text()
        place = "testExe, err := os.Executable()\n"
        if text.count(place) != 1:
            raise SystemExit(f"{source} has changed: `{place.strip()}` is not in it once")
        named = 'if named := os.Getenv("FIDELITY_GO"); named != "" {\ntestExe = named\n}\n'
        changed, overlay = self.work / "go_test.go", self.work / "overlay.json"
        changed.write_text(text.replace(place, place + named))
        overlay.write_text(json.dumps({"Replace": {str(source): str(changed)}}))
        command = [self.goroot / "bin/go", "test", "-c", "-overlay", overlay, "-o", self.program, "cmd/go"]
        subprocess.run(command, cwd=source.parent, env=self.environment, check=True)

    def prepare(self):
        """The `go` of the scripts: the shim of a home whose default is the toolchain that the script pretends to be."""
        texts = [path.read_text(errors="replace") for path in self.goroot.glob("src/cmd/go/testdata/script/*.txt")]
        pretended = {"": self.fake("fakes/local", "")}
        for number, value in enumerate(sorted(set(re.findall(r"TESTGO_VERSION=('[^'\n]+'|\S+)", "\n".join(texts))))):
            value = value.strip("'").replace("${goversion}", self.version.removeprefix("go"))
            pretended[value] = self.fake(f"fakes/{number}", value)
        for name in self.switch_targets(texts):
            self.fake(f"store/{name}", name)
        for value, goroot in pretended.items():
            for full in (False, True):
                self.home(self.work / "homes" / f"{value}-{'switch' if full else ''}", goroot, full)
        wrapper = self.work / "go-through-shim"
        wrapper.write_text(WRAPPER.format(work=shlex.quote(str(self.work))))
        wrapper.chmod(0o755)

    def switch_targets(self, texts):
        """The toolchains to which scripts switch that pretend to switch (TESTGO_VERSION_SWITCH=switch)."""
        modules = [path.name for path in self.goroot.glob("src/cmd/go/testdata/mod/*toolchain*")]
        texts = [text for text in texts if "TESTGO_VERSION_SWITCH" in text] + modules
        names = set()
        for version in re.findall(r"(?<![\w.])(?:v0\.0\.1-)?(?:go)?(1\.\d+(?:\.\d+|rc\d+|testmod)?)(?![\w])", "\n".join(texts)):
            minor = version.split(".")[1]
            is_language = version.count(".") == 1 and minor.isdigit() and int(minor) >= 21
            names.add(f"go{version}.0" if is_language else f"go{version}")
        return names

    def fake(self, below, version):
        """A GOROOT whose go is the test program under another version."""
        root = self.work / below
        (root / "bin").mkdir(parents=True, exist_ok=True)
        (root / "VERSION").write_text((version or self.version) + "\n")
        (root / "go.env").write_text((self.goroot / "go.env").read_text())
        values = {name: shlex.quote(str(value)) for name, value in vars(self).items()}
        pretends = f"export TESTGO_VERSION={shlex.quote(version)}" if version else ":"
        for name in ("go", "gofmt"):
            (root / "bin" / name).write_text(FAKE.format(**values, pretends=pretends))
            (root / "bin" / name).chmod(0o755)
        return root

    def home(self, home, goroot, full):
        (home / "bin").mkdir(parents=True, exist_ok=True)
        for source, name in (("gover", "gover"), ("gover-shim", "gover-shim"), ("gover-shim", "go")):
            link = home / "bin" / name
            link.unlink(missing_ok=True)
            os.link(self.work / "programs" / source, link)
        (home / "bin/.shim").touch()
        (home / "default").write_text(f"{goroot}\n")
        if full and not (home / "versions").exists():
            (home / "versions").symlink_to(self.work / "store")

    def run(self, names, through_shim, extra=()):
        """The result of each script, and for failures the line that failed."""
        environment = dict(self.environment, GOTOOLCHAIN="")
        if through_shim:
            environment["FIDELITY_GO"] = str(self.work / "go-through-shim")
        pattern = "TestScript/^(" + "|".join(names) + ")$"
        command = [self.program, "-test.v", "-test.parallel=3", "-test.timeout=30m", f"-test.run={pattern}", *extra]
        process = subprocess.Popen(
            command,
            cwd=self.goroot / "src/cmd/go",
            env=environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            errors="replace",
            start_new_session=True,
        )
        guard = threading.Thread(target=self.guard, args=(process,), daemon=True)
        guard.start()
        output, _ = process.communicate()
        (self.work / ("shim.log" if through_shim else "direct.log")).write_text(output)
        results = dict(
            (name, result)
            for result, name in re.findall(r"^\s+--- (PASS|FAIL|SKIP): TestScript/(\S+)", output, re.M)
        )
        lines = dict(re.findall(r"FAIL: testdata[/\\]script[/\\](\w+)\.txt:(.*)", output))
        return {name: (results.get(name, "NONE"), lines.get(name, "")) for name in names}

    def guard(self, process):
        """Ends the process group of a run with far more processes than the scripts need."""
        while process.poll() is None:
            groups = [stat_group(path) for path in pathlib.Path("/proc").glob("[0-9]*/stat")]
            if groups.count(process.pid) > MOST_PROCESSES:
                os.killpg(process.pid, signal.SIGKILL)
            threading.Event().wait(0.5)


def stat_group(path):
    try:
        return int(path.read_text().rsplit(")", 1)[1].split()[2])
    except (OSError, IndexError, ValueError):
        return 0


# A GOROOT inside of the homes would lack the standard library.
FAKE = """#!/bin/sh
case "$GOROOT" in {work}/* | "") export GOROOT={goroot} ;; esac
{pretends}
export CMDGO_TEST_RUN_MAIN=true
exec {program} "$@"
"""

WRAPPER = """#!/bin/sh
case $TESTGO_VERSION_SWITCH in switch) kind=switch ;; *) kind= ;; esac
home={work}/homes/"$TESTGO_VERSION-$kind"
export CMDGO_TEST_RUN_MAIN=true GOVER_HOME="$home" GOVER_SOURCES=goproxy PATH="$home/bin:$PATH"
exec "$home/bin/go" "$@"
"""
