#!/usr/bin/env python3
"""Checks a devcontainer-feature.json by the rules of containers.dev/implementors/features.

Their schema is not part of a package that this could install, so the rules that concern this file are here.
"""

import json
import pathlib
import re
import sys

KEYS = {
    "id", "version", "name", "description", "documentationURL", "licenseURL", "keywords", "options", "containerEnv",
    "privileged", "init", "capAdd", "securityOpt", "entrypoint", "customizations", "dependsOn", "installsAfter",
    "legacyIds", "deprecated", "mounts", "onCreateCommand", "updateContentCommand", "postCreateCommand",
    "postStartCommand", "postAttachCommand",
}
path = pathlib.Path(sys.argv[1])
feature = json.loads(path.read_text())
faults = [f"the key {key} is unknown" for key in set(feature) - KEYS]
if not (path.parent / "install.sh").is_file():
    faults.append("install.sh is missing")
# The published directory has the name of the id.
if feature.get("id") != "gover":
    faults.append("the id is not the name of the directory")
if not re.fullmatch(r"\d+\.\d+\.\d+", feature.get("version", "")):
    faults.append("version is not a semantic version")
for name, option in feature.get("options", {}).items():
    kind = {"string": str, "boolean": bool}.get(option.get("type"))
    if kind is None or type(option.get("default")) is not kind:
        faults.append(f"the option {name} needs a type, and a default of that type")
    if set(option) - {"type", "default", "description", "enum", "proposals"}:
        faults.append(f"the option {name} has an unknown key")
    if {"enum", "proposals"} <= set(option):
        faults.append(f"the option {name} has both enum and proposals")
if not all(isinstance(value, str) for value in feature.get("containerEnv", {}).values()):
    faults.append("a value of containerEnv is not text")
if faults:
    sys.exit("\n".join(faults))
