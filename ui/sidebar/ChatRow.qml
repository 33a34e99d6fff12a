pragma ComponentBehavior: Bound

import QtQuick
import QtQuick.Layouts
import QtQuick.Templates as T
import Qwill

// One chat in the sidebar: its title, whether its reply is being written, and what one may do with it.
T.ItemDelegate {
    id: row

    required property int index
    required property string title
    required property bool busy
    required property bool current // the chat that is shown
    property bool renaming: false
    readonly property string shownTitle: title.length > 0 ? title : qsTr("New chat")

    signal menuWanted
    signal renamed(string title)
    signal renameEnded

    implicitHeight: Theme.controlHeight
    leftPadding: Theme.gap2
    rightPadding: Theme.gap1
    hoverEnabled: true
    focusPolicy: Qt.NoFocus // the list has the focus
    text: shownTitle
    font.pixelSize: Theme.uiSize
    Accessible.name: busy ? qsTr("%1, a reply is being written").arg(shownTitle) : shownTitle
    Accessible.role: Accessible.ListItem
    Accessible.selected: current

    contentItem: RowLayout {
        spacing: Theme.gap1
        Text {
            id: label
            Layout.fillWidth: true
            visible: !row.renaming
            text: row.shownTitle
            textFormat: Text.PlainText
            font: row.font
            color: row.current || row.hovered ? Theme.text : Qt.tint(Theme.secondary, Qt.alpha(Theme.text, 0.45))
            elide: Text.ElideRight
            maximumLineCount: 1
            verticalAlignment: Text.AlignVCenter
        }
        Loader {
            Layout.fillWidth: true
            Layout.leftMargin: -Theme.gap1
            active: row.renaming
            visible: active
            sourceComponent: Field {
                name: qsTr("Title")
                text: row.title
                implicitHeight: Theme.controlHeight - 4
                leftPadding: Theme.gap1
                rightPadding: Theme.gap1
                onAccepted: row.renamed(text)
                onActiveFocusChanged: if (!activeFocus) row.renameEnded()
                Keys.onEscapePressed: row.renameEnded()
                Component.onCompleted: {
                    forceActiveFocus();
                    selectAll();
                }
            }
        }
        Busy {
            visible: row.busy
            Layout.rightMargin: Theme.gap1
        }
        IconButton {
            visible: !row.renaming && (row.hovered || row.ListView.isCurrentItem && row.ListView.view.activeFocus)
            implicitWidth: Theme.controlHeight - 6
            implicitHeight: Theme.controlHeight - 6
            focusPolicy: Qt.NoFocus
            symbol: "more"
            iconSize: 16
            name: qsTr("What to do with this chat")
            onClicked: row.menuWanted()
        }
    }
    background: Rectangle {
        radius: Theme.radius
        color: row.current ? Theme.accentSoft : row.hovered || row.down ? Theme.surface : "transparent"
        FocusRing {
            anchors.margins: 0
            radius: Theme.radius
            shown: row.ListView.isCurrentItem && row.ListView.view.activeFocus && !row.renaming
        }
    }

    Hint {
        visible: row.hovered && label.truncated && !row.renaming
        text: row.shownTitle
    }
    TapHandler {
        acceptedButtons: Qt.RightButton
        onTapped: row.menuWanted()
    }
}
