pragma ComponentBehavior: Bound

import QtQuick
import Qwill

// How the window looks: colours, size of type, language.
Item {
    id: commands

    required property Settings settings

    function enlarge(by: real) {
        commands.settings.fontScale = Math.round(10 * (commands.settings.fontScale + by)) / 10;
    }

    readonly property list<Command> all: [
        Command {
            text: qsTr("Dark theme")
            symbol: "eye"
            onTriggered: commands.settings.theme = Settings.Dark
        },
        Command {
            text: qsTr("Light theme")
            symbol: "eye"
            onTriggered: commands.settings.theme = Settings.Light
        },
        Command {
            text: qsTr("Theme of the system")
            symbol: "eye"
            onTriggered: commands.settings.theme = Settings.System
        },
        Command {
            text: qsTr("Larger text")
            symbol: "up"
            keys: "Ctrl++"
            onTriggered: commands.enlarge(0.1)
        },
        Command {
            text: qsTr("Smaller text")
            symbol: "down"
            keys: "Ctrl+-"
            onTriggered: commands.enlarge(-0.1)
        },
        Command {
            text: qsTr("Text in its usual size")
            symbol: "undo"
            keys: "Ctrl+0"
            onTriggered: commands.settings.fontScale = 1
        },
        // Languages name themselves, so that whoever is lost finds theirs.
        Command {
            text: "Language: English"
            symbol: "speaker"
            onTriggered: commands.settings.language = "en"
        },
        Command {
            text: "语言：简体中文"
            symbol: "speaker"
            onTriggered: commands.settings.language = "zh_CN"
        }
    ]

    Shortcut {
        sequences: ["Ctrl+="]
        onActivated: commands.enlarge(0.1)
    }
}
