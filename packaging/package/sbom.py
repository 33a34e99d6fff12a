#!/usr/bin/env python3
"""sbom.py VERSION STAGE: a CycloneDX list, on standard output, of what the packages are made of.

Asks dpkg for what is compiled in, what the programs are linked with, and whose files the portable archive carries
(STAGE/portable.packages, one name a line, written by parts/portable.sh). The same input gives the same bytes.
"""

import hashlib
import json
import os
import re
import subprocess
import sys
import time
import uuid

COMPILED_IN = ["nlohmann-json3-dev", "libcli11-dev", "node-mathjax-full"]


def run(*command):
    return subprocess.run(command, capture_output=True, text=True, check=False).stdout


def linked(program):
    """Packages of the libraries the program is linked with, directly or not."""
    files = re.findall(r"=> (/\S+)", run("ldd", program))
    owners = set()
    for line in run("dpkg", "-S", *sorted({os.path.realpath(f) for f in files})).splitlines():
        owners.add(line.split(":")[0])
    return owners


def licences(package):
    try:
        with open(f"/usr/share/doc/{package}/copyright", encoding="utf-8", errors="replace") as file:
            names = set(re.findall(r"^License: *(\S[^\n]*)$", file.read(), re.MULTILINE))
    except OSError:
        names = set()
    return [{"license": {"name": name.strip()}} for name in sorted(names)]


def component(package, scope):
    version, source = run("dpkg-query", "-W", "-f", "${Version}\t${source:Package}\n", package).splitlines()[0].split("\t")
    found = {
        "type": "library",
        "bom-ref": package,
        "name": package,
        "version": version,
        "scope": scope,
        "purl": f"pkg:deb/debian/{package}@{version}?arch=source&distro=trixie".replace("+", "%2B").replace("~", "%7E"),
        "properties": [{"name": "qwill:source", "value": source}],
    }
    if names := licences(package):
        found["licenses"] = names
    return found


def main():
    version, stage = sys.argv[1:3]
    components = {name: component(name, "required") for name in COMPILED_IN}
    program = os.path.join(stage, "linux/usr/bin/qwill")
    names = linked(program) if os.path.exists(program) else set()
    bundled = os.path.join(stage, "portable.packages")
    if os.path.exists(bundled):
        with open(bundled, encoding="utf-8") as file:
            names |= set(file.read().split())
    for name in sorted(names):
        components.setdefault(name, component(name, "required"))
    made = sorted(f for f in os.listdir("dist") if f.endswith((".deb", ".tar.xz", ".tar.zst", ".exe", ".zip")))
    parts = [{"type": "file", "name": name,
              "hashes": [{"alg": "SHA-256", "content": hashlib.sha256(open(f"dist/{name}", "rb").read()).hexdigest()}]}
             for name in made]
    epoch = int(os.environ["SOURCE_DATE_EPOCH"])
    commit = os.environ["QWILL_COMMIT"]
    document = {
        "bomFormat": "CycloneDX",
        "specVersion": "1.5",
        "serialNumber": f"urn:uuid:{uuid.uuid5(uuid.NAMESPACE_OID, commit + json.dumps(parts))}",
        "version": 1,
        "metadata": {
            "timestamp": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(epoch)),
            "component": {"type": "application", "bom-ref": "qwill", "name": "qwill", "version": version,
                          "licenses": [{"license": {"id": "MIT"}}],
                          "properties": [{"name": "qwill:commit", "value": commit}], "components": parts},
        },
        "components": [components[name] for name in sorted(components)],
        "dependencies": [{"ref": "qwill", "dependsOn": sorted(components)}],
    }
    json.dump(document, sys.stdout, indent=1, ensure_ascii=False)
    print()


main()
