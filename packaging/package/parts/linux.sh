# The one build that the Debian package and the portable archive share, installed into a stage and stripped there.

stage=$work/linux

jobs() { printf '%s' "${QWILL_JOBS:-$(nproc)}"; }

build_linux() {
    step "Building"
    cmake --preset package -DQWILL_CUDA=OFF -DQWILL_COMMIT="$QWILL_COMMIT" -DQWILL_HOMEPAGE="${QWILL_HOMEPAGE:-}" \
        -DQWILL_RELEASE_DATE="$(date -u -d "@$SOURCE_DATE_EPOCH" +%F)" >build/package-configure.log ||
        { tail -n 30 build/package-configure.log >&2 && fail "CMake could not configure the preset package."; }
    # What CMake leaves out where a tool is missing must not be missing from a package.
    ! grep -q 'shown as they are written' build/package-configure.log || fail "the tools for formulas are missing in the root."
    # rcc writes the date into the resources, and ninja does not know when it changes.
    if [[ $(cat build/package/epoch 2>/dev/null || true) != "$SOURCE_DATE_EPOCH" ]]; then
        find build/package -name '*.qrc' -exec touch {} +
        printf '%s\n' "$SOURCE_DATE_EPOCH" >build/package/epoch
    fi
    cmake --build --preset package -j "$(jobs)" || fail "the build failed."
    rm -rf "$stage" "$stage-debug"
    DESTDIR=$stage cmake --install build/package --component qwill >/dev/null
    split_symbols "$stage" "$stage-debug"
}

# split_symbols STAGE DEBUG: debug symbols go to DEBUG/usr/lib/debug/.build-id, where gdb looks for them.
split_symbols() {
    local file id target
    while IFS= read -r file; do
        id=$(readelf -n "$file" 2>/dev/null | sed -n 's/.*Build ID: //p')
        [[ -n $id ]] || fail "$file has no build id."
        target=$2/usr/lib/debug/.build-id/${id:0:2}/${id:2}.debug
        mkdir -p "$(dirname "$target")"
        objcopy --only-keep-debug --compress-debug-sections "$file" "$target"
        chmod 644 "$target"
        strip --strip-unneeded --remove-section=.comment --remove-section=.note "$file"
        objcopy --add-gnu-debuglink="$target" "$file"
    done < <(find "$1" -type f -perm -u+x -exec sh -c 'head -c 4 "$1" | grep -q ELF' _ {} \; -print)
}
