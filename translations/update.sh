#!/usr/bin/env bash
# Gathers every string of app/ and ui/ into the .ts files. English holds only the plurals. Run from anywhere.
set -euo pipefail
cd "$(dirname "$0")/.."
lupdate=$(command -v lupdate || echo /usr/lib/qt6/bin/lupdate)
options=(-recursive app ui -extensions cpp,h,qml -locations none -no-obsolete -silent)
"$lupdate" "${options[@]}" -source-language en -target-language zh_CN -ts translations/qwill_zh_CN.ts
"$lupdate" "${options[@]}" -source-language en -target-language en -pluralonly -ts translations/qwill_en.ts
