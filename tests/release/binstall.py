"""Fills in what cargo-binstall is told, as it does: binstall.py ARCHIVE VERSION TRIPLE MANIFEST…"""

import pathlib
import sys
import tarfile
import tomllib

archive, version, triple = pathlib.Path(sys.argv[1]), sys.argv[2], sys.argv[3]
names = set(tarfile.open(archive).getnames())
for path in sys.argv[4:]:
    manifest = tomllib.loads(pathlib.Path(path).read_text())
    overrides = manifest["package"]["metadata"]["binstall"]["overrides"]
    assert len(overrides) == 8, overrides.keys()
    values = {"{ repo }": "https://example.com/gover", "{ version }": version, "{ binary-ext }": ""}
    for program in manifest["bin"]:
        values["{ bin }"] = program["name"]
        address, inside = overrides[triple]["pkg-url"], overrides[triple]["bin-dir"]
        for name, value in values.items():
            address, inside = address.replace(name, value), inside.replace(name, value)
        assert address == f"https://example.com/gover/releases/download/v{version}/{archive.name}", address
        assert inside in names, inside
