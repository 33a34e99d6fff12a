#!/bin/sh
# Puts this copy of Qwill into your desktop's menu; with --remove, takes it out again. Touches only ~/.local/share.
here=$(cd "$(dirname "$0")" && pwd) || exit 1
data=${XDG_DATA_HOME:-$HOME/.local/share}
entry=$data/applications/org.qwill.Qwill.desktop
types=$data/mime/packages/org.qwill.Qwill.xml
refresh() {
    command -v update-desktop-database >/dev/null && update-desktop-database -q "$data/applications"
    command -v update-mime-database >/dev/null && update-mime-database "$data/mime"
    return 0
}
if [ "$1" = --remove ]; then
    rm -f "$entry" "$types"
    find "$here/share/icons/hicolor" -type f | while read -r icon; do rm -f "$data/icons/hicolor/${icon#"$here/share/icons/hicolor/"}"; done
    refresh
    echo "Qwill is no longer in the menu. Chats, settings and models stay: $data/qwill, ~/.config/qwill, ~/.cache/qwill."
    exit 0
fi
mkdir -p "$data/applications" "$data/mime/packages" "$data/icons" || exit 1
quoted=$(printf '%s' "$here/qwill" | sed -e 's/[\\"`$]/\\\\&/g' -e 's/%/%%/g' -e 's/[&|]/\\&/g')
sed -e "s|^Exec=qwill|Exec=\"$quoted\"|" "$here/share/org.qwill.Qwill.desktop" >"$entry"
cp "$here/share/org.qwill.Qwill.mime.xml" "$types"
cp -r "$here/share/icons/hicolor" "$data/icons/"
refresh
echo "Qwill is in the menu now. If you move this folder, run this again; --remove takes it out."
