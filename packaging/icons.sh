#!/usr/bin/env bash
# Makes the icon's pictures in all sizes, and Windows' .ico, from resources/app-icon/*.svg (librsvg2-bin, icoutils).
# Run after the drawing has changed; what it makes is committed, so that building needs neither tool.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../resources/app-icon"
small=(16 22 24)
large=(32 48 64 128 256 512)
for size in "${small[@]}"; do rsvg-convert -w "$size" -h "$size" qwill-small.svg -o "qwill-$size.png"; done
for size in "${large[@]}"; do rsvg-convert -w "$size" -h "$size" qwill.svg -o "qwill-$size.png"; done
icotool -c -o qwill.ico qwill-16.png qwill-24.png qwill-32.png qwill-48.png qwill-64.png --raw=qwill-256.png
