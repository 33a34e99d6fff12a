# libFuzzer targets: each for the same time, two at once, starting from the committed corpora.

# fuzz_one PROGRAM SECONDS: new inputs and reproducers stay under build/fuzz, the committed corpus is only read.
fuzz_one() {
    local program=$1 seconds=$2 name work corpus
    name=$(basename "$program")
    name=${name#fuzz_}
    work=build/fuzz/run/$name
    corpus=tests/fuzz/corpus/$name
    mkdir -p "$work/found"
    [[ -d $corpus ]] || corpus=
    if nice "$program" -max_total_time="$seconds" -timeout=10 -rss_limit_mb=2048 -print_final_stats=1 \
        -artifact_prefix="$work/" "$work/found" $corpus >"$work/log" 2>&1; then
        echo "   $name: clean, $(sed -n 's/^stat::number_of_executed_units: *//p' "$work/log") inputs in $seconds s"
        return 0
    fi
    tail -n 30 "$work/log"
    echo "   $name: FAILED; reproduce with: $program $(sed -n 's/.*Test unit written to //p' "$work/log" | tail -n 1)"
    return 1
}

cmd_fuzz() { # fuzz [SECONDS]
    local seconds=${1:-60} programs
    [[ $seconds =~ ^[1-9][0-9]*$ ]] || fail 2 "fuzz takes a number of seconds, not '$seconds'."
    ensure core fuzz
    build fuzz --target fuzz_targets
    programs=(build/fuzz/bin/fuzz_*)
    [[ -x ${programs[0]} ]] || fail 1 "this tree has no fuzz targets; they are listed in tests/fuzz/CMakeLists.txt."
    step "Fuzzing ${#programs[@]} targets for $seconds s each"
    export -f fuzz_one
    printf '%s\n' "${programs[@]}" | xargs -P 2 -I{} bash -c 'fuzz_one "$1" "$2"' _ {} "$seconds" ||
        fail 1 "a fuzz target failed; its reproducer is named above."
    say "Every target is clean."
}
