pragma ComponentBehavior: Bound

import QtQuick
import QtQuick.Layouts
import Qwill

// The machine, the backend and why, the versions, the log: to read, and to send along with a report.
SectionPage {
    id: page

    required property Application application

    Diagnostics {
        id: diagnostics
        settings: page.application.settings
        host: page.application.host
    }

    Section {
        title: qsTr("Diagnostics")
        about: qsTr("Holds no text of any chat.")
        ActionButton {
            Layout.alignment: Qt.AlignLeft
            Layout.topMargin: Theme.gap1
            Layout.bottomMargin: Theme.gap4
            symbol: "copy"
            text: qsTr("Copy as text")
            onClicked: {
                diagnostics.refresh();
                diagnostics.copyReport(page.application.log.text);
            }
        }
        Repeater {
            model: diagnostics
            delegate: GridLayout {
                id: fact

                required property int index
                required property string section
                required property string name
                required property string value
                required property bool first

                Layout.fillWidth: true
                columns: 2
                columnSpacing: Theme.gap4
                rowSpacing: 0
                Text {
                    Layout.columnSpan: 2
                    Layout.topMargin: fact.index === 0 ? 0 : Theme.gap4
                    Layout.bottomMargin: Theme.gap1
                    visible: fact.first
                    text: fact.section
                    color: Theme.text
                    font.pixelSize: Theme.uiSize
                    font.weight: Font.DemiBold
                }
                Text {
                    Layout.preferredWidth: Math.round(140 * Theme.fontScale)
                    Layout.alignment: Qt.AlignTop
                    text: fact.name
                    color: Theme.secondary
                    font.pixelSize: Theme.uiSize
                    wrapMode: Text.Wrap
                }
                Text {
                    Layout.fillWidth: true
                    text: fact.value
                    color: Theme.text
                    font.pixelSize: Theme.uiSize
                    wrapMode: Text.Wrap
                    lineHeight: 1.3
                }
            }
        }
    }
    Section {
        title: qsTr("Log")
        LogText {
            Layout.fillWidth: true
            name: qsTr("Log")
            text: page.application.log.text
            placeholder: qsTr("Nothing was said yet.")
        }
    }
}
