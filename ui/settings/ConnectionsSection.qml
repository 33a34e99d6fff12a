pragma ComponentBehavior: Bound

import QtQuick
import QtQuick.Layouts
import Qwill

// Every connection Qwill ever opened.
SectionPage {
    id: page

    required property ConnectionLog connections

    columnWidth: 900

    Section {
        title: qsTr("Connections")
        about: qsTr("Nothing opens a connection but a download you asked for, and a model elsewhere while you use it: only then do messages leave this machine. There is no account, no telemetry and no search for updates. Each connection Qwill ever made is listed here.")

        Text {
            Layout.fillWidth: true
            visible: text.length > 0
            text: page.connections.problem
            color: Theme.danger
            font.pixelSize: Theme.uiSize
            wrapMode: Text.Wrap
        }
        Rectangle {
            Layout.fillWidth: true
            visible: page.connections.count === 0
            implicitHeight: none.implicitHeight + 2 * Theme.gap6
            radius: Theme.radiusLarge
            color: Theme.surface
            ColumnLayout {
                id: none
                anchors.centerIn: parent
                width: parent.width - 2 * Theme.gap4
                spacing: Theme.gap2
                Icon {
                    Layout.alignment: Qt.AlignHCenter
                    symbol: "check"
                    size: 22
                    color: Theme.success
                }
                Text {
                    Layout.fillWidth: true
                    text: qsTr("Qwill has never opened a connection.")
                    color: Theme.text
                    horizontalAlignment: Text.AlignHCenter
                    font.pixelSize: Theme.uiSize
                    wrapMode: Text.Wrap
                }
            }
        }
        Repeater {
            model: page.connections
            delegate: ColumnLayout {
                id: row

                required property string time
                required property string address
                required property string purpose
                required property string bytes
                required property string outcome

                Layout.fillWidth: true
                Layout.topMargin: Theme.gap2
                spacing: 1
                RowLayout {
                    Layout.fillWidth: true
                    spacing: Theme.gap3
                    Text {
                        Layout.fillWidth: true
                        text: row.address
                        color: Theme.text
                        font.pixelSize: Theme.uiSize
                        elide: Text.ElideMiddle
                    }
                    Text {
                        text: row.bytes
                        color: Theme.text
                        font.pixelSize: Theme.uiSize
                    }
                }
                Text {
                    Layout.fillWidth: true
                    text: row.time + " · " + row.purpose + " · " + row.outcome
                    color: Theme.secondary
                    font.pixelSize: Theme.smallSize
                    wrapMode: Text.Wrap
                }
            }
        }
    }
}
