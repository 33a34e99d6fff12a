# The module for NVIDIA cards, a Debian package of its own. nvcc comes from outside: packaging/dev package shows the machine's
# toolkit to the root. QWILL_CUDA_ARCHITECTURES ("86;89") makes it for some cards only; without it, it is for all, and takes long.

make_cuda() {
    local tree=$work/deb-cuda build=build/package-cuda codes
    [[ -x /usr/local/cuda/bin/nvcc ]] || fail "there is no CUDA toolkit (/usr/local/cuda, or the folder in CUDA_HOME)."
    cmake --preset package -B "$build" -DQWILL_BUILD_APP=OFF -DQWILL_CUDA=ON -DQWILL_COMMIT="$QWILL_COMMIT" \
        -DQWILL_CUDA_ARCHITECTURES="${QWILL_CUDA_ARCHITECTURES:-}" >build/package-cuda.log ||
        { tail -n 30 build/package-cuda.log >&2 && fail "CMake could not configure the CUDA module."; }
    cmake --build "$build" -j "$(jobs)" --target qwill_cuda_module || fail "the CUDA module could not be built."
    codes=$(sed -n 's/^-- CUDA module: //p' build/package-cuda.log)
    rm -rf "$tree"
    DESTDIR=$tree cmake --install "$build" --component cuda >/dev/null
    find "$tree" -name '*.so' -exec strip --strip-unneeded --remove-section=.comment {} +
    find "$tree" -name '*.so' -exec chmod 644 {} +
    mkdir -p "$tree/DEBIAN" "$tree/usr/share/doc"
    ln -s qwill "$tree/usr/share/doc/qwill-cuda"
    control qwill-cuda "$tree" "Depends: qwill (= $version), $(shared_library_dependencies "$tree"/usr/lib/*/qwill/*.so)
Suggests: libcuda1" "NVIDIA graphics cards for qwill
 With this module qwill computes on an NVIDIA graphics card. Without a card or
 its driver it is left alone, and the processor computes.
 .
 Made by ${codes:-nvcc}." >"$tree/DEBIAN/control"
    finish_deb "$tree" "qwill-cuda_${version}_$architecture.deb"
}

check_cuda() {
    local module
    step "Checking the CUDA module"
    lintian --fail-on error --suppress-tags-from-file packaging/linux/debian/lintian-suppressed \
        "dist/qwill-cuda_${version}_$architecture.deb" || fail "lintian complains."
    for module in "$work"/deb-cuda/usr/lib/*/qwill/*.so; do
        ! grep -qE 'R(UN)?PATH' <<<"$(readelf -d "$module")" || fail "$module looks for libraries in a folder of its own."
        ! grep -q 'NEEDED.*libcu' <<<"$(readelf -d "$module")" || fail "$module wants CUDA's libraries to be installed."
        # One door: whoever opens it sees nothing of the runtime inside.
        [[ $(nm -D --defined-only "$module" | wc -l) -le 2 ]] || fail "$module shows more than its entry."
        ! grep -q "$PWD" "$module" || fail "$module names the folder it was built in."
    done
}
