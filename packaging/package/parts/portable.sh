# The portable archive: a folder that runs from anywhere on x86-64 Linux with glibc 2.36 or newer. It carries everything
# above the C library and the graphics driver, and Debian 13's C library with its loader for systems whose own is older
# (packaging/linux/portable/qwill chooses; that file tells how).
#
#   bin/       the programs, and the loader beside them: Qt takes the loader's folder for the program's
#   lib/       what only Qwill uses: Qt, KDE, ICU …
#   lib/base/  what a graphics driver of the system may use too, a folder each: taken only where the system's is older or absent
#   lib/glibc/ the C library
#   plugins/, qml/, share/, licences/

libraries=/usr/lib/x86_64-linux-gnu
qt=$libraries/qt6

portable_plugins=(platforms/libqxcb.so platforms/libqwayland-egl.so platforms/libqwayland-generic.so platforms/libqoffscreen.so
    platforminputcontexts/libcomposeplatforminputcontextplugin.so platforminputcontexts/libibusplatforminputcontextplugin.so
    platforminputcontexts/libfcitx5platforminputcontextplugin.so
    xcbglintegrations/libqxcb-egl-integration.so xcbglintegrations/libqxcb-glx-integration.so
    wayland-shell-integration wayland-graphics-integration-client wayland-decoration-client
    imageformats iconengines/libqsvgicon.so sqldrivers/libqsqlite.so tls platformthemes/libqxdgdesktopportal.so)
portable_modules=(QtCore QtQml QtQuick/Controls QtQuick/Dialogs QtQuick/Effects QtQuick/Layouts QtQuick/Shapes QtQuick/Templates
    QtQuick/Window QtQuick/libqtquick2plugin.so QtQuick/plugins.qmltypes QtQuick/qmldir Qt/labs/folderlistmodel)
# Opened by name at run time, so that nothing is linked with them.
portable_opened=(libssl.so.3 libcrypto.so.3)
# Graphics: the driver's own, never ours; a dispatcher is carried for systems that have no graphics at all.
portable_driver='libGL libEGL libGLX libOpenGL libGLdispatch libdrm libgbm libvulkan libglapi libGLESv2'
portable_base='libX11 libX11-xcb libXau libXdmcp libXext libxcb libxcb-dri2 libxcb-dri3 libxcb-glx libxcb-present libxcb-randr
    libxcb-shm libxcb-sync libxcb-xfixes libxshmfence libwayland-client libwayland-server libwayland-egl libwayland-cursor libexpat
    libffi libz libzstd liblzma libxml2 libstdc++ libgcc_s libbsd libmd'
portable_glibc='ld-linux-x86-64 libc libm libdl libpthread librt libresolv libutil libnss_dns libnss_files libanl libmvec'

base_name() { sed -E 's/\.so.*//' <<<"$(basename "$1")"; }
listed() { [[ " $(tr '\n' ' ' <<<"${!2}" | tr -s ' ') " == *" $1 "* ]]; }

# The libraries these files need, and those need, as the loader finds them here: one path a line.
closure() {
    ldd "$@" 2>/dev/null | sed -n -E 's/.* => (\/[^ ]+) .*/\1/p' | sort -u
}

make_portable() {
    local name=qwill-$version-linux-x86_64 tree file short
    tree=$work/portable/$name
    rm -rf "$work/portable"
    mkdir -p "$tree"/{bin,lib/base,lib/glibc,lib/gl,plugins,qml,share/qwill/fonts,licences}
    cp "$stage/usr/bin/qwill" "$stage/usr/bin/qwill-cli" "$tree/bin/"
    cp -a "$stage/usr/share/qwill/guide" "$tree/share/qwill/"
    for file in man bash-completion zsh fish icons; do cp -a "$stage/usr/share/$file" "$tree/share/"; done
    cp packaging/linux/portable/qwill "$tree/qwill"
    ln -s qwill "$tree/qwill-cli"
    cp packaging/linux/portable/README.txt "$tree/"
    cp packaging/linux/portable/desktop.sh "$tree/add-to-menu"
    cp packaging/linux/org.qwill.Qwill.desktop packaging/linux/org.qwill.Qwill.mime.xml "$tree/share/"
    chmod 755 "$tree/qwill" "$tree/add-to-menu"
    portable_qt "$tree"
    portable_libraries "$tree"
    portable_data "$tree"
    portable_licences "$tree"
    printf '[Paths]\nPrefix = ..\nPlugins = plugins\nQmlImports = qml\nTranslations = share/translations\n' >"$tree/bin/qt.conf"
    find "$tree" -name '*.so*' -type f ! -path '*/glibc/*' -exec strip --strip-unneeded {} +
    # A path of its own would hide the program's from a library.
    find "$tree/lib" "$tree/plugins" "$tree/qml" -name '*.so*' -type f ! -path '*/glibc/*' | while IFS= read -r file; do
        ! grep -qE 'R(UN)?PATH' <<<"$(readelf -d "$file")" || patchelf --remove-rpath "$file"
    done
    for file in qwill qwill-cli; do patchelf --force-rpath --set-rpath '$ORIGIN/../lib' "$tree/bin/$file"; done
    chmod -R u=rwX,go=rX "$tree"
    find "$tree" -exec touch -h -d "@$SOURCE_DATE_EPOCH" {} +
    tar -C "$work/portable" --sort=name --owner=0 --group=0 --numeric-owner --format=gnu -cf - "$name" |
        xz -T1 -6 >"dist/$name.tar.xz"
    printf '%s.tar.xz: %s MiB, unpacked %s MiB\n' "$name" "$(($(stat -c %s "dist/$name.tar.xz") >> 20))" "$(du -sm "$tree" | cut -f 1)"
}

portable_qt() { # TREE
    local part
    for part in "${portable_plugins[@]}"; do
        [[ -e $qt/plugins/$part ]] || { printf 'left out, not here: %s\n' "$part" && continue; }
        mkdir -p "$1/plugins/$(dirname "$part")"
        cp -rL "$qt/plugins/$part" "$1/plugins/$(dirname "$part")/"
    done
    for part in "${portable_modules[@]}"; do
        mkdir -p "$1/qml/$(dirname "$part")"
        cp -rL "$qt/qml/$part" "$1/qml/$(dirname "$part")/"
    done
    # Styles that are never shown.
    rm -rf "$1"/qml/QtQuick/Controls/{Material,Imagine,Universal,FluentWinUI3,designer} "$1"/qml/QtQuick/Controls/*/designer
    mkdir -p "$1/share/translations"
    cp /usr/share/qt6/translations/{qtbase,qtdeclarative}_zh_CN.qm "$1/share/translations/"
}

portable_libraries() { # TREE
    local file short opened=()
    for file in "${portable_opened[@]}"; do opened+=("$libraries/$file"); done
    while IFS= read -r file; do
        short=$(base_name "$file")
        if listed "$short" portable_driver; then
            continue
        elif listed "$short" portable_glibc; then
            continue # all of it, below
        elif listed "$short" portable_base; then
            mkdir -p "$1/lib/base/$(basename "$file")"
            cp -L "$file" "$1/lib/base/$(basename "$file")/"
        else
            cp -L "$file" "$1/lib/"
        fi
    done < <({
        closure "$1"/bin/* "${opened[@]}" $(find "$1/plugins" "$1/qml" -name '*.so')
        printf '%s\n' "${opened[@]}"
    } | sort -u)
    for short in $portable_glibc; do
        for file in "$libraries/$short".so.*; do
            [[ ! -e $file ]] || cp -L "$file" "$1/lib/glibc/"
        done
    done
    mv "$1"/lib/glibc/ld-linux-x86-64.so.2 "$1/bin/"
    for short in libGL.so.1 libEGL.so.1 libGLX.so.0 libOpenGL.so.0 libGLdispatch.so.0; do cp -L "$libraries/$short" "$1/lib/gl/"; done
}

portable_data() { # TREE: for systems that have none of it
    cp /usr/share/fonts/truetype/dejavu/DejaVuSans{,-Bold,Mono,Mono-Bold}.ttf "$1/share/qwill/fonts/" 2>/dev/null ||
        cp /usr/share/fonts/truetype/dejavu/DejaVuSans*.ttf "$1/share/qwill/fonts/"
    cp /usr/share/fonts-droid-fallback/truetype/DroidSansFallbackFull.ttf "$1/share/qwill/fonts/" 2>/dev/null ||
        cp "$(find /usr/share/fonts* -name 'DroidSansFallback*.ttf' | head -n 1)" "$1/share/qwill/fonts/"
    cp packaging/linux/portable/fonts.conf "$1/share/qwill/fonts.conf"
    mkdir -p "$1/share/X11"
    cp -rL /usr/share/X11/xkb "$1/share/X11/"
}

# Whose files these are: a copyright file for each package, and the list the SBOM is made from.
portable_licences() { # TREE
    local package
    {
        find "$1/lib" "$1/plugins" "$1/qml" "$1/bin" -type f -printf '%f\n' | sort -u >"$work/portable.names"
        # dpkg's own lists, read once: which package has a file of that name.
        awk 'FILENAME == ARGV[1] {wanted[$0] = 1; next}
            {name = $0; sub(/.*\//, "", name)}
            name in wanted {package = FILENAME; sub(/.*\//, "", package); sub(/(:[a-z0-9]+)?[.]list$/, "", package); print package}' \
            "$work/portable.names" $(grep -lE '^/(usr/)?lib/x86_64-linux-gnu' /var/lib/dpkg/info/*.list) |
            grep -vE -- '-(dev|dbg|cross|tools|designer|doc)$|mingw|wine'
        printf '%s\n' fonts-dejavu-core fonts-droid-fallback xkb-data qt6-translations-l10n
    } | sort -u >"$work/portable.packages"
    while IFS= read -r package; do
        [[ -e /usr/share/doc/$package/copyright ]] || continue
        cp -L "/usr/share/doc/$package/copyright" "$1/licences/$package.txt"
    done <"$work/portable.packages"
    cp resources/licences/*.txt "$1/licences/"
    cp LICENSE "$1/licences/Qwill.txt"
}

check_portable() {
    local name=qwill-$version-linux-x86_64 tree wanted carried
    tree=$work/portable/$name
    step "Checking the portable archive"
    [[ $(stat -c %s "dist/$name.tar.xz") -le $((120 << 20)) ]] || fail "the portable archive is larger than 120 MB."
    "$tree/qwill" --version
    QWILL_GLIBC=bundled "$tree/qwill-cli" --version >/dev/null || fail "the carried C library does not start the program."
    # Nothing in it may want a C library newer than the one it carries.
    wanted=$(find "$tree" -name '*.so*' -type f ! -path '*/glibc/*' -exec objdump -T {} + 2>/dev/null |
        grep -oE 'GLIBC_2\.[0-9]+' | sort -u -V | tail -n 1)
    carried=$(objdump -T "$tree/lib/glibc/libc.so.6" | grep -oE 'GLIBC_2\.[0-9]+' | sort -u -V | tail -n 1)
    printf 'wants %s, carries %s\n' "$wanted" "$carried"
    [[ $(printf '%s\n' "$wanted" "$carried" | sort -V | tail -n 1) == "$carried" ]] || fail "a library wants a newer C library."
}
