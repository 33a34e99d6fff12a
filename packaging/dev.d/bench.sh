# Measuring speed with qwill-cli's own bench, beside llama.cpp where there is one; the table is bench.py's,
# that of the goals bench_goals.py's.

cmd_bench() { # bench [w4|w8…] or bench goals [ROW…]
    local weights table=bench.py
    if [[ ${1:-} == goals ]]; then
        table=bench_goals.py
        shift
    else
        for weights in "$@"; do
            [[ $weights == w4 || $weights == w8 ]] || fail 2 "bench takes weight formats, w4 or w8, or goals, not '$weights'."
        done
    fi
    ensure core bench
    build "$(default_preset)" --target qwill-cli
    say
    # The distribution's own Python has the numpy installed above; another on PATH may not.
    /usr/bin/python3 "packaging/dev.d/$table" --cli "build/$(default_preset)/bin/qwill-cli" --scratch build/bench \
        ${model:+--model "$model"} ${peer:+--peer "$peer"} "$@"
}
