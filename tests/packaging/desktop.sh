#!/usr/bin/env bash
# desktop.sh BUILD VERSION: desktop file, MIME types, metainfo and man pages are what their validators accept. A validator
# that is not installed is left out; without any, the test skips.
set -euo pipefail
build=$1 version=$2
linux=packaging/linux ran=0 wrong=0
have() { command -v "$1" >/dev/null && ran=1; }

if have desktop-file-validate; then desktop-file-validate "$linux/org.qwill.Qwill.desktop" || wrong=1; fi
if have appstreamcli; then
    appstreamcli validate --no-net --no-color "$build/linux/org.qwill.Qwill.metainfo.xml" || wrong=1
fi
if have xmllint; then xmllint --noout "$linux"/*.xml "$build"/linux/*.xml || wrong=1; fi
if have man; then
    for page in "$build"/linux/*.1; do
        said=$(LC_ALL=C.UTF-8 MANROFFSEQ='' MANWIDTH=80 man --warnings -E UTF-8 -l -Tutf8 -Z "$page" 2>&1 >/dev/null)
        [[ -z $said ]] || { printf '%s: %s\n' "$page" "$said" >&2; wrong=1; }
    done
fi
# One version: what the metainfo calls its newest release is what CMake calls the project.
first=$(grep -oE '<release version="[^"]*"' "$build/linux/org.qwill.Qwill.metainfo.xml" | head -n 1)
[[ $first == "<release version=\"$version\"" ]] || { echo "metainfo's newest release is $first, the project's version $version" >&2; wrong=1; }
# What is offered as a type is described as one.
for type in $(sed -n 's/^MimeType=//p' "$linux/org.qwill.Qwill.desktop" | tr ';' ' '); do
    grep -q "mime-type type=\"$type\"" "$linux/org.qwill.Qwill.mime.xml" || { echo "$type has no description" >&2; wrong=1; }
done
[[ $ran -eq 1 ]] || exit 77
exit $wrong
