# Installing what is missing: says what and from where, asks, and never moves a package nobody asked for.

installed_something=no

# ensure SET…: SETS are core, app, format, bench, fuzz.
ensure() {
    local own=() qt=() set
    if ! command -v dpkg-query >/dev/null; then
        say "This system has no dpkg; I install nothing and trust that the libraries README.md names are here."
        return 0
    fi
    for set in "$@"; do
        case $set in
        core) own+=("${packages_core[@]}") ;;
        bench) own+=("${packages_bench[@]}") ;;
        fuzz) own+=($(packages_fuzz)) ;;
        format) own+=($(packages_format)) ;;
        app)
            own+=("${packages_app[@]}")
            qt+=("${packages_qt[@]}")
            ;;
        esac
    done
    # Package names hold no spaces; process substitution would want /proc, which a bare chroot lacks.
    own=($(missing "${own[@]}"))
    qt=($(missing "${qt[@]}"))
    if [[ ${#own[@]} -gt 0 || ${#qt[@]} -gt 0 ]]; then
        install_missing
    fi
}

# Uses ensure's `own` and `qt`. Only Debian 12 has a Qt that is too old and a newer release to borrow it from.
install_missing() {
    local borrow=no
    if [[ ${#qt[@]} -gt 0 ]] && debian_12; then borrow=yes; fi
    step "Something is missing on $(release_name)"
    if [[ $borrow == yes ]]; then
        [[ ${#own[@]} -gt 0 ]] && say "From its own package sources: ${own[*]}"
        say "From Debian 13 (trixie), because Qwill needs Qt 6.8 and KF6: ${qt[*]}"
        say "For that I add $trixie_list, with your own mirrors, pinned in"
        say "$trixie_pin so that nothing else moves; glibc and some libraries Qt stands on move with it."
    else
        say "From its own package sources: ${own[*]} ${qt[*]}"
    fi
    become_root
    confirm "Install them?"
    if [[ $borrow == yes ]]; then
        refresh_lists
        # Knows Debian 13's signing keys since Debian 12.1; an older installation gets them here.
        apt_install "${own[@]}" debian-archive-keyring
        add_trixie
        refresh_lists
        install_from_trixie "${qt[@]}"
    else
        refresh_lists
        check_qt_version
        apt_install "${own[@]}" "${qt[@]}"
    fi
    installed_something=yes
}

become_root() {
    as_root=()
    [[ $EUID -eq 0 ]] && return 0
    if command -v sudo >/dev/null; then
        as_root=(sudo)
        return 0
    fi
    fail 1 "installing needs root and there is no sudo here; as root, run: (cd $root && packaging/dev setup --yes$(
        [[ $engine_only == yes ]] && printf ' --engine-only'
    ))"
}

confirm() { # confirm QUESTION
    [[ $assume_yes == yes ]] && return 0
    [[ -t 0 ]] || fail 2 "I may not install without a yes and nobody is here to ask; add --yes."
    local answer
    read -r -p "$1 [Y/n] " answer
    [[ -z $answer || $answer == [yYjJ]* ]] || fail 2 "nothing was installed."
}

refresh_lists() {
    update_log=$(mktemp)
    "${as_root[@]}" apt-get -q -o DPkg::Lock::Timeout=300 update >"$update_log" 2>&1 || true
    grep -E '^(E|W|Err)' "$update_log" | sed 's/^/   apt-get update: /' >&2 || true
}

apt_install() {
    local install=("${as_root[@]}" env DEBIAN_FRONTEND=noninteractive nice apt-get install -y
        --no-install-recommends -o DPkg::Lock::Timeout=300)
    local ok=yes
    if [[ -t 1 ]]; then
        "${install[@]}" "$@" || ok=no
    else
        quietly build/dev-install.log "${install[@]}" -q -o Dpkg::Use-Pty=0 "$@" || ok=no
    fi
    [[ $ok == yes ]] || fail 1 "apt-get could not install what is missing; its own words are above. Mend the package \
sources (or the network) and run the same command again."
    rm -f "$update_log"
}

# Ubuntu 24.04 and older carry a Qt the window cannot be built with: say so before a long download.
check_qt_version() {
    [[ ${#qt[@]} -gt 0 ]] || return 0
    local have
    have=$(apt-cache policy qt6-base-dev | sed -n 's/^ *Candidate: //p')
    dpkg --compare-versions "${have:-0}" ge 6.8 || fail 1 "$(release_name) offers Qt ${have:-nothing}, and the window \
needs 6.8 (Debian 12 or 13, Ubuntu 25.04 or later); --engine-only builds the engine and qwill-cli without Qt."
}

# The machine's own Debian sources with the suite's name swapped, security updates included.
add_trixie() {
    local uri suite entry signed text=
    while IFS='|' read -r uri suite entry; do
        [[ -n $uri ]] || continue
        signed=$(sed -n -E -e 's/^Signed-By: *(\/.*)/\1/p' -e 's/^deb .*\[.*signed-by=([^] ]*).*/\1/p' \
            "${entry%%:*}" 2>/dev/null | head -n 1)
        text+="Types: deb"$'\n'"URIs: $uri"$'\n'"Suites: trixie${suite#bookworm}"$'\n'"Components: main"$'\n'
        [[ -n $signed ]] && text+="Signed-By: $signed"$'\n'
        text+=$'\n'
    done <<<"$(apt-get indextargets --format '$(REPO_URI)|$(RELEASE)|$(SOURCESENTRY)|$(COMPONENT)' 'Created-By: Packages' |
        sed -n -E -e 's/\|(stable|oldstable)/|bookworm/' -e 's/^([^|]*\|bookworm(-updates|-security)?\|[^|]*)\|main$/\1/p' |
        sort -u)"
    [[ $text == *"Suites: trixie"$'\n'* ]] || fail 1 "apt's sources name no Debian 12 'bookworm main' whose mirror I \
could ask for Debian 13; add trixie main to them yourself, or use --engine-only, which needs no Qt."
    printf '%s' "# Written by Qwill's packaging/dev: Qt 6.8 and KF6. Delete this file and $trixie_pin to undo."$'\n\n'"$text" |
        "${as_root[@]}" tee "$trixie_list" >/dev/null
    printf '%s\n' "# Written by Qwill's packaging/dev: Debian 13 is only there for what is asked from it by name." \
        "Package: *" "Pin: release n=trixie*" "Pin-Priority: 100" | "${as_root[@]}" tee "$trixie_pin" >/dev/null
}

# Sets `plan` to what apt would do for these packages from Debian 13.
plan_trixie() {
    plan=$(apt-get -s --no-install-recommends install -t trixie "$@" 2>&1) || {
        printf '%s\n' "$plan" | tail -n 15 >&2
        grep -q NO_PUBKEY "$update_log" && say "Debian 13's signing key is unknown here: upgrade debian-archive-keyring." >&2
        fail 1 "apt finds no way to install Qt from Debian 13 beside what this machine has; --engine-only needs no Qt."
    }
}

# What the plan would remove, less libraries: those make way for Debian 13's, and whoever needs one is on the list himself.
gone() { sed -n -E 's/^Remv ([^ :]+).*/\1/p' <<<"$plan" | grep -vE '^lib.*[0-9](-.*)?$' | tr '\n' ' ' || true; }

# Installs the packages from Debian 13. What would have to go stays, in Debian 13's version, where that exists.
install_from_trixie() {
    local plan stay=() name moved removed
    plan_trixie "$@"
    for name in $(gone); do
        grep -q ' trixie/' <<<"$(apt-cache madison "$name")" && stay+=("$name")
    done
    [[ ${#stay[@]} -eq 0 ]] || plan_trixie "$@" "${stay[@]}"
    moved=$(sed -n -E 's/^Inst ([^ ]+) \[.*/\1/p' <<<"$plan" | sort -u | tr '\n' ' ')
    removed=$(gone)
    if grep -qE '(^| )(task-|apt |dpkg |systemd |linux-image|grub|openssh-server|network-manager |[a-z-]*desktop|gnome-shell|plasma-)' <<<"$removed"; then
        fail 1 "Qt from Debian 13 would cost this machine: $removed– I leave it alone; --engine-only needs no Qt."
    fi
    [[ -z $moved ]] || say "Already here, and moving to Debian 13's version: $moved"
    [[ -z $removed ]] || say "Needs older libraries, and would be REMOVED: $removed"
    [[ -z $moved$removed ]] || confirm "Go on?"
    apt_install -t trixie "$@" "${stay[@]}"
}

cmd_setup() {
    local sets=(core format)
    if [[ $engine_only == no ]] && { [[ $with_app == yes ]] || wants_app; }; then sets+=(app); fi
    ensure "${sets[@]}"
    say "Everything needed is installed."
}
