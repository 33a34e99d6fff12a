# Starting Qwill: the window where it exists and can be shown, else the terminal chat.

models_folder() { say "${XDG_DATA_HOME:-$HOME/.local/share}/qwill/models"; }

# find_model [NAME]: a path, or the name of a folder or file among the person's models; without NAME the guide.
find_model() {
    local found
    if [[ $# -eq 0 ]]; then
        for found in resources/guide resources/guide/*.gguf; do
            if [[ -f $found/config.json || -f $found ]]; then
                say "$found"
                return 0
            fi
        done
        return 1
    fi
    if [[ ! -e $1 && $1 != */* && -e $(models_folder)/$1 ]]; then
        say "$(models_folder)/$1"
    else
        say "$1"
    fi
}

explain_models() {
    say "There is no model to talk to yet. Get Qwen3-4B-Instruct-2507 (8 GB) with the command line tool of Hugging Face or ModelScope:"
    say "  hf download Qwen/Qwen3-4B-Instruct-2507 --local-dir $(models_folder)/Qwen3-4B-Instruct-2507"
    say "  (or: modelscope download --model Qwen/Qwen3-4B-Instruct-2507 --local_dir …), then: packaging/dev run Qwen3-4B-Instruct-2507"
}

cmd_run() { # run [MODEL [args…]]
    local name program found
    name=$(default_preset)
    ensure $(build_sets "$name")
    build "$name"
    program=build/$name/bin/qwill
    if [[ -x $program && -n ${DISPLAY:-}${WAYLAND_DISPLAY:-} ]]; then
        say "Opening the window: there is a display."
        if [[ $# -gt 0 ]]; then
            found=$(find_model "$1")
            shift
            exec "$program" "$found" "$@"
        fi
        exec "$program"
    fi
    if [[ -x $program ]]; then
        say "Starting the terminal chat: the window is built, but there is no display."
    elif wants_app && [[ $name == release || $name == debug ]]; then
        say "Starting the terminal chat: the window cannot be opened yet."
    elif wants_app; then
        say "Starting the terminal chat: the preset $name builds no window."
    else
        say "Starting the terminal chat: this tree is built without a window."
    fi
    program=build/$name/bin/qwill-cli
    [[ -x $program ]] || fail 1 "this tree builds no qwill-cli yet."
    if ! found=$(find_model ${1+"$1"}); then
        explain_models
        exit 1
    fi
    [[ $# -gt 0 ]] && shift
    exec "$program" chat "$found" "$@"
}
