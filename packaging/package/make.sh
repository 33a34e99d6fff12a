#!/usr/bin/env bash
# make.sh [deb] [portable] [cuda] [windows] [--check]: runs inside packaging's Debian 13 (packaging/dev package starts it there)
# and leaves everything in dist/. SOURCE_DATE_EPOCH and QWILL_COMMIT come from outside.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
here=packaging/package
: "${SOURCE_DATE_EPOCH:?}" "${QWILL_COMMIT:?}"
export SOURCE_DATE_EPOCH QWILL_COMMIT LC_ALL=C.UTF-8 TZ=UTC
version=$(sed -n -E 's/^project\(qwill VERSION ([0-9.]+).*/\1/p' CMakeLists.txt)
architecture=$(dpkg --print-architecture)
work=$PWD/build/package-stage
mkdir -p dist "$work"
step() { printf '\n== %s\n' "$*"; }
fail() {
    printf 'packaging: %s\n' "$*" >&2
    exit 1
}
for part in "$here"/parts/*.sh; do
    # shellcheck source=/dev/null
    source "$part"
done

kinds=() check=no
for argument in "$@"; do
    case $argument in
    --check) check=yes ;;
    *) kinds+=("$argument") ;;
    esac
done
if [[ " ${kinds[*]} " == *" deb "* || " ${kinds[*]} " == *" portable "* ]]; then build_linux; fi
for kind in "${kinds[@]}"; do
    step "Making: $kind"
    "make_$kind"
    [[ $check == no ]] || "check_$kind"
done
python3 "$here/sbom.py" "$version" "$work" >"dist/qwill-$version.cdx.json"
(cd dist && find . -maxdepth 1 -type f ! -name SHA256SUMS -printf '%f\n' | sort | xargs sha256sum >SHA256SUMS)
