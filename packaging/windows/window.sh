#!/usr/bin/env bash
# window.sh FOLDER: compiles every file of the window for Windows in FOLDER, against this machine's own Qt 6 (its headers,
# moc and the compilers of QML); links nothing. What it proves: CMake's branches for Windows, and that no file asks for
# what only Linux has. libraries.sh comes first (QWILL_MINGW_LIBRARIES).
set -euo pipefail
build=$(realpath -m "$1")
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
: "${QWILL_MINGW_LIBRARIES:?}"
export WINDOW_HEADERS=$build/headers
multiarch=$(dpkg-architecture -qDEB_HOST_MULTIARCH)
rm -rf "$build/CMakeCache.txt" "$WINDOW_HEADERS"

# cmark-gfm is plain C: its header serves, and an empty archive is found in place of its library.
mkdir -p "$WINDOW_HEADERS/include" "$WINDOW_HEADERS/lib/pkgconfig"
cp -r /usr/include/cmark-gfm* "$WINDOW_HEADERS/include"
for name in cmark-gfm cmark-gfm-extensions; do x86_64-w64-mingw32-ar rc "$WINDOW_HEADERS/lib/lib$name.a"; done
printf '%s\n' 'Name: libcmark-gfm' 'Description: header only' 'Version: 0.29.0' "Cflags: -I$WINDOW_HEADERS/include" \
    "Libs: -L$WINDOW_HEADERS/lib -lcmark-gfm" >"$WINDOW_HEADERS/lib/pkgconfig/libcmark-gfm.pc"

cmake -S "$here/../.." -B "$build" -G Ninja -DCMAKE_TOOLCHAIN_FILE="$here/host_qt.cmake" -DCMAKE_BUILD_TYPE=Release \
    -DCMAKE_PROJECT_INCLUDE="$here/host_qt_end.cmake" -DQWILL_BUILD_TESTS=OFF -DQWILL_CUDA=OFF -DCMAKE_PREFIX_PATH=/usr -DQT_HOST_PATH=/usr \
    -DQT_HOST_PATH_CMAKE_DIR="/usr/lib/$multiarch/cmake" -DQT_NO_PACKAGE_VERSION_CHECK=ON >"$build.log" ||
    { tail -n 30 "$build.log" >&2 && exit 1; }
objects=$(ninja -C "$build" -t targets all | sed -n 's/^\(.*\.obj\): .*/\1/p')
[[ $(grep -c '^ui/' <<<"$objects") -gt 100 && $(grep -c '^app/' <<<"$objects") -gt 100 ]] || { echo "objects of the window are missing." >&2 && exit 1; }
xargs nice ninja -C "$build" -j "${QWILL_JOBS:-$(nproc)}" -k 0 <<<"$objects"
echo "compiled for Windows, not linked: $(wc -l <<<"$objects") files"
