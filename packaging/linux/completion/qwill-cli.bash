# bash completion for qwill-cli
_qwill_cli() {
    local current=${COMP_WORDS[COMP_CWORD]} previous=${COMP_WORDS[COMP_CWORD - 1]} command=${COMP_WORDS[1]}
    local model='--weights --kv --device --ctx -t --threads --prefill-threads --no-cache'
    local writing='-n --max-tokens --greedy --temperature --top-k --top-p --min-p --repetition-penalty --presence-penalty
        --frequency-penalty --seed --logit-bias --stop --ignore-eos --no-speculation --json-object --json-schema'
    local options='-h --help'
    if [[ $COMP_CWORD -eq 1 ]]; then
        COMPREPLY=($(compgen -W 'generate chat info inspect tokenize detokenize logits perplexity quantize bench -h --help
            --version' -- "$current"))
        return
    fi
    case $command in
    generate) options+=" $model $writing -p --prompt --ids --json" ;;
    chat) options+=" $model $writing --system -m --message" ;;
    info) options+=' --json --device' ;;
    inspect) options+=' --json' ;;
    tokenize) options+=' --jsonl --data' ;;
    logits) options+=" $model --ids --out" ;;
    perplexity) options+=" $model --file --against --json" ;;
    quantize) options+=" $model" ;;
    bench) options+=" $model -p --prompt-tokens -n --new-tokens -d --depth -r --repetitions --sequences --text --json" ;;
    esac
    case $previous in
    --weights) COMPREPLY=($(compgen -W 'auto bf16 f32 w4 w8' -- "$current")) && return ;;
    --against) COMPREPLY=($(compgen -W 'bf16 f32 w4 w8' -- "$current")) && return ;;
    --kv) COMPREPLY=($(compgen -W 'auto f16 f32 int8' -- "$current")) && return ;;
    --device) COMPREPLY=($(compgen -W 'auto cpu cuda' -- "$current")) && return ;;
    --json-schema | --file | --text | --out) COMPREPLY=($(compgen -f -- "$current")) && return ;;
    esac
    if [[ $current == -* ]]; then
        COMPREPLY=($(compgen -W "$options" -- "$current"))
    else
        COMPREPLY=($(compgen -f -- "$current"))
    fi
}
complete -o filenames -F _qwill_cli qwill-cli
