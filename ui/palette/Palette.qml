pragma ComponentBehavior: Bound

import QtQuick
import QtQuick.Layouts
import QtQuick.Templates as T
import Qwill

// Every command and every chat by a few letters of its name.
Sheet {
    id: palette

    required property CommandFilter filter
    required property list<Command> commands

    readonly property string spoken: qsTr("Command or chat")

    // When the language changes while it is open: after the commands have their new names.
    function nameAgain() {
        filter.begin([...commands]);
        filter.pattern = field.text;
    }
    function choose(row: int) {
        palette.close();
        palette.filter.run(row);
    }

    onSpokenChanged: if (visible) Qt.callLater(nameAgain)
    wantedWidth: 560
    wantedHeight: 460
    onAboutToShow: {
        field.clear();
        filter.begin([...commands]);
        field.forceActiveFocus();
    }

    contentItem: ColumnLayout {
        spacing: 0
        SearchField {
            id: field
            Layout.fillWidth: true
            focus: true
            list: rows
            name: palette.spoken
            placeholderText: palette.spoken
            onTextChanged: palette.filter.pattern = text
            onChosen: row => palette.choose(row)
        }
        ListView {
            id: rows
            Layout.fillWidth: true
            Layout.fillHeight: true
            Layout.margins: Theme.gap1
            clip: true
            model: palette.filter
            boundsBehavior: Flickable.StopAtBounds
            highlightMoveDuration: 0
            Accessible.role: Accessible.List
            Accessible.name: qsTr("Commands and chats")
            T.ScrollBar.vertical: Scroll {}
            delegate: PaletteRow {
                width: ListView.view.width
                onClicked: palette.choose(index)
            }
            Connections {
                target: palette.filter
                function onFiltered() {
                    rows.currentIndex = 0;
                    rows.positionViewAtBeginning();
                }
            }
            Text {
                visible: rows.count === 0
                width: rows.width
                padding: Theme.gap4
                text: qsTr("No command and no chat is called so.")
                color: Theme.secondary
                wrapMode: Text.Wrap
                font.pixelSize: Theme.uiSize
            }
        }
    }
}
