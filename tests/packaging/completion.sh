#!/usr/bin/env bash
# Bash's completions complete: a few lines as a person would type them. zsh and fish at least parse theirs, where they are.
set -euo pipefail
cd packaging/linux/completion
wrong=0
complete_line() { # FUNCTION WORD… → COMPREPLY, one a line
    local function=$1
    shift
    COMP_WORDS=("$@") COMP_CWORD=$(($# - 1)) COMPREPLY=()
    "$function"
    printf '%s\n' "${COMPREPLY[@]}"
}
expect() { # WORD in the output of complete_line
    local word=$1 out
    shift
    out=$(complete_line "$@")
    grep -qxF -- "$word" <<<"$out" || { printf '%s is not offered after: %s (offered: %s)\n' "$word" "${*:2}" "$out" >&2; wrong=1; }
}
for file in *.bash; do source "./$file"; done
expect perplexity _qwill_cli qwill-cli per
expect --weights _qwill_cli qwill-cli chat --we
expect int8 _qwill_cli qwill-cli bench --kv i
expect --against _qwill_cli qwill-cli perplexity --a
expect serve _qwill qwill ser
expect --api-key-file _qwill qwill serve --api
expect --profile _qwill qwill --pro
expect qwill.bash _qwill qwill qwill.b
if command -v zsh >/dev/null; then for file in _qwill _qwill-cli; do zsh -n "$file" || wrong=1; done; fi
if command -v fish >/dev/null; then for file in *.fish; do fish -n "$file" || wrong=1; done; fi
exit $wrong
