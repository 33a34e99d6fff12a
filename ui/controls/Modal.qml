import QtQuick
import QtQuick.Layouts
import QtQuick.Templates as T
import Qwill

// A dialog over the page: a title, what stands in it, and its buttons at the end. Escape closes it.
T.Dialog {
    id: modal

    default property alias body: bodyColumn.data
    property alias buttons: buttonRow.data
    property int wantedWidth: 460

    parent: T.Overlay.overlay
    anchors.centerIn: parent
    width: Math.min(wantedWidth, parent ? parent.width - 2 * Theme.gap4 : wantedWidth)
    implicitHeight: implicitContentHeight + topPadding + bottomPadding
    modal: true
    focus: true
    padding: Theme.gap6

    contentItem: ColumnLayout {
        spacing: Theme.gap4
        Accessible.name: modal.title
        Accessible.role: Accessible.Dialog
        Text {
            Layout.fillWidth: true
            visible: modal.title.length > 0
            text: modal.title
            color: Theme.text
            wrapMode: Text.Wrap
            font.pixelSize: Theme.bodySize + 2
            font.weight: Font.DemiBold
        }
        ColumnLayout {
            id: bodyColumn
            Layout.fillWidth: true
            spacing: Theme.gap3
        }
        RowLayout {
            id: buttonRow
            Layout.fillWidth: true
            Layout.alignment: Qt.AlignRight
            layoutDirection: Qt.RightToLeft // the first one declared is the primary, at the end
            spacing: Theme.gap2
        }
    }
    background: Rectangle {
        radius: Theme.radiusLarge
        color: Theme.surface
        border.color: Theme.hairline
    }
    T.Overlay.modal: Rectangle { color: Theme.shade }
    enter: Transition { NumberAnimation { property: "opacity"; from: 0; to: 1; duration: Theme.motion } }
    exit: Transition { NumberAnimation { property: "opacity"; from: 1; to: 0; duration: Theme.motion } }
}
