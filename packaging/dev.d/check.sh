# Tests and checks. The last lines are ctest's summaries and one count over all of them.

passed=0
failed=0
summary=()

# run_tests PRESET [ctest arguments…]
run_tests() {
    local name=$1 log=build/$1/dev-ctest.log line
    shift
    step "Testing $name"
    nice ctest --preset "$name" -j 2 --no-tests=error "$@" 2>&1 | tee "$log" || true
    line=$(grep -E '% tests passed, [0-9]+ tests? failed out of [0-9]+' "$log" || true)
    if [[ ! $line =~ ([0-9]+)\ tests?\ failed\ out\ of\ ([0-9]+) ]]; then
        line="no test ran"
        failed=$((failed + 1))
    else
        failed=$((failed + BASH_REMATCH[1]))
        passed=$((passed + BASH_REMATCH[2] - BASH_REMATCH[1]))
    fi
    summary+=("$name: $line")
}

finish_tests() {
    step "Summary"
    printf '%s\n' "${summary[@]}"
    say "$passed passed, $failed failed"
    [[ $failed -eq 0 ]]
}

sources() {
    # app/ and ui/ may be absent; find says so with its exit status.
    { find engine app ui tests -type f \( -name '*.cpp' -o -name '*.h' -o -name '*.cu' -o -name '*.cuh' \) 2>/dev/null || true; } | sort
}

# clang-format's output differs from one major version to the next, so only version 14 may judge.
clang_format_14() {
    local tool
    for tool in clang-format-14 clang-format; do
        if command -v "$tool" >/dev/null && [[ $("$tool" --version) == *"version 14."* ]]; then
            say "$tool"
            return 0
        fi
    done
    return 1
}

check_format() {
    local tool
    step "Checking the format"
    if ! tool=$(clang_format_14); then
        summary+=("format: skipped, $(release_name) has no clang-format 14")
    elif sources | xargs -r -d '\n' "$tool" --dry-run -Werror; then
        summary+=("format: $(sources | wc -l) files as clang-format 14 has them")
        passed=$((passed + 1))
    else
        summary+=("format: packaging/dev format mends the files named above")
        failed=$((failed + 1))
    fi
}

cmd_format() {
    local tool
    ensure format
    tool=$(clang_format_14) || fail 1 "$(release_name) has no clang-format 14, and another version would format differently."
    if [[ $check_only == yes ]]; then
        check_format
        finish_tests
    else
        sources | xargs -r -d '\n' "$tool" -i
    fi
}

cmd_test() {
    local name
    name=$(default_preset)
    ensure $(build_sets "$name") format
    check_format
    build "$name"
    run_tests "$name"
    if [[ $name != asan ]]; then
        # The tree's own checks (label tree) say the same under every preset.
        build asan
        run_tests asan -LE tree
    fi
    finish_tests
}

cmd_sanitize() { # asan | tsan
    ensure core
    build "$1"
    run_tests "$1" -LE tree
    finish_tests
}
