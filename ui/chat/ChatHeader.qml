pragma ComponentBehavior: Bound

import QtQuick
import QtQuick.Layouts
import QtQuick.Templates as T
import Qwill

// Title, model and context of the conversation that is shown.
Rectangle {
    id: header

    required property Application application
    required property ChatSession session
    property bool sidebarShown: false
    default property alias actions: extra.data

    signal sidebarWanted
    signal modelsWanted

    implicitHeight: Theme.controlHeight + Theme.gap4
    color: Theme.window

    RowLayout {
        anchors.fill: parent
        anchors.leftMargin: Theme.gap2
        anchors.rightMargin: Theme.gap3
        spacing: Theme.gap2

        IconButton {
            visible: !header.sidebarShown
            symbol: "sidebar"
            name: qsTr("Show the sidebar")
            shortcutText: "Ctrl+B"
            onClicked: header.sidebarWanted()
        }
        Icon {
            visible: header.session.temporary
            symbol: "temporary"
            size: 16
            color: Theme.secondary
        }
        Text {
            Layout.fillWidth: true
            Layout.minimumWidth: 60
            text: header.session.temporary ? qsTr("Temporary chat – not saved")
                : header.session.title.length > 0 ? header.session.title : qsTr("New chat")
            color: Theme.text
            elide: Text.ElideRight
            font.pixelSize: Theme.uiSize + 1
            font.weight: Font.DemiBold
            Accessible.role: Accessible.Heading
            Accessible.name: text
        }
        ContextBar {
            visible: budget.known && header.width > 420
            brief: header.width < 640
            budget: header.session.budget
        }
        ModelChip {
            Layout.maximumWidth: header.width * 0.4
            host: header.application.host
            guide: header.application.settings.modelPath.length === 0
            brief: header.width < 640
            onClicked: header.modelsWanted()
        }
        RowLayout {
            id: extra
            spacing: 0
        }
    }
    Rectangle {
        anchors.bottom: parent.bottom
        width: parent.width
        height: 1
        color: Theme.hairline
        opacity: 0.6
    }
}
