import QtQuick.Templates as T

// One thing the window can do: its name, its symbol and its keys. Shortcuts, palette and key list show the same.
T.Action {
    property string symbol: ""
    property string keys: "" // as QKeySequence reads them
    property bool listed: true // in the palette

    shortcut: keys
}
