# What every part of packaging/dev uses: talking to the person, and knowing which half of the tree is wanted.

say() { printf '%s\n' "$*"; }
step() { printf '\n== %s\n' "$*"; }
fail() { # fail CODE SENTENCE
    printf 'packaging/dev: %s\n' "$2" >&2
    exit "$1"
}

# The window is part of the tree and nobody asked to leave it out.
wants_app() { [[ $engine_only == no && -f app/CMakeLists.txt ]]; }

default_preset() {
    if [[ -n $preset ]]; then
        say "$preset"
    elif wants_app; then
        say release
    else
        say engine-only
    fi
}

# quietly LOG COMMAND…: shows the output only when the command fails.
quietly() {
    local log=$1
    shift
    mkdir -p "$(dirname "$log")"
    if ! "$@" >"$log" 2>&1; then
        tail -n 40 "$log" >&2
        return 1
    fi
}
