#!/usr/bin/env bash
# appimage/make.sh ARCHIVE RUNTIME OUT: an AppImage from the portable archive (packaging/dev package portable). RUNTIME is
# the AppImage project's runtime-x86_64, which no package registry has: get it from that project and check its signature.
# An AppImage is that runtime with a SquashFS behind it, so mksquashfs (squashfs-tools) is all it takes.
set -euo pipefail
[[ $# -eq 3 ]] || { echo "usage: appimage/make.sh ARCHIVE.tar.xz RUNTIME OUT.AppImage" >&2; exit 2; }
archive=$(realpath "$1") runtime=$(realpath "$2") out=$(realpath -m "$3")
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
mkdir "$work/AppDir"
tar -C "$work/AppDir" --strip-components=1 -xf "$archive"
cd "$work/AppDir"
ln -s qwill AppRun
cp share/org.qwill.Qwill.desktop .
cp share/icons/hicolor/256x256/apps/org.qwill.Qwill.png .
ln -s org.qwill.Qwill.png .DirIcon
mksquashfs . "$work/image" -root-owned -noappend -comp zstd -quiet -no-progress
cat "$runtime" "$work/image" >"$out"
chmod +x "$out"
