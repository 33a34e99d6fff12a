# The Debian package, and the one beside it with debug symbols.

# What the libraries do not say: QML modules, plug-ins and data that are found at run time.
deb_modules=(qml6-module-qtqml qml6-module-qtqml-models qml6-module-qtqml-workerscript qml6-module-qtcore qml6-module-qtquick
    qml6-module-qtquick-window qml6-module-qtquick-controls qml6-module-qtquick-templates qml6-module-qtquick-layouts
    qml6-module-qtquick-dialogs qml6-module-qtquick-effects qml6-module-qtquick-shapes
    qml6-module-qt-labs-folderlistmodel libqt6sql6-sqlite qt6-svg-plugins)

shared_library_dependencies() { # FILE…
    local scratch=$work/shlibs
    mkdir -p "$scratch/debian"
    printf 'Source: qwill\n\nPackage: qwill\nArchitecture: any\n' >"$scratch/debian/control"
    (cd "$scratch" && dpkg-shlibdeps -O "$@" 2>"$scratch/said") | sed -n 's/^shlibs:Depends=//p' ||
        { cat "$scratch/said" >&2 && return 1; }
}

make_deb() {
    local tree=$work/deb depends file
    rm -rf "$tree"
    cp -a "$stage" "$tree"
    file=$tree/usr/share/doc/qwill
    mkdir -p "$file" "$tree/DEBIAN" "$tree/usr/share/lintian/overrides"
    cp packaging/linux/debian/copyright "$file/copyright"
    changelog | gzip -9n >"$file/changelog.gz"
    gzip -9n "$tree"/usr/share/man/man1/*.1
    depends=$(shared_library_dependencies "$tree/usr/bin/qwill" "$tree/usr/bin/qwill-cli") || fail "dpkg-shlibdeps could not tell what the programs need; its words are above."
    [[ $depends == *libqt6core6* ]] || fail "dpkg-shlibdeps found no Qt: $depends"
    # One Qt release only: no other distribution could install it.
    [[ $depends != *private-abi* ]] || fail "a program calls Qt's private interface: $depends"
    for file in "${deb_modules[@]}"; do depends+=", $file"; done
    control qwill "$tree" "Depends: $depends
Recommends: fonts-noto-cjk | fonts-wqy-microhei | fonts-droid-fallback, qt6-wayland, qt6-translations-l10n, xdg-desktop-portal
Suggests: fcitx5-frontend-qt6, qwill-cuda" "chat with a language model that runs on this machine
 Qwill is a native chat application for language models that run on your own
 machine. It brings its own inference engine for Qwen3 and its relatives, in 8
 or 4 bits, streams replies as Markdown with formulas and highlighted code, and
 sends nothing anywhere. A small guide model comes along; others are downloaded
 when you ask for them.
 .
 qwill-cli runs the same engine in a terminal, and \"qwill serve\" offers it to
 other programs by OpenAI's API." >"$tree/DEBIAN/control"
    cp packaging/linux/debian/postrm "$tree/DEBIAN/postrm"
    chmod 755 "$tree/DEBIAN/postrm"
    finish_deb "$tree" "qwill_${version}_$architecture.deb"

    tree=$work/deb-dbgsym
    rm -rf "$tree"
    cp -a "$stage-debug" "$tree"
    mkdir -p "$tree/DEBIAN" "$tree/usr/share/doc"
    ln -s qwill "$tree/usr/share/doc/qwill-dbgsym"
    control qwill-dbgsym "$tree" "Depends: qwill (= $version)" "debug symbols for qwill" debug optional >"$tree/DEBIAN/control"
    finish_deb "$tree" "qwill-dbgsym_${version}_$architecture.deb"
}

control() { # PACKAGE TREE RELATIONS DESCRIPTION [SECTION] [PRIORITY]
    printf 'Package: %s\nVersion: %s\nArchitecture: %s\nMaintainer: The Qwill authors <qwill@localhost.localdomain>\n' "$1" "$version" "$architecture"
    printf 'Installed-Size: %s\n' "$(du -k -s --apparent-size "$2" | cut -f 1)"
    printf '%s\nSection: %s\nPriority: %s\n' "$3" "${5:-utils}" "${6:-optional}"
    [[ -z ${QWILL_HOMEPAGE:-} ]] || printf 'Homepage: %s\n' "$QWILL_HOMEPAGE"
    printf 'Description: %s\n' "$4"
}

changelog() {
    printf 'qwill (%s) trixie; urgency=medium\n\n  * Made from commit %s.\n\n -- The Qwill authors <qwill@localhost.localdomain>  %s\n' \
        "$version" "$QWILL_COMMIT" "$(date -u -R -d "@$SOURCE_DATE_EPOCH")"
}

# Sums, one time for all files, one order, one compression: the same bytes every time.
finish_deb() { # TREE NAME
    chmod -R u=rwX,go=rX "$1"
    (cd "$1" && find . -path ./DEBIAN -prune -o -type f -printf '%P\0' | sort -z | xargs -0 -r md5sum >DEBIAN/md5sums)
    chmod 644 "$1/DEBIAN/md5sums"
    find "$1" -exec touch -h -d "@$SOURCE_DATE_EPOCH" {} +
    dpkg-deb --root-owner-group -Zxz -z9 --build "$1" "dist/$2" >/dev/null
    printf '%s: %s KiB\n' "$2" "$(($(stat -c %s "dist/$2") / 1024))"
}

check_deb() {
    local deb=dist/qwill_${version}_$architecture.deb
    step "Checking the package"
    [[ $(stat -c %s "$deb") -le $((15 << 20)) ]] || fail "the package is larger than 15 MB."
    lintian --fail-on error,warning --suppress-tags-from-file packaging/linux/debian/lintian-suppressed "$deb" ||
        fail "lintian complains."
    check_programs "$work/deb/usr/bin/qwill" "$work/deb/usr/bin/qwill-cli"
}

# Hardened, without a path of their own, without a trace of the folder they were built in. Each tool's words are taken whole:
# with pipefail, "tool | grep -q" fails where grep has seen enough before the tool has ended.
check_programs() {
    local file header dynamic segments symbols
    for file in "$@"; do
        header=$(readelf -h "$file") dynamic=$(readelf -d "$file") segments=$(readelf -lW "$file") symbols=$(nm -D "$file")
        ! grep -qE 'R(UN)?PATH' <<<"$dynamic" || fail "$file looks for libraries in a folder of its own."
        grep -q 'Type: *DYN' <<<"$header" || fail "$file is not position independent."
        grep -q 'NOW' <<<"$dynamic" || fail "$file binds lazily."
        grep -q GNU_RELRO <<<"$segments" || fail "$file has no RELRO."
        grep -q 'GNU_STACK.*RW ' <<<"$segments" || fail "$file has an executable stack."
        grep -q __stack_chk_fail <<<"$symbols" || fail "$file has no stack protector."
        grep -q '_chk@' <<<"$symbols" || fail "$file is not fortified."
        ! grep -q "$PWD" "$file" || fail "$file names the folder it was built in."
    done
}
