import QtQuick
import QtQuick.Layouts
import Qwill

// Says that the loaded model does not yet follow the settings, with the button that makes it.
Rectangle {
    id: note

    required property Application application
    readonly property bool wanted: application.loadPending

    visible: wanted
    implicitHeight: row.implicitHeight + 2 * Theme.gap2
    radius: Theme.radius
    color: Theme.accentSoft
    Accessible.role: Accessible.AlertMessage
    Accessible.name: sentence.text

    RowLayout {
        id: row
        anchors.fill: parent
        anchors.leftMargin: Theme.gap3
        anchors.rightMargin: Theme.gap2
        spacing: Theme.gap3
        Text {
            id: sentence
            Layout.fillWidth: true
            text: qsTr("The model was loaded with other settings.")
            color: Theme.text
            font.pixelSize: Theme.uiSize
            wrapMode: Text.Wrap
        }
        ActionButton {
            primary: true
            text: qsTr("Load again to apply")
            onClicked: note.application.loadModel()
        }
    }
}
