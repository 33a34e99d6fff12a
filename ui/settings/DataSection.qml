pragma ComponentBehavior: Bound

import QtQuick
import QtQuick.Layouts
import Qwill

// Where the person's things lie, what they take, and the trash.
SectionPage {
    id: page

    required property Application application

    DataSizes {
        id: sizes
        dataFolder: page.application.dataFolder
        modelsFolder: page.application.library.folder
    }

    Section {
        title: qsTr("Data")
        about: qsTr("Everything stays on this machine: chats in one database, templates beside it. To keep a copy, copy the folder while Qwill is closed.")
        PathRow {
            label: qsTr("Chats and templates")
            path: page.application.dataFolder
            amount: sizes.dataText
        }
        PathRow {
            label: qsTr("Models")
            path: page.application.library.folder
            amount: sizes.modelsText
        }
        PathRow {
            label: qsTr("Prepared weights")
            explanation: qsTr("Made at the first load of a model, so that the next is quick. Qwill makes them again when they are deleted.")
            path: sizes.cacheFolder
            amount: sizes.cacheText
            ActionButton {
                Layout.leftMargin: Theme.gap2
                enabled: sizes.canClearCache
                text: qsTr("Clear")
                Accessible.name: qsTr("Clear the prepared weights")
                onClicked: sizes.clearCache()
            }
        }
    }
    Section {
        title: qsTr("Trash")
        FormRow {
            small: true
            readonly property int count: page.application.conversations.trashCount
            label: count === 0 ? qsTr("The trash is empty") : qsTr("%n chat(s) in the trash", "", count)
            explanation: qsTr("A deleted chat stays here until the trash is emptied.")
            ActionButton {
                enabled: page.application.conversations.trashCount > 0
                dangerous: true
                symbol: "trash"
                text: qsTr("Empty the trash…")
                onClicked: sure.open()
            }
        }
    }
    Modal {
        id: sure
        title: qsTr("Delete for good?")
        Text {
            Layout.fillWidth: true
            text: qsTr("%n chat(s) will be deleted. This cannot be undone.", "", page.application.conversations.trashCount)
            color: Theme.text
            font.pixelSize: Theme.uiSize
            wrapMode: Text.Wrap
        }
        buttons: [
            ActionButton {
                dangerous: true
                text: qsTr("Delete for good")
                onClicked: {
                    page.application.conversations.emptyTrash();
                    sure.close();
                }
            },
            ActionButton {
                text: qsTr("Cancel")
                onClicked: sure.close()
            }
        ]
    }
}
