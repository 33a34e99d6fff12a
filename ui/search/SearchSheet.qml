pragma ComponentBehavior: Bound

import QtQuick
import QtQuick.Layouts
import QtQuick.Templates as T
import Qwill

// Search in all chats. A match opens its chat at the message.
Sheet {
    id: sheet

    required property SearchModel search
    signal chosen(double chat, double message)

    function choose(row: int) {
        const chat = search.conversationAt(row);
        if (chat === 0)
            return;
        sheet.close();
        sheet.chosen(chat, search.messageAt(row));
    }

    wantedHeight: Math.min(600, Math.max(120, field.implicitHeight + hits.contentHeight + 4 * Theme.gap1
                                         + (more.visible ? more.implicitHeight : 0)))
    onAboutToShow: { // not after the fade: the first letters are typed then
        field.forceActiveFocus();
        field.selectAll();
    }

    contentItem: ColumnLayout {
        spacing: 0
        SearchField {
            id: field
            Layout.fillWidth: true
            focus: true
            list: hits
            name: qsTr("Search all chats")
            placeholderText: qsTr("Search all chats")
            onTextChanged: sheet.search.query = text
            onChosen: row => sheet.choose(row)
        }
        ListView {
            id: hits
            Layout.fillWidth: true
            Layout.fillHeight: true
            Layout.margins: Theme.gap1
            clip: true
            model: sheet.search
            boundsBehavior: Flickable.StopAtBounds
            highlightMoveDuration: 0
            opacity: sheet.search.waiting ? 0.6 : 1
            Accessible.role: Accessible.List
            Accessible.name: qsTr("Matches")
            T.ScrollBar.vertical: Scroll {}
            delegate: SearchHit {
                width: ListView.view.width
                onClicked: sheet.choose(index)
            }
            Connections {
                target: sheet.search
                function onFound() {
                    hits.currentIndex = 0;
                    hits.positionViewAtBeginning();
                }
            }
            Text {
                visible: hits.count === 0 && !sheet.search.waiting
                width: hits.width
                padding: Theme.gap4
                text: sheet.search.query.trim().length > 0 ? qsTr("Nothing found. Chats in the trash are not searched.")
                    : qsTr("Type what was said: a word, a part of one, 中文 too.")
                color: Theme.secondary
                wrapMode: Text.Wrap
                font.pixelSize: Theme.uiSize
            }
        }
        Text {
            id: more
            Layout.fillWidth: true
            visible: sheet.search.cut
            leftPadding: Theme.gap4
            bottomPadding: Theme.gap2
            text: qsTr("The first %n matches are shown. Type more to narrow them down.", "", hits.count)
            color: Theme.secondary
            wrapMode: Text.Wrap
            font.pixelSize: Theme.smallSize
        }
    }
}
