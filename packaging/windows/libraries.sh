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
missing=()
export QWILL_MINGW_LIBRARIES=$target LC_ALL=C.UTF-8

# Source packages by the machine's own mirror. A mirror need not keep every source of a release: then a neighbouring
# release's version serves, the sums of which apt checks as well.
ensure_sources() {
    local list=/etc/apt/sources.list.d/qwill-sources.sources mirror
    [[ ! -e $list ]] || return 0
    mirror=$(apt-get indextargets --format '$(REPO_URI)' 'Created-By: Packages' | grep -m 1 '/debian/*$')
    printf '%s\n' 'Types: deb-src' "URIs: $mirror" 'Suites: trixie bookworm sid' 'Components: main' \
        'Signed-By: /usr/share/keyrings/debian-archive-keyring.gpg' >"$list"
    apt-get -q update >/dev/null
}

unpack() { # SOURCE → its folder's name in $folder, its version in $built; false when that is built already
    local version versions
    [[ ! -f $target/$1.version ]] || return 1
    versions=$(apt-cache showsrc "$1" | sed -n 's/^Version: //p' | awk '!seen[$0]++')
    for version in $versions; do
        rm -rf "${work:?}/$1"
        mkdir -p "$work/$1"
        (cd "$work/$1" && apt-get -q -o APT::Sandbox::User=root source "$1=$version" >/dev/null 2>&1) || continue
        folder=$(find "$work/$1" -mindepth 1 -maxdepth 1 -type d)
        built=$version
        return 0
    done
    echo "The mirror has no source of $1 (${versions//$'\n'/, })." >&2
    missing+=("$1")
    return 1
}

configure() { # FOLDER OPTIONS…
    cmake -S "$1" -B "$1/cross" -G Ninja -DCMAKE_TOOLCHAIN_FILE="$here/mingw.cmake" -DCMAKE_BUILD_TYPE=Release \
        -DCMAKE_INSTALL_PREFIX="$target" -DBUILD_SHARED_LIBS=OFF "${@:2}"
}

cross() { # FOLDER OPTIONS…
    configure "$@"
    nice cmake --build "$1/cross" -j "$jobs"
    cmake --install "$1/cross"
}

# Header-only packages are the machine's own, copied so that nothing looks into /usr/include, which has Linux' headers.
for name in nlohmann-json3-dev libcli11-dev doctest-dev; do
    dpkg -L "$name" | grep -E '^/usr/include/|/cmake/' | while IFS= read -r file; do
        [[ -d $file ]] || install -D -m 644 "$file" "$target/${file#/usr/}"
    done
done

# Debian's file names its own prefix, where Linux' headers lie.
sed -i "s|set(_IMPORT_PREFIX \"/usr\")|set(_IMPORT_PREFIX \"$target\")|" "$target/lib/cmake/doctest/doctestTargets.cmake"

ensure_sources
if unpack pcre2; then
    cross "$folder" -DPCRE2_SUPPORT_JIT=ON -DPCRE2_BUILD_TESTS=OFF -DPCRE2_BUILD_PCRE2GREP=OFF -DPCRE2_BUILD_PCRE2_16=OFF
    printf '%s' "$built" >"$target/pcre2.version"
fi
if unpack utf8proc; then
    cross "$folder" -DUTF8PROC_ENABLE_TESTING=OFF
    printf '%s' "$built" >"$target/utf8proc.version"
fi
if unpack sentencepiece; then
    # The library alone, with the protobuf that lies in its source; the programs around it are not ours to ship. Debian's
    # source knows the shared library only.
    sed -i 's/^\( *add_library([a-z_]*\) SHARED /\1 STATIC /' "$folder/src/CMakeLists.txt"
    configure "$folder" -DSPM_ENABLE_SHARED=ON -DSPM_ENABLE_TCMALLOC=OFF -DSPM_USE_BUILTIN_PROTOBUF=ON
    nice cmake --build "$folder/cross" -j "$jobs" --target sentencepiece
    install -m 644 "$folder/cross/src/libsentencepiece.a" "$target/lib/"
    install -m 644 "$folder/src/sentencepiece_processor.h" "$target/include/"
    printf '%s' "$built" >"$target/sentencepiece.version"
fi
# The engine builds without SentencePiece (it then says that it cannot read such a model), not without the other two.
for name in "${missing[@]}"; do [[ $name == sentencepiece ]] || exit 1; done
