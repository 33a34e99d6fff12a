pragma ComponentBehavior: Bound

import QtQuick
import Qwill

// Everything the window can do, once: shortcuts, palette and the list of keys come from here.
Item {
    id: commands

    required property Application application
    readonly property alias window: windowCommands
    readonly property alias chat: chatCommands
    readonly property list<Command> all: [...windowCommands.all, ...chatCommands.all, ...lookCommands.all]

    WindowCommands {
        id: windowCommands
        application: commands.application
    }
    ChatCommands {
        id: chatCommands
        application: commands.application
    }
    LookCommands {
        id: lookCommands
        settings: commands.application.settings
    }
}
