#!/usr/bin/env bash
# installed.sh BUILD CMAKE: what `cmake --install` puts into an empty folder: everything is there, nothing names the build
# folder as a place for libraries, and the installed programs find the guide.
set -euo pipefail
build=$1 cmake=$2
stage=$(mktemp -d)
trap 'rm -rf "$stage"' EXIT
wrong=0
"$cmake" --install "$build" --prefix "$stage" >/dev/null
for file in bin/qwill bin/qwill-cli share/qwill/guide/model.safetensors share/applications/org.qwill.Qwill.desktop \
    share/metainfo/org.qwill.Qwill.metainfo.xml share/mime/packages/org.qwill.Qwill.xml share/man/man1/qwill.1 \
    share/man/man1/qwill-cli.1 share/bash-completion/completions/qwill lib/systemd/user/qwill-serve.service \
    share/icons/hicolor/16x16/apps/org.qwill.Qwill.png share/icons/hicolor/scalable/apps/org.qwill.Qwill.svg; do
    [[ -s $stage/$file ]] || { echo "$file was not installed" >&2; wrong=1; }
done
if command -v readelf >/dev/null; then
    for program in "$stage"/bin/*; do
        if readelf -d "$program" | grep -E 'R(UN)?PATH'; then
            echo "$(basename "$program") looks for libraries in a folder of its own" >&2
            wrong=1
        fi
    done
fi
said=$(HOME=$stage/home QWILL_CACHE_DIR=$stage/cache "$stage/bin/qwill-cli" chat "$stage/share/qwill/guide" --greedy -m 'What is Qwill?')
[[ ${#said} -gt 20 ]] || { echo "the guide says: $said" >&2; wrong=1; }
exit $wrong
