#!/usr/bin/env python3
"""Build services as far as a job sees them: the files, variables and caches of docs/ci.md.

    pipeline.py SERVICE STATE

Runs the first block of code below the heading of SERVICE in docs/ci.md, on a new machine whose workspace is a copy of
STATE/project. What the service caches is kept in STATE/caches/SERVICE. GOVER is the directory of gover's two programs,
and the environment of this process is that of the job, without the machine's own PATH and HOME.
"""

import hashlib
import json
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile

import yaml

ROOT = pathlib.Path(__file__).resolve().parents[2]
GOVER = pathlib.Path(os.environ.pop("GOVER"))
HEADINGS = {
    "github": "GitHub Actions", "github-plain": "Without the action", "gitlab": "GitLab", "jenkins": "Jenkins",
    "azure": "Azure Pipelines", "shell": "A plain shell",
}


def block(heading):
    """The first block of code below a heading of the page."""
    text = (ROOT / "docs/ci.md").read_text()
    section = re.split(rf"^#+ {heading}\n", text, flags=re.M)[1]
    return re.search(r"^```\w*\n(.*?)^```", section, flags=re.M | re.S)[1]


class Machine:
    def __init__(self, state):
        self.directory = pathlib.Path(tempfile.mkdtemp(dir=state / "machines"))
        for name in ["home", "temp", "bin"]:
            (self.directory / name).mkdir()
        self.workspace = self.directory / "workspace"
        shutil.copytree(state / "project", self.workspace)
        # As in an image that has gover.
        for name in ["gover", "gover-shim"]:
            (self.directory / "bin" / name).symlink_to(GOVER / name)
        self.env = {
            **os.environ, "CI": "true", "HOME": str(self.directory / "home"),
            "PATH": f"{self.directory / 'bin'}:/usr/bin:/bin",
        }

    def run(self, script, env=None, shell=("bash", "--noprofile", "--norc", "-eo", "pipefail")):
        """The output of a script; a failure ends this program."""
        result = subprocess.run([*shell, "-c", script], cwd=self.workspace, env=env or self.env, text=True,
                                stdout=subprocess.PIPE, stdin=subprocess.DEVNULL)
        sys.stdout.write(result.stdout)
        sys.stdout.flush()
        if result.returncode:
            sys.exit(f"the script ended with {result.returncode}:\n{script}")
        return result.stdout


class Cache:
    """Copies of directories by key. Like the real ones, a cache is restored only for the same paths."""

    def __init__(self, directory):
        self.directory = directory
        self.directory.mkdir(parents=True, exist_ok=True)

    def find(self, key, fallbacks, paths):
        entries = sorted(self.directory.iterdir(), key=lambda entry: entry.stat().st_mtime, reverse=True)
        entries = [entry for entry in entries if json.loads((entry / "entry").read_text())["paths"] == paths]
        for prefix in [None, *fallbacks]:
            for entry in entries:
                found = json.loads((entry / "entry").read_text())["key"]
                if found == key if prefix is None else found.startswith(prefix):
                    return entry, found
        return None, None

    def restore(self, key, fallbacks, paths, base):
        entry, found = self.find(key, fallbacks, paths)
        for number, path in enumerate(paths if entry else []):
            if (entry / str(number)).exists():
                shutil.copytree(entry / str(number), base / path, symlinks=True, dirs_exist_ok=True)
        print(f"cache: {found or 'none'} for {key}")
        return found

    def save(self, key, paths, base):
        entry = self.directory / str(len(list(self.directory.iterdir())))
        entry.mkdir()
        for number, path in enumerate(paths):
            if (base / path).exists():
                shutil.copytree(base / path, entry / str(number), symlinks=True)
        (entry / "entry").write_text(json.dumps({"key": key, "paths": paths}))


def assignments(text):
    """What the runner reads from GITHUB_ENV and GITHUB_OUTPUT."""
    values, lines = {}, iter(text.splitlines())
    for line in lines:
        name, heredoc, delimiter = line.partition("<<")
        if heredoc and "=" not in name:
            value = []
            for line in lines:
                if line == delimiter:
                    break
                value.append(line)
            values[name] = "\n".join(value)
        elif line:
            name, _, value = line.partition("=")
            values[name] = value
    return values


class GitHub:
    FILES = {"GITHUB_PATH": "path", "GITHUB_ENV": "env", "GITHUB_OUTPUT": "output"}

    def __init__(self, machine, cache):
        self.machine, self.cache, self.matchers = machine, cache, []
        self.path, self.variables, self.after, self.outputs = [], {}, [], {}
        # A workspace is at the same place in each run, and so are the paths in the keys of caches.
        machine.env.update(GITHUB_ACTIONS="true", RUNNER_OS="Linux", RUNNER_ARCH="X64",
                           RUNNER_TEMP=str(machine.directory / "temp"))

    def value(self, text, scope):
        """Replaces expressions; their language has far more than this."""
        def term(word):
            word = word.strip()
            if word.startswith("'"):
                return word[1:-1]
            kind, _, rest = word.partition(".")
            known = {"inputs": scope["inputs"], "env": {**self.machine.env, **self.variables},
                     "runner": {"temp": self.machine.env["RUNNER_TEMP"]}}
            if kind == "steps":
                step, _, name = rest.split(".")
                return scope["steps"].get(step, {}).get(name, "")
            return known[kind].get(rest, "")

        def expression(code):
            if "!=" in code:
                left, right = code.split("!=")
                return term(left) != term(right)
            return next((value for value in map(term, code.split("||")) if value), "")

        if isinstance(text, bool):
            return str(text).lower()
        whole = re.fullmatch(r"\$\{\{(.*)\}\}", text.strip())
        if whole and "}}" not in whole[1]:
            return expression(whole[1])
        return re.sub(r"\$\{\{(.*?)\}\}", lambda match: str(expression(match[1])), text)

    def condition(self, step, scope):
        return "if" not in step or self.value("${{" + step["if"] + "}}", scope)

    def steps(self, steps, inputs=None):
        scope = {"inputs": inputs or {}, "steps": {}}
        for step in steps:
            if self.condition(step, scope):
                scope["steps"][step.get("id", "")] = self.step(step, scope)
        return scope

    def step(self, step, scope):
        arguments = {name: self.value(value, scope) for name, value in step.get("with", {}).items()}
        uses = step.get("uses", "").partition("@")[0]
        if uses == "actions/checkout":
            return {}
        if uses == "actions/cache":
            return self.use_cache(arguments)
        if uses.endswith("/gover"):
            return self.use_gover(arguments)
        if uses:
            sys.exit(f"the emulation does not know {uses}")
        return self.script(step, scope)

    def script(self, step, scope):
        files = {name: self.machine.directory / "temp" / file for name, file in self.FILES.items()}
        for file in files.values():
            file.write_text("")
        given = {name: self.value(value, scope) for name, value in step.get("env", {}).items()}
        env = {**self.machine.env, **self.variables, **{name: str(file) for name, file in files.items()}, **given}
        env["PATH"] = ":".join([*reversed(self.path), env["PATH"]])
        # Without `shell: bash`, GitHub adds no pipefail.
        shell = ("bash", "--noprofile", "--norc", "-eo", "pipefail") if step.get("shell") == "bash" else ("bash", "-e")
        output = self.machine.run(self.value(step["run"], scope), env, shell)
        self.matchers += re.findall(r"^::add-matcher::(.*)$", output, flags=re.M)
        for line in files["GITHUB_PATH"].read_text().splitlines():
            self.path = [known for known in self.path if known != line] + [line]
        self.variables.update(assignments(files["GITHUB_ENV"].read_text()))
        return assignments(files["GITHUB_OUTPUT"].read_text())

    def use_cache(self, arguments):
        paths = arguments["path"].split("\n")
        key = arguments["key"]
        if key.startswith("gover-program-"):
            # Building it takes minutes, and other tests do.
            release = self.machine.directory / "temp/gover-build/release"
            release.mkdir(parents=True)
            for name in ["gover", "gover-shim"]:
                shutil.copy(GOVER / name, release / name)
            return {"cache-hit": "true"}
        home = self.machine.directory
        paths = [os.path.relpath(path, home) for path in paths]
        fallbacks = [prefix for prefix in arguments.get("restore-keys", "").split("\n") if prefix]
        found = self.cache.restore(key, fallbacks, paths, home)
        if found != key:
            self.after.append(lambda: self.cache.save(key, paths, home))
        return {"cache-hit": str(found == key).lower()}

    def use_gover(self, arguments):
        action = yaml.safe_load((ROOT / "action.yml").read_text())
        unknown = set(arguments) - set(action["inputs"])
        if unknown:
            sys.exit(f"the action has no input {unknown}")
        inputs = {name: about.get("default", "") for name, about in action["inputs"].items()}
        self.machine.env["GITHUB_ACTION_PATH"] = str(ROOT)
        scope = self.steps(action["runs"]["steps"], {**inputs, **arguments})
        self.outputs = {name: self.value(about["value"], scope) for name, about in action["outputs"].items()}
        return self.outputs

    def job(self, text):
        workflow = yaml.safe_load(text)
        (job,) = workflow["jobs"].values()
        self.steps(job["steps"])
        for step in reversed(self.after):
            step()
        print(f"outputs of the action: {json.dumps(self.outputs)}")
        if self.matchers:
            print(f"matchers: {json.dumps(json.loads(pathlib.Path(self.matchers[-1]).read_text()))}")


def gitlab(machine, cache, text):
    page = yaml.safe_load(text)
    spec, component = yaml.safe_load_all((ROOT / "templates/gover.yml").read_text())
    given = page["include"][0].get("inputs", {})
    inputs = {name: about["default"] for name, about in spec["spec"]["inputs"].items()}
    unknown = set(given) - set(inputs)
    if unknown:
        sys.exit(f"the component has no input {unknown}")
    inputs.update(given)
    own = {name: job for name, job in page.items() if name != "include"}
    (job,) = own.values()
    job = {**component[job["extends"]], **job}
    fill = lambda text: re.sub(r"\$\[\[ inputs\.(\w+) \]\]", lambda match: inputs[match[1]], text)
    env = {**machine.env, "GITLAB_CI": "true", "CI_PROJECT_DIR": str(machine.workspace),
           "CI_RUNNER_EXECUTABLE_ARCH": "linux/amd64"}
    for name, value in job["variables"].items():
        env[name] = fill(value).replace("$CI_PROJECT_DIR", env["CI_PROJECT_DIR"])
    if not env["GOVER_SOURCES"]:
        env["GOVER_SOURCES"] = machine.env.get("GOVER_SOURCES", "")
    key = job["cache"]["key"]
    files = "".join((machine.workspace / name).read_text() for name in key["files"])
    name = f"{key['prefix']}-{hashlib.sha1(files.encode()).hexdigest()}".replace("$CI_RUNNER_EXECUTABLE_ARCH", env["CI_RUNNER_EXECUTABLE_ARCH"])
    cache.restore(name, [], job["cache"]["paths"], machine.workspace)
    machine.run("\n".join(map(fill, job["before_script"] + job["script"])), env)
    cache.save(name, job["cache"]["paths"], machine.workspace)


def jenkins(machine, text):
    machine.env["JENKINS_URL"] = "http://ci.example/"
    for script in re.findall(r"sh '''\n(.*?)'''", text, flags=re.S):
        machine.run(script, shell=("sh", "-xe"))


def azure(machine, text):
    machine.env["TF_BUILD"] = "True"
    path, variables = [], {}
    unescape = lambda value: value.replace("%0D", "\r").replace("%0A", "\n").replace("%AZP25", "%")
    for step in yaml.safe_load(text)["steps"]:
        env = {**machine.env, **variables}
        env["PATH"] = ":".join([*reversed(path), env["PATH"]])
        output = machine.run(step["script"], env, ("bash", "--noprofile", "--norc", "-e"))
        for name, value in re.findall(r"^##vso\[task\.(prependpath|setvariable variable=\w+)\](.*)$", output, flags=re.M):
            if name == "prependpath":
                path.append(unescape(value))
            else:
                variables[name.partition("=")[2]] = unescape(value)


def main():
    service, state = sys.argv[1], pathlib.Path(sys.argv[2])
    (state / "machines").mkdir(exist_ok=True)
    text = block(HEADINGS[service])
    machine = Machine(state)
    cache = Cache(state / "caches" / service)
    match service:
        case "github" | "github-plain":
            GitHub(machine, cache).job(text)
        case "gitlab":
            gitlab(machine, cache, text)
        case "jenkins":
            jenkins(machine, text)
        case "azure":
            azure(machine, text)
        case "shell":
            machine.run(text, shell=("sh", "-e"))


main()
