pragma ComponentBehavior: Bound

import QtQuick
import QtQuick.Dialogs
import QtQuick.Layouts
import Qwill

// Brings chats in from files: asks which, shows how far it is.
Item {
    id: exchange

    required property ChatImporter importer

    function choose() {
        fileDialog.open();
    }

    implicitWidth: 320
    implicitHeight: box.implicitHeight

    FileDialog {
        id: fileDialog
        title: qsTr("Import chats")
        fileMode: FileDialog.OpenFiles
        nameFilters: [qsTr("Chats of Qwill, ChatGPT or Open WebUI (*.json)"), qsTr("All files (*)")]
        onAccepted: exchange.importer.import(selectedFiles)
    }
    Rectangle {
        id: box
        visible: exchange.importer.busy
        anchors.fill: parent
        implicitHeight: column.implicitHeight + 2 * Theme.gap3
        radius: Theme.radiusLarge
        color: Theme.raised
        border.color: Theme.hairline
        ColumnLayout {
            id: column
            anchors.fill: parent
            anchors.margins: Theme.gap3
            spacing: Theme.gap2
            Text {
                Layout.fillWidth: true
                text: exchange.importer.fraction > 0 ? qsTr("Importing chats, %1 %").arg(Math.floor(100 * exchange.importer.fraction)) : qsTr("Reading the file…")
                color: Theme.text
                font.pixelSize: Theme.uiSize
                Accessible.role: Accessible.ProgressBar
                Accessible.name: text
            }
            Rectangle {
                Layout.fillWidth: true
                implicitHeight: 4
                radius: 2
                color: Theme.hairline
                Rectangle {
                    width: parent.width * exchange.importer.fraction
                    height: parent.height
                    radius: 2
                    color: Theme.accent
                }
            }
        }
    }
}
