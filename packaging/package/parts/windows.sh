# Windows, cross-compiled by MinGW-w64: a ZIP and an installer by CPack. Debian has no Qt for MinGW: without one they hold
# qwill-cli.exe and the guide; with one (QWILL_MINGW_QT=its prefix) the window too, with what windeployqt gathers.
# packaging/windows/ has the toolchain, the libraries' builds, and the installer's script.

windows_build=build/package-windows

make_windows() {
    local window=(-DQWILL_BUILD_APP=OFF)
    export QWILL_MINGW_LIBRARIES=${QWILL_MINGW_LIBRARIES:-/var/cache/windows-libraries}
    packaging/windows/libraries.sh "$QWILL_MINGW_LIBRARIES"
    if [[ -n ${QWILL_MINGW_QT:-} ]]; then
        window=(-DQWILL_BUILD_APP=ON "-DCMAKE_PREFIX_PATH=$QWILL_MINGW_QT" "-DCMAKE_FIND_ROOT_PATH=$QWILL_MINGW_LIBRARIES;$QWILL_MINGW_QT")
        window+=(-DQT_HOST_PATH=/usr)
    else
        echo "There is no Qt for Windows here (QWILL_MINGW_QT): the package has the terminal program only."
    fi
    cmake --preset windows-mingw -B "$windows_build" -DQWILL_BUILD_TESTS=OFF -DQWILL_HARDEN=ON -DQWILL_COMMIT="$QWILL_COMMIT" \
        "${window[@]}" >build/package-windows.log || { tail -n 30 build/package-windows.log >&2 && fail "CMake could not configure for Windows."; }
    cmake --build "$windows_build" -j "$(jobs)" || fail "the build for Windows failed."
    rm -rf "$windows_build/_CPack_Packages"
    (cd "$windows_build" && cpack -G "ZIP;NSIS") >>build/package-windows.log 2>&1 ||
        { tail -n 30 build/package-windows.log >&2 && fail "CPack could not make the packages for Windows."; }
    mv "$windows_build/qwill-$version-windows-x86_64".{zip,exe} dist/
    (cd dist && ls -l --block-size=K "qwill-$version-windows-x86_64".{zip,exe})
}

# Every word of a check goes through Wine in a prefix of its own; nothing of the machine's is touched.
windows_wine() { WINEPREFIX=$work/wine WINEDEBUG=-all WINEDLLOVERRIDES=mscoree,mshtml= wine "$@" 2>/dev/null; }

check_windows() {
    local setup=dist/qwill-$version-windows-x86_64.exe home program left before after imports
    imports=$(x86_64-w64-mingw32-objdump -p "$windows_build/bin/qwill-cli.exe" | sed -n 's/.*DLL Name: //p' | sort | tr '\n' ' ')
    [[ ! $imports =~ (libgcc|libstdc|winpthread) ]] || fail "qwill-cli.exe wants a DLL of the compiler's: $imports"
    command -v wine >/dev/null || { echo "There is no Wine here: the installer was not run." && return; }
    rm -rf "$work/wine"
    windows_wine wineboot -i >/dev/null || true
    home=$(windows_wine cmd /c 'echo %LOCALAPPDATA%' | tr -d '\r')
    home=$(WINEPREFIX=$work/wine winepath -u "$home" 2>/dev/null)
    mkdir -p "$home/qwill" && echo mine >"$home/qwill/settings"
    before=$(cd "$work/wine/drive_c" && find . | sort)
    windows_wine "$setup" /S || fail "the installer ended with an error."
    program=$home/Programs/Qwill/bin/qwill-cli.exe
    [[ -f $program ]] || fail "the installer left no $program."
    find "$work/wine/drive_c/users" -path '*Start Menu*' -name 'Qwill*.lnk' | grep -q . || fail "there is no entry in the start menu."
    windows_wine "$program" --version | tr -d '\r'
    left=$(windows_wine "$program" chat "Z:$PWD/resources/guide" --message "Hello" --greedy --max-tokens 16 | tr -d '\r')
    [[ -n $left ]] || fail "the installed program does not answer."
    # Over itself, as an upgrade goes; then away.
    windows_wine "$setup" /S || fail "the installer does not go over what it installed."
    # The uninstaller goes on from a copy of itself, so that it can take itself away too.
    windows_wine "$home/Programs/Qwill/uninstall.exe" /S || fail "the uninstaller ended with an error."
    WINEPREFIX=$work/wine wineserver -w
    after=$(cd "$work/wine/drive_c" && find . | sort)
    left=$(comm -13 <(echo "$before") <(echo "$after") | grep -vE '/Temp(/|$)|/Programs$' || true)
    [[ -z $left ]] || fail "the uninstaller left: $left"
    [[ $(cat "$home/qwill/settings") == mine ]] || fail "the uninstaller took what is the person's."
    echo "installed, answered, went over itself, was removed; what is the person's stayed"
}
