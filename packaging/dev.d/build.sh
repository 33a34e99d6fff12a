# Configuring and building one preset.

# A compiler needs up to 1.2 GB on our largest file: memory limits the jobs as much as cores do.
jobs() {
    local cores memory
    cores=$(nproc 2>/dev/null || echo 2)
    memory=$(awk '/^MemAvailable:/ {print int($2 / 1200000)}' /proc/meminfo 2>/dev/null || echo 2)
    [[ ${memory:-0} -ge 1 ]] || memory=1
    say "${QWILL_JOBS:-$((cores < memory ? cores : memory))}"
}

# build PRESET [cmake --build arguments…]; ninja configures again by itself when a CMakeLists.txt has changed.
build() {
    local name=$1
    shift
    if [[ $installed_something == yes || ! build/$name/build.ninja -nt CMakePresets.json ]]; then
        step "Configuring $name"
        quietly "build/$name/dev-configure.log" cmake --preset "$name" ||
            fail 1 "configuring the preset $name failed; CMake's own words are above."
    fi
    step "Building $name"
    nice cmake --build --preset "$name" -j "$(jobs)" "$@" || fail 1 "building the preset $name failed; the first error above is the one."
}

build_sets() {
    say core
    # Sanitizer and engine-only builds leave the window out.
    case $1 in release | debug) if wants_app; then say app; fi ;; esac
}

cmd_build() {
    local name
    name=$(default_preset)
    ensure $(build_sets "$name")
    build "$name"
    say "Built in build/$name/bin."
}
