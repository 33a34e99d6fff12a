import QtQuick
import QtQuick.Layouts
import Qwill

// Settings that belong together: a heading, a sentence about them, and their rows.
ColumnLayout {
    id: section

    property string title: ""
    property string about: ""

    Layout.fillWidth: true
    Layout.bottomMargin: Theme.gap4
    spacing: 0

    Text {
        Layout.fillWidth: true
        Layout.bottomMargin: Theme.gap1
        visible: section.title.length > 0
        text: section.title
        color: Theme.text
        font.pixelSize: Theme.uiSize + 2
        font.weight: Font.DemiBold
        wrapMode: Text.Wrap
        Accessible.role: Accessible.Heading
        Accessible.name: text
    }
    Text {
        Layout.fillWidth: true
        Layout.bottomMargin: Theme.gap2
        visible: section.about.length > 0
        text: section.about
        color: Theme.secondary
        font.pixelSize: Theme.uiSize
        lineHeight: 1.35
        wrapMode: Text.Wrap
    }
}
