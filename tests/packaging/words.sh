#!/usr/bin/env bash
# words.sh PROGRAM COMMAND…: every option that --help names, of the program and of each command, is in its man page and in
# the completions of bash, zsh and fish; and these name no other. --version says version, commit and options.
set -euo pipefail
program=$1
shift
name=$(basename "$program")
linux=packaging/linux
wrong=0
complain() {
    printf '%s\n' "$*" >&2
    wrong=1
}

# Long options in help text: at the beginning of a line, behind "-h," or " -h, ".
options_of() { sed -n -E 's/^ +(-[a-zA-Z], ?)?--([a-z][a-z-]*).*/\2/p'; }
known=$({
    "$program" --help
    for command in "$@"; do "$program" "$command" --help; done
} | options_of | sort -u)
[[ $(wc -l <<<"$known") -ge 5 ]] || complain "--help of $name names only: $known"

man_options=$(sed -e 's/\\-/-/g' "$linux/man/$name.1.in" | grep -oE '(^|[ "])--[a-z][a-z-]*' | sed -E 's/.*--//' | sort -u)
bash_options=$(grep -oE '(^|[ '"'"'"])--[a-z][a-z-]*' "$linux/completion/$name.bash" | sed -E 's/.*--//' | sort -u)
zsh_options=$(grep -oE '(^|[^a-z-])--[a-z][a-z-]*' "$linux/completion/_$name" | sed -E 's/.*--//' | sort -u)
fish_options=$(grep ^complete "$linux/completion/$name.fish" | grep -oE ' -l [a-z][a-z-]*' | sed 's/ -l //' | sort -u)
for kind in man bash zsh fish; do
    have=${kind}_options
    while read -r option; do
        grep -qxF -- "$option" <<<"${!have}" || complain "--$option of $name --help is not in its $kind file"
    done <<<"$known"
    while read -r option; do
        grep -qxF -- "$option" <<<"$known" || complain "--$option in the $kind file of $name is no option of it"
    done <<<"${!have}"
done

# Commands too.
for command in "$@"; do
    for file in "$linux/man/$name.1.in" "$linux/completion/$name.bash" "$linux/completion/_$name" "$linux/completion/$name.fish"; do
        grep -qiw -- "$command" "$file" || complain "$file does not know $name $command"
    done
done

version=$("$program" --version)
[[ $version =~ ^$name\ [0-9]+\.[0-9]+\.[0-9]+\ \((unknown|[0-9a-f]{7,}\+?)\) ]] || complain "--version says: $version"
grep -q 'Built with .*Release\|Built with .*Debug\|Built with .*RelWithDebInfo' <<<"$version" || complain "--version tells no build type: $version"
exit $wrong
