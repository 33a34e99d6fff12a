# bash completion for qwill
_qwill() {
    local current=${COMP_WORDS[COMP_CWORD]} previous=${COMP_WORDS[COMP_CWORD - 1]}
    local options='--help --help-all --version --profile -h -v'
    if [[ ${COMP_WORDS[1]} == serve ]]; then
        options='--help --help-all --version --model --host --port --api-key-file --parallel --queue --ctx --allow-host
            --allow-origin --profile -h -v'
    fi
    case $previous in
    --profile) COMPREPLY=($(compgen -d -- "$current")) && return ;;
    --model) COMPREPLY=($(compgen -f -- "$current"; compgen -W "$(command ls -- "${XDG_DATA_HOME:-$HOME/.local/share}/qwill/models" 2>/dev/null)" -- "$current")) && return ;;
    --api-key-file) COMPREPLY=($(compgen -f -- "$current")) && return ;;
    --host) COMPREPLY=($(compgen -W '127.0.0.1 ::1 0.0.0.0' -- "$current")) && return ;;
    --port | --parallel | --queue | --ctx | --allow-host | --allow-origin) return ;;
    esac
    if [[ $current == -* ]]; then
        COMPREPLY=($(compgen -W "$options" -- "$current"))
    elif [[ $COMP_CWORD -eq 1 ]]; then
        COMPREPLY=($(compgen -W serve -- "$current") $(compgen -f -- "$current"))
    else
        COMPREPLY=($(compgen -f -- "$current"))
    fi
}
complete -o filenames -F _qwill qwill
