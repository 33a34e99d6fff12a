pragma ComponentBehavior: Bound

import QtQuick
import QtQuick.Layouts
import Qwill

// One download: how far it is, how fast, what went wrong, and what may be done about that.
Rectangle {
    id: row

    required property Application application
    required property string downloadId
    required property string name
    required property string standing
    required property string error
    required property string note
    required property string path
    required property real progress
    required property bool running
    required property bool resting
    required property bool done

    Layout.fillWidth: true
    implicitHeight: column.implicitHeight + 2 * Theme.gap3
    radius: Theme.radiusLarge
    color: Theme.surface
    border.color: row.error.length > 0 ? Theme.danger : row.done ? Theme.success : Theme.hairline
    Accessible.role: Accessible.Grouping
    Accessible.name: qsTr("Download of %1: %2").arg(row.name).arg(row.standing)

    ColumnLayout {
        id: column
        anchors.left: parent.left
        anchors.right: parent.right
        anchors.verticalCenter: parent.verticalCenter
        anchors.leftMargin: Theme.gap4
        anchors.rightMargin: Theme.gap2
        spacing: Theme.gap2

        RowLayout {
            spacing: Theme.gap2
            ColumnLayout {
                Layout.fillWidth: true
                spacing: 2
                Text {
                    Layout.fillWidth: true
                    text: row.name
                    color: Theme.text
                    font.pixelSize: Theme.uiSize + 1
                    font.weight: Font.DemiBold
                    elide: Text.ElideMiddle
                }
                Text {
                    Layout.fillWidth: true
                    text: row.standing
                    color: row.done ? Theme.success : Theme.secondary
                    font.pixelSize: Theme.smallSize
                    wrapMode: Text.Wrap
                }
            }
            DownloadActions {
                application: row.application
                downloadId: row.downloadId
                name: row.name
                path: row.path
                running: row.running
                resting: row.resting
                done: row.done
            }
        }
        Rectangle {
            Layout.fillWidth: true
            Layout.rightMargin: Theme.gap2
            visible: !row.done
            implicitHeight: 4
            radius: 2
            color: Theme.raised
            Accessible.role: Accessible.ProgressBar
            Accessible.name: qsTr("%1 %").arg(Math.floor(row.progress * 100))
            Rectangle {
                width: parent.width * Math.min(1, row.progress)
                height: parent.height
                radius: 2
                color: row.running ? Theme.accent : Theme.secondary
            }
        }
        Text {
            Layout.fillWidth: true
            visible: text.length > 0
            text: row.error
            color: Theme.danger
            font.pixelSize: Theme.smallSize
            textFormat: Text.PlainText
            wrapMode: Text.Wrap
            Accessible.role: Accessible.AlertMessage
            Accessible.name: text
        }
        Text {
            Layout.fillWidth: true
            visible: text.length > 0
            text: row.note
            color: Theme.warning
            font.pixelSize: Theme.smallSize
            wrapMode: Text.Wrap
        }
    }
}
