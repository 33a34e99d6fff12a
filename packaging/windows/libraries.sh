#!/usr/bin/env bash
# libraries.sh FOLDER: cross-builds for Windows what Debian has no MinGW packages of (PCRE2, utf8proc, SentencePiece), from
# Debian's own source packages, by apt-get source and the machine's own package sources. Static libraries, headers and
# .pc files come into FOLDER. Done again only when a version changes.
set -euo pipefail
target=$(realpath -m "$1")
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
jobs=${QWILL_JOBS:-$(nproc)}
work=$target/source
mkdir -p "$work" "$target/lib/pkgconfig" "$target/include"
export QWILL_MINGW_LIBRARIES=$target LC_ALL=C.UTF-8

# Source packages: the machine's own sources, asked for their deb-src once.
ensure_sources() {
    apt-get indextargets --format '$(CREATED_BY)' | grep -qx Sources && return
    local list=/etc/apt/sources.list.d/qwill-sources.sources
    apt-get indextargets --format 'Types: deb-src|URIs: $(REPO_URI)|Suites: $(RELEASE)|Components: main|' 'Created-By: Packages' |
        sed 's/Suites: stable/Suites: trixie/; s/Suites: oldstable/Suites: bookworm/' | sort -u | head -n 1 | tr '|' '\n' >"$list"
    apt-get -q update
}

unpack() { # SOURCE → its folder's name in $folder; nothing to do when this version is built
    local version
    version=$(apt-cache showsrc "$1" 2>/dev/null | sed -n 's/^Version: //p' | sort -V | tail -n 1)
    [[ -n $version ]] || { ensure_sources && version=$(apt-cache showsrc "$1" | sed -n 's/^Version: //p' | sort -V | tail -n 1); }
    if [[ -f $target/$1.version && $(<"$target/$1.version") == "$version" ]]; then return 1; fi
    rm -rf "$work/$1"
    mkdir -p "$work/$1"
    (cd "$work/$1" && apt-get -q source "$1" >/dev/null 2>&1)
    folder=$(find "$work/$1" -mindepth 1 -maxdepth 1 -type d)
    built=$version
}

cross() { # FOLDER OPTIONS…
    cmake -S "$1" -B "$1/cross" -G Ninja -DCMAKE_TOOLCHAIN_FILE="$here/mingw.cmake" -DCMAKE_BUILD_TYPE=Release \
        -DCMAKE_INSTALL_PREFIX="$target" -DBUILD_SHARED_LIBS=OFF "${@:2}"
    nice cmake --build "$1/cross" -j "$jobs"
    cmake --install "$1/cross"
}

if unpack pcre2; then
    cross "$folder" -DPCRE2_SUPPORT_JIT=ON -DPCRE2_BUILD_TESTS=OFF -DPCRE2_BUILD_PCRE2GREP=OFF -DPCRE2_BUILD_PCRE2_16=OFF
    printf '%s' "$built" >"$target/pcre2.version"
fi
if unpack utf8proc; then
    cross "$folder" -DUTF8PROC_ENABLE_TESTING=OFF
    printf '%s' "$built" >"$target/utf8proc.version"
fi
if unpack sentencepiece; then
    # The library alone, with the protobuf that lies in its source; the programs around it are not ours to ship.
    cross "$folder" -DSPM_ENABLE_SHARED=OFF -DSPM_ENABLE_TCMALLOC=OFF -DSPM_PROTOBUF_PROVIDER=internal -DSPM_USE_BUILTIN_PROTOBUF=ON
    printf '%s' "$built" >"$target/sentencepiece.version"
fi
