pragma ComponentBehavior: Bound

import QtQuick
import QtQuick.Layouts
import QtQuick.Templates as T
import Qwill

// A match: the title of its chat where the chat begins, the text around it, and when that was.
T.ItemDelegate {
    id: hit

    required property int index
    required property string title
    required property string snippet
    required property string when
    required property bool first
    readonly property string mark: "<b><font color=\"" + Theme.accent + "\">"

    function coloured(html: string): string {
        return html.replace("<b>", mark).replace("</b>", "</font></b>");
    }

    implicitHeight: implicitContentHeight + topPadding + bottomPadding
    topPadding: first ? Theme.gap2 : Theme.gap1
    bottomPadding: Theme.gap1 + 2
    leftPadding: Theme.gap3
    rightPadding: Theme.gap3
    focusPolicy: Qt.NoFocus
    hoverEnabled: true
    Accessible.role: Accessible.ListItem
    Accessible.name: titleText.text.replace(/<[^>]*>/g, "") + ", " + hit.snippet.replace(/<[^>]*>/g, "")
    Accessible.selected: ListView.isCurrentItem

    contentItem: ColumnLayout {
        spacing: 2
        RowLayout {
            visible: hit.first
            Layout.fillWidth: true
            spacing: Theme.gap3
            Text {
                id: titleText
                Layout.fillWidth: true
                text: hit.coloured(hit.title)
                textFormat: Text.StyledText
                color: Theme.text
                elide: Text.ElideRight
                maximumLineCount: 1
                font.pixelSize: Theme.uiSize
                font.weight: Font.DemiBold
            }
            Text {
                text: hit.when
                color: Theme.secondary
                font.pixelSize: Theme.smallSize
            }
        }
        Text {
            visible: hit.snippet.length > 0
            Layout.fillWidth: true
            text: hit.coloured(hit.snippet)
            textFormat: Text.StyledText
            color: Theme.secondary
            wrapMode: Text.Wrap
            elide: Text.ElideRight
            maximumLineCount: 2
            font.pixelSize: Theme.uiSize
            lineHeight: 1.25
        }
    }
    background: Rectangle {
        radius: Theme.radius
        color: hit.ListView.isCurrentItem ? Theme.accentSoft : hit.hovered ? Theme.raised : "transparent"
    }
}
