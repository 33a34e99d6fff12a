pragma ComponentBehavior: Bound

import QtQuick
import QtQuick.Layouts
import Qwill

// One model that may be downloaded: what it is, how large, whether this machine can run it.
Item {
    id: row

    required property Application application
    required property int index
    required property string catalogueId
    required property string name
    required property string detail
    required property string size
    required property string fit
    required property bool fits
    required property bool present
    required property bool recommended
    readonly property bool underWay: application.downloads.ids.includes(catalogueId)

    Layout.fillWidth: true
    implicitHeight: line.implicitHeight + 2 * Theme.gap2 + 2

    Rectangle {
        anchors.top: parent.top
        width: parent.width
        height: 1
        visible: row.index > 0
        color: Theme.hairline
    }
    RowLayout {
        id: line
        anchors.left: parent.left
        anchors.right: parent.right
        anchors.verticalCenter: parent.verticalCenter
        spacing: Theme.gap4

        ModelWords {
            Layout.fillWidth: true
            name: row.name
            detail: row.detail
            standing: row.fit
            ink: row.fits ? Theme.success : Theme.warning
            loaded: row.recommended
            badge: qsTr("Recommended")
        }
        Text {
            text: row.size
            color: Theme.secondary
            font.pixelSize: Theme.uiSize
        }
        ActionButton {
            Layout.preferredWidth: Math.round(108 * Math.max(1, Theme.fontScale))
            enabled: !row.present && !row.underWay
            primary: row.recommended && enabled
            text: row.present ? qsTr("Downloaded") : row.underWay ? qsTr("Under way") : qsTr("Download")
            Accessible.name: qsTr("Download %1, %2, %3").arg(row.name).arg(row.detail).arg(row.size)
            Accessible.description: row.fit
            onClicked: row.application.downloads.start(row.catalogueId)
        }
    }
}
