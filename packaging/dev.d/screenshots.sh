# The pictures of README, taken from the real window on a virtual screen.

cmd_screenshots() { # screenshots [FOLDER]
    local folder=${1:-resources/screenshots} language name
    wants_app || fail 1 "screenshots need the window; leave --engine-only out."
    name=$(default_preset)
    ensure $(build_sets "$name")
    build "$name" --target qwill_screenshots
    mkdir -p "$folder"
    for language in en zh_CN; do
        QT_QUICK_BACKEND=software xvfb-run -a -s "-screen 0 1920x1200x24" \
            "build/$name/bin/qwill_screenshots" "$folder" "$language" 1180x780 ||
            fail 1 "the window reported trouble while its pictures were taken; its words are above."
    done
    QT_QUICK_BACKEND=software xvfb-run -a -s "-screen 0 1920x1200x24" \
        "build/$name/bin/qwill_screenshots" "$folder" en 1180x780 light
    # 255 colours are enough for a window, and a third of the bytes.
    if command -v mogrify >/dev/null; then mogrify -strip +dither -colors 255 "$folder"/*.png; fi
}
