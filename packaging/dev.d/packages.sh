# Which packages each half of the tree needs. Names are Debian's and Ubuntu's; nothing here touches the machine.

packages_core=(g++ binutils cmake ninja-build pkg-config ccache nlohmann-json3-dev libcli11-dev doctest-dev
    libpcre2-dev libutf8proc-dev libsentencepiece-dev)

# Qt ≥ 6.8 and KF6: on Debian 12 these come from Debian 13. HttpServer's CMake files ask for WebSockets. MathJax (scripts
# for any release) is in Debian 13 only.
packages_qt=(qt6-base-dev qt6-declarative-dev qt6-httpserver-dev qt6-websockets-dev qt6-svg-dev qt6-tools-dev
    qt6-tools-dev-tools qt6-l10n-tools qt6-translations-l10n qt6-svg-plugins qt6-wayland libqt6sql6-sqlite
    qtkeychain-qt6-dev
    libkf6syntaxhighlighting-dev
    qml6-module-qtqml qml6-module-qtqml-models qml6-module-qtqml-workerscript qml6-module-qtcore
    qml6-module-qtquick qml6-module-qtquick-window qml6-module-qtquick-controls qml6-module-qtquick-templates
    qml6-module-qtquick-layouts qml6-module-qtquick-dialogs qml6-module-qtquick-effects qml6-module-qtquick-shapes
    qml6-module-qt-labs-folderlistmodel qml6-module-qt-labs-platform qml6-module-qt-labs-qmlmodels
    qml6-module-qttest
    node-mathjax-full)

# The rest the window needs, from the machine's own release: Markdown, the tools that bundle MathJax, and a screen, a camera
# and Chinese glyphs for tests.
packages_app=(libcmark-gfm-dev libcmark-gfm-extensions-dev libgl-dev esbuild node-typescript xvfb xauth imagemagick
    fonts-dejavu-core fonts-wqy-microhei)

trixie_list=/etc/apt/sources.list.d/qwill-trixie.sources
trixie_pin=/etc/apt/preferences.d/qwill-trixie

packages_bench=(python3 python3-numpy libbenchmark-dev)

# Packages for Windows, made here (packaging/dev package windows): the compiler, the installer's maker, and Wine to try them.
packages_windows=(g++-mingw-w64-x86-64-posix mingw-w64-tools nsis zip wine wine64)

codename() { (. /etc/os-release 2>/dev/null && printf '%s' "${VERSION_CODENAME:-}"); }
# Debian 12, also after Debian 13's base-files came along with Qt and renamed it in os-release.
debian_12() {
    case $(codename) in
    bookworm) ;;
    trixie) [[ -f $trixie_list ]] ;;
    *) return 1 ;;
    esac
}
release_name() { (. /etc/os-release 2>/dev/null && printf '%s' "${PRETTY_NAME:-this system}"); }

packages_fuzz() {
    if debian_12; then
        say clang libclang-rt-14-dev
    else
        say clang libclang-rt-dev
    fi
}

# The formatter is pinned to one major version; a release that lacks it skips the check (see check.sh).
packages_format() {
    if debian_12; then say clang-format-14; fi
}

# missing PACKAGE…: those not installed, one a line. One dpkg-query for all: this runs on every call.
missing() {
    [[ $# -gt 0 ]] || return 0
    local installed
    installed=$(dpkg-query -W -f '${db:Status-Status} ${Package}\n' "$@" 2>/dev/null | sed -n 's/^installed //p') || true
    printf '%s\n' "$@" | sort -u | grep -vxF "${installed:-(none)}" || true
}
