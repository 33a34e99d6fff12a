#!/usr/bin/env bash
# try.sh deb|portable FILE ROOT OUT: does with a package what a person would, in ROOT, a bare system of its own
# (debootstrap --variant=minbase; it is changed): installs it, opens the window under Xvfb, asks the guide, exports the chat
# in four formats, ends it, opens it again, removes the package. Fails when anything of that is not as it should be; pictures,
# the exported files and lists of files go to OUT. Needs root, and outside ROOT Xvfb, xdotool, imagemagick and python3.
# TRY_NEEDS names packages that are installed into ROOT first; TRY_QUESTION is what the guide is asked.
set -euo pipefail
[[ $# -eq 4 ]] || { echo "usage: try.sh deb|portable FILE ROOT OUT" >&2; exit 2; }
kind=$1 file=$(realpath "$2") root=$(realpath "$3") out=$(realpath -m "$4")
question=${TRY_QUESTION:-How do I export a chat?}
name=$(basename "$file")
home=$root/home/someone
wrong=0 server= window= started=0
mkdir -p "$out"

say() { printf '%s\n' "$*"; }
complain() {
    printf 'try: %s\n' "$*" >&2
    wrong=1
}
give_up() {
    complain "$*"
    picture last || true
    exit 1
}

# inside COMMAND…: as root of ROOT. as_someone COMMAND…: as a person there, who sees the display.
inside() {
    unshare --mount --pid --fork --kill-child bash -c 'mount -t proc proc "$0/proc" && mount -t tmpfs tmpfs "$0/dev/shm" && exec chroot "$@"' \
        "$root" "$root" /usr/bin/env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin LANG=C.UTF-8 DEBIAN_FRONTEND=noninteractive \
        HOME=/root "$@"
}
as_someone() {
    inside setpriv --reuid 1000 --regid 1000 --clear-groups env HOME=/home/someone USER=someone \
        ${TRY_LANG:+LANG="$TRY_LANG"} DISPLAY="$DISPLAY" "$@"
}

# What lies outside homes, apart from what a package manager and the kernel keep for themselves.
files() {
    (cd "$root" && find . -xdev \( -path ./proc -o -path ./sys -o -path ./dev -o -path ./home -o -path ./root -o -path ./var/log \
        -o -path ./var/cache/apt -o -path ./var/lib/apt -o -path ./var/lib/dpkg -o -path ./var/cache/debconf -o -path ./try \) -prune \
        -o -print | LC_ALL=C sort) >"$out/files-$1.txt"
}

picture() { import -window root "$out/$1.png"; }
# settle: until two pictures of the screen are the same, ten seconds at most.
settle() {
    local one='' other try
    for ((try = 0; try < 20; ++try)); do
        read -r -t 0.4 <>/dev/zero || true
        other=$one
        one=$(import -window root rgb:- | md5sum)
        [[ $one != "$other" ]] || return 0
    done
}
# There is no window manager that would give the focus back after a dialog.
keys() {
    xdotool windowfocus "$(xdotool search --onlyvisible --name Qwill | head -n 1)" || true
    xdotool key --delay 60 "$@"
}
# until SECONDS SENTENCE COMMAND…: asks again and again until the command agrees.
until_so() {
    local end=$((SECONDS + $1)) sentence=$2
    shift 2
    until "$@" 2>/dev/null; do
        [[ $SECONDS -lt $end ]] || give_up "$sentence"
        read -r -t 0.1 <>/dev/zero || true
    done
}
window_there() { [[ -n $(xdotool search --onlyvisible --name Qwill) ]]; }
replies() { # how many whole replies the chats hold
    python3 - "$home/.local/share/qwill/chats.sqlite" <<'ASK'
import sqlite3, sys
chats = sqlite3.connect(f"file:{sys.argv[1]}?mode=ro", uri=True)
print(sum(1 for (text,) in chats.execute("select content from message where role = 2 and status = 0") if len(text) > 20))
ASK
}
has_replies() { [[ $(replies) -ge $1 ]]; }

start_window() { # PROGRAM…
    local begun
    begun=$(date +%s%N)
    as_someone "$@" >"$out/said.txt" 2>&1 &
    window=$!
    started=$((started + 1))
    until_so 60 "the window did not appear; it said: $(cat "$out/said.txt")" window_there
    say "window $started after $((($(date +%s%N) - begun) / 1000000)) ms"
}
end_window() {
    keys ctrl+q
    until_so 20 "the window did not close by Ctrl+Q" sh -c '! kill -0 "$0" 2>/dev/null' "$window"
    wait "$window" || complain "the program ended with $?"
    window=
}

# The files a running program has mapped, by its name in the process table outside.
mapped() {
    local pid
    for pid in $(pgrep -f '/bin/qwill( |$)|^/usr/bin/qwill|^qwill( |$)'); do
        [[ $(readlink "/proc/$pid/root") == "$root" ]] || continue
        sed -n -E 's/^[^/]*(\/.*)$/\1/p' "/proc/$pid/maps"
    done | sed "s|^$root||" | sort -u
}

ask_the_guide() {
    xdotool mousemove 700 720 click 1
    xdotool type --delay 25 "$question"
    keys Return
    until_so 90 "the guide did not answer" has_replies "$1"
    settle
    picture "answer-$1"
}

# Ctrl+Shift+E, the format by its place in the list, Save…, then the button of Qt's own file dialog, as it stands on a screen
# of this size, with the name that it suggests.
export_as() { # PLACE ENDING
    local step
    xdotool mousemove 720 560 click 1
    keys ctrl+shift+e
    settle
    for ((step = 0; step < $1; ++step)); do keys Down; done
    [[ $2 != html ]] || picture export
    keys Tab Tab Return
    settle
    [[ $2 != html ]] || picture save
    xdotool mousemove 752 566 click 1
    until_so 20 "nothing was exported as $2" sh -c 'find "$0" -name "*.$1" -newer "$2" -size +0 | grep -q .' "$home" "$2" "$out/begun"
    find "$home" -name "*.$2" -newer "$out/begun" -exec cp {} "$out/" \;
    settle
}

look_at_exports() {
    python3 - "$out" "$question" <<'LOOK' || complain "what was exported is not the chat"
import glob, json, sys
folder, question = sys.argv[1:]
def one(ending):
    return open(sorted(glob.glob(f"{folder}/*.{ending}"))[-1], "rb").read()
assert question.encode() in one("md"), "Markdown"
assert question.encode() in one("html"), "HTML"
assert one("pdf").startswith(b"%PDF-") and len(one("pdf")) > 4000, "PDF"
assert question in json.dumps(json.loads(one("json")), ensure_ascii=False), "JSON"
LOOK
}

use_it() { # PROGRAM…
    rm -f "$out"/*.{md,html,pdf,json}
    touch "$out/begun"
    start_window "$@"
    settle
    picture window
    mapped >"$out/mapped.txt"
    ask_the_guide 1
    export_as 0 md
    export_as 1 html
    export_as 2 pdf
    export_as 3 json
    look_at_exports
    end_window
    start_window "$@"
    ask_the_guide 2
    end_window
}

try_deb() {
    local package=${name%%_*} gone
    cp "$file" "$root/try/"
    inside apt-get -q update >"$out/apt.txt"
    # What it depends on comes first, so that the lists of files tell what is its own.
    inside apt-get -q -y --no-install-recommends satisfy "$(dpkg-deb -f "$file" Depends)" >>"$out/apt.txt" 2>&1 ||
        give_up "its dependencies cannot be installed; see apt.txt"
    files depends
    inside apt-get -q -y --no-install-recommends install "/try/$name" >>"$out/apt.txt" 2>&1 || give_up "it cannot be installed"
    files installed
    use_it qwill
    inside qwill-cli chat /usr/share/qwill/guide --greedy -m "$question" >"$out/cli.txt"
    files used
    inside apt-get -q -y remove "$package" >"$out/remove.txt" 2>&1 || complain "it cannot be removed"
    grep -q 'stay' "$out/remove.txt" || complain "removing says nothing of what stays"
    files removed
    gone=$(LC_ALL=C comm -13 "$out/files-depends.txt" "$out/files-removed.txt")
    [[ -z $gone ]] || complain "left after removal: $gone"
    inside apt-get -q -y purge "$package" >"$out/purge.txt" 2>&1 || complain "it cannot be purged"
    [[ -z $(find "$root/var/lib/dpkg/info" -name "$package.*") ]] || complain "dpkg still has files of it"
    [[ -s $home/.local/share/qwill/chats.sqlite ]] || complain "the chats are gone"
}

try_portable() {
    local folder=/opt/${name%.tar.xz} foreign
    tar -C "$root/opt" -xf "$file"
    files installed
    use_it "$folder/qwill"
    files used
    foreign=$(grep -vE "^($folder|/home/|/dev/|/memfd|/SYSV|/usr/share/(fonts|icons|X11|locale))" "$out/mapped.txt" || true)
    say "mapped from the system: $(tr '\n' ' ' <<<"$foreign")"
    ! grep -qiE 'qt|kf[56]|libicu' <<<"$foreign" || complain "it took the system's Qt, KDE or ICU"
    grep -qE "^$folder/lib/libQt6Core" "$out/mapped.txt" || complain "it did not take its own Qt"
    [[ -z $(LC_ALL=C comm -13 "$out/files-installed.txt" "$out/files-used.txt") ]] ||
        complain "it wrote outside the home: $(LC_ALL=C comm -13 "$out/files-installed.txt" "$out/files-used.txt")"
    as_someone "$folder/qwill-cli" chat "$folder/share/qwill/guide" --greedy -m "$question" >"$out/cli.txt"
}

finish() {
    local code=$?
    [[ -z $window ]] || kill "$window" 2>/dev/null || true
    [[ -z $server ]] || kill "$server" 2>/dev/null || true
    exit $((code > wrong ? code : wrong))
}
trap finish EXIT

mkdir -p "$root/try"
cp -L /etc/resolv.conf "$root/etc/resolv.conf"
[[ -d $home ]] || inside useradd -m -u 1000 someone
if [[ -n ${TRY_NEEDS:-} ]]; then
    # shellcheck disable=SC2086
    inside sh -c "apt-get -q update && exec apt-get -q -y --no-install-recommends install $TRY_NEEDS" >"$out/needs.txt" 2>&1 ||
        give_up "what was asked for first cannot be installed"
fi
exec 3<>"$out/display"
Xvfb -displayfd 3 -screen 0 1280x800x24 -ac >"$out/xvfb.txt" 2>&1 3>&3 &
server=$!
until_so 10 "Xvfb does not start" test -s "$out/display"
export DISPLAY=:$(tr -d '\n' <"$out/display")
"try_$kind"
[[ $wrong -ne 0 ]] || say "$name: everything as it should be"
