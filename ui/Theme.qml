pragma Singleton
pragma ComponentBehavior: Bound

import QtQuick

// Colours, spacing and type of the whole window. Nothing else names a colour or a size.
QtObject {
    id: theme

    // Set by Main.qml from the settings and the system.
    property bool dark: true
    property real fontScale: 1
    property bool reduceMotion: false

    readonly property color window: dark ? "#14161a" : "#ffffff"
    readonly property color sidebar: dark ? "#191c21" : "#f5f6f8"
    readonly property color surface: dark ? "#1f2329" : "#f2f4f7"
    readonly property color raised: dark ? "#272c34" : "#e8ebf0"
    readonly property color hairline: dark ? "#323842" : "#d5dae1"
    readonly property color text: dark ? "#e7e9ec" : "#1b1f25"
    readonly property color secondary: dark ? "#a3abb6" : "#575f6b"
    readonly property color accent: dark ? "#7c9cff" : "#3556d4"
    readonly property color accentInk: dark ? "#10131a" : "#ffffff"
    readonly property color accentSoft: dark ? "#2a3350" : "#dfe6ff" // behind a selected row, a match
    readonly property color selection: dark ? "#3a4a7d" : "#bccbff"
    readonly property color success: dark ? "#6cc08b" : "#1f7a45"
    readonly property color warning: dark ? "#e3b341" : "#8a6100"
    readonly property color danger: dark ? "#f27a7a" : "#c02f2f"
    readonly property color code: dark ? "#181b20" : "#f6f7f9"
    readonly property color found: dark ? "#5d4f1c" : "#ffe79a" // behind words that were searched
    readonly property color shade: dark ? "#90000000" : "#60202530" // over the page while a dialog is open

    // Spacing in steps of 4.
    readonly property int gap1: 4
    readonly property int gap2: 8
    readonly property int gap3: 12
    readonly property int gap4: 16
    readonly property int gap6: 24
    readonly property int gap8: 32
    readonly property int radius: 6
    readonly property int radiusLarge: 10
    readonly property int controlHeight: Math.round(32 * Math.max(1, fontScale))

    readonly property string family: Qt.application.font.family
    readonly property string codeFamily: "monospace"
    readonly property real bodySize: 15 * fontScale
    readonly property real uiSize: 13 * fontScale
    readonly property real smallSize: 12 * fontScale
    readonly property real codeSize: 13.5 * fontScale
    readonly property real titleSize: 20 * fontScale
    readonly property real lineHeight: 1.55 // of body text

    // Text column: 80 characters at most.
    readonly property int indent: Math.round(24 * fontScale) // of a list level, of a quote
    readonly property int column: Math.round(720 * fontScale)
    readonly property int motion: reduceMotion ? 0 : 120 // ms

    // Qt counts line height from the font's own, and leaves what it adds below the last line.
    readonly property real naturalLine: metrics.height / metrics.font.pixelSize
    readonly property int linePercent: Math.round(100 * lineHeight / naturalLine)
    readonly property int lineSlack: Math.round(bodySize * Math.max(0, lineHeight - naturalLine))
    readonly property FontMetrics metrics: FontMetrics {
        font.family: theme.family
        font.pixelSize: 100
    }

    function headingSize(level: int): real {
        return (level === 1 ? 22 : level === 2 ? 19 : level === 3 ? 17 : 15) * fontScale;
    }
}
