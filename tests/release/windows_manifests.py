"""Checks the manifests of Scoop and winget against the archives: windows_manifests.py OUT VERSION BASE."""

import hashlib
import json
import pathlib
import sys
import zipfile

import yaml

out, version, base = pathlib.Path(sys.argv[1]), sys.argv[2], sys.argv[3]
name = f"gover-{version}-windows-amd64"
archive = out / f"{name}.zip"
sha256 = hashlib.sha256(archive.read_bytes()).hexdigest()
address = f"{base}/download/v{version}/{archive.name}"
inside = set(zipfile.ZipFile(archive).namelist())

scoop = json.loads((out / "packages/scoop/gover.json").read_text())
assert scoop["version"] == version
build = scoop["architecture"]["64bit"]
assert build == {"url": address, "hash": sha256, "extract_dir": name}, build
assert f"{name}/{scoop['bin']}" in inside

winget = {path.name: yaml.safe_load(path.read_text()) for path in (out / "packages/winget").iterdir()}
assert len(winget) == 3, winget.keys()
for manifest in winget.values():
    assert (manifest["PackageIdentifier"], manifest["PackageVersion"]) == ("Gover.Gover", version)
kinds = {manifest["ManifestType"]: manifest for manifest in winget.values()}
assert kinds["version"]["DefaultLocale"] == kinds["defaultLocale"]["PackageLocale"]
(installer,) = kinds["installer"]["Installers"]
assert installer["InstallerUrl"] == address and installer["InstallerSha256"] == sha256.upper()
for nested in installer["NestedInstallerFiles"]:
    assert nested["RelativeFilePath"].replace("\\", "/") in inside, nested
