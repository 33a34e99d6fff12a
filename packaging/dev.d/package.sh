# Packages: everything that can be made here, in a Debian 13 root of its own, so that what comes out does not depend on the
# machine. What is done inside the root is packaging/package/.

# What the inside needs beside the sets core and app; nothing of it is asked for by run or test.
packages_package=(dpkg-dev binutils xz-utils zstd python3 patchelf lintian appstream desktop-file-utils man-db
    qt6-image-formats-plugins qt6-xdgdesktopportal-platformtheme fcitx5-frontend-qt6 fonts-dejavu-core fonts-droid-fallback ca-certificates libssl3t64
    libgl1 libegl1 libopengl0 xkb-data)

package_root() { say "${QWILL_BUILD_ROOT:-$root/build/package/root}"; }

# Makes the root once and brings what it lacks. Needs to be root, as debootstrap and chroot do.
prepare_root() {
    local where=$1 mirror need
    [[ $EUID -eq 0 ]] || fail 1 "making packages needs root for its own Debian 13 (debootstrap, chroot); try: sudo packaging/dev package"
    if [[ ! -x $where/usr/bin/dpkg ]]; then
        command -v debootstrap >/dev/null || { as_root=() && refresh_lists && apt_install debootstrap; }
        mirror=$(apt-get indextargets --format '$(REPO_URI)' 'Created-By: Packages' 2>/dev/null | grep -m1 '/debian/*$' || true)
        step "Making a Debian 13 in $where"
        quietly build/package/debootstrap.log debootstrap --variant=minbase trixie "$where" ${mirror:+"$mirror"} ||
            fail 1 "debootstrap could not make the root; its words are above."
    fi
    cp -L /etc/resolv.conf "$where/etc/resolv.conf"
    need=$(inside "$where" dpkg-query -W -f '${db:Status-Status} ${Package}\n' "${@:2}" 2>/dev/null | sed -n 's/^installed //p' || true)
    need=$(printf '%s\n' "${@:2}" | sort -u | grep -vxF "${need:-(none)}" || true)
    if [[ -n $need ]]; then
        step "Installing into it: $(tr '\n' ' ' <<<"$need")"
        # shellcheck disable=SC2086
        quietly build/package/apt.log inside "$where" sh -c "apt-get -q update && exec apt-get -q -y --no-install-recommends \
            -o Dpkg::Options::=--force-confold install $(tr '\n' ' ' <<<"$need")" ||
            fail 1 "apt-get could not bring what packaging needs; its words are above."
    fi
}

# inside ROOT COMMAND…: /proc is there while it runs, and gone after it; so is the machine's CUDA toolkit, where it has one.
inside() {
    local where=$1 toolkit
    shift
    toolkit=$(realpath -e "${CUDA_HOME:-/usr/local/cuda}" 2>/dev/null || true)
    [[ ! -x $toolkit/bin/nvcc ]] || mkdir -p "$where/usr/local/cuda"
    TOOLKIT=$toolkit unshare --mount --pid --fork --kill-child bash -c 'mount -t proc proc "$0/proc" && mount -t tmpfs tmpfs "$0/dev/shm" &&
        { [[ ! -d $0/usr/local/cuda || ! -x $TOOLKIT/bin/nvcc ]] || mount --bind "$TOOLKIT" "$0/usr/local/cuda"; } && exec chroot "$@"' \
        "$where" "$where" /usr/bin/env -i HOME=/root PATH=/usr/lib/ccache:/usr/sbin:/usr/bin:/sbin:/bin LANG=C.UTF-8 \
        DEBIAN_FRONTEND=noninteractive QWILL_JOBS="${QWILL_JOBS:-}" QWILL_HOMEPAGE="${QWILL_HOMEPAGE:-}" \
        QWILL_CUDA_ARCHITECTURES="${QWILL_CUDA_ARCHITECTURES:-}" CCACHE_DIR=/var/cache/ccache \
        "$@"
}

cmd_package() { # package [deb|portable|cuda|windows…]
    local where epoch commit kind kinds=("$@") sets with_windows=no
    [[ ${#kinds[@]} -gt 0 ]] || kinds=(deb portable)
    for kind in "${kinds[@]}"; do
        case $kind in
        deb | portable | cuda) ;;
        windows) with_windows=yes ;;
        *) fail 2 "package makes deb, portable, cuda and windows, not '$kind'." ;;
        esac
    done
    where=$(package_root)
    sets=("${packages_core[@]}" "${packages_qt[@]}" "${packages_app[@]}" "${packages_package[@]}")
    [[ $with_windows == no ]] || sets+=("${packages_windows[@]}")
    prepare_root "$where" "${sets[@]}"
    # The tree as git has it, with what is changed and not yet committed; never build/ or dist/.
    step "Copying the tree"
    rm -rf "$where/usr/src/qwill.new"
    mkdir -p "$where/usr/src/qwill.new" "$where/usr/src/qwill"
    git ls-files -z --cached --others --exclude-standard | tar -c --null --ignore-failed-read -T - | tar -x -C "$where/usr/src/qwill.new"
    # Files that did not change keep their times, so that the build inside goes on where it was.
    sync_tree "$where/usr/src/qwill.new" "$where/usr/src/qwill"
    epoch=${SOURCE_DATE_EPOCH:-$(git log -1 --format=%ct)}
    commit=$(git describe --always '--exclude=*' --abbrev=10 --dirty=+)
    inside "$where" env SOURCE_DATE_EPOCH="$epoch" QWILL_COMMIT="$commit" \
        /usr/src/qwill/packaging/package/make.sh "${kinds[@]}" $([[ $check_only == yes ]] && say --check) ||
        fail 1 "packaging failed; the first error above is the one."
    mkdir -p dist
    cp -a "$where/usr/src/qwill/dist/." dist/
    step "In dist/"
    (cd dist && ls -l --block-size=K | awk 'NR > 1 {print "  " $5, $9}')
}

# sync_tree FROM TO: TO becomes FROM; equal files are left alone, and so are build/ and dist/ of TO.
sync_tree() {
    local file gone
    gone=$(comm -13 <(cd "$1" && find . -type f | sort) \
        <(cd "$2" && find . \( -path ./build -o -path ./dist \) -prune -o -type f -print | sort))
    while IFS= read -r file; do [[ -z $file ]] || rm -f "$2/$file"; done <<<"$gone"
    (cd "$1" && find . -type f -print0) | while IFS= read -r -d '' file; do
        cmp -s "$1/$file" "$2/$file" && continue
        mkdir -p "$2/$(dirname "$file")"
        mv "$1/$file" "$2/$file"
        touch "$2/$file"
    done
    rm -rf "$1"
}
