pragma ComponentBehavior: Bound

import QtQuick
import QtQuick.Layouts
import QtQuick.Templates as T
import Qwill

// All settings: the sections in a list, the one that is chosen beside it.
FocusScope {
    id: page

    required property Application application
    property string section: "appearance"
    readonly property bool narrow: width < 640

    signal closed

    readonly property list<string> sections: ["appearance", "language", "chat", "engine", "templates", "server", "data", "connections", "diagnostics", "about"]
    readonly property list<string> titles: [qsTr("Appearance"), qsTr("Language"), qsTr("Chat defaults"), qsTr("Engine"), qsTr("Templates"), qsTr("Local server"),
        qsTr("Data"), qsTr("Connections"), qsTr("Diagnostics"), qsTr("About")]
    readonly property list<string> symbols: ["eye", "language", "sliders", "chip", "template", "server", "folder", "link", "info", "file"]
    readonly property list<Component> pages: [appearance, language, chat, engine, templates, server, data, connections, diagnostics, about]

    Keys.onEscapePressed: page.closed()

    Rectangle {
        anchors.fill: parent
        color: Theme.window
    }
    ColumnLayout {
        anchors.fill: parent
        spacing: 0

        PageHeader {
            Layout.fillWidth: true
            title: qsTr("Settings")
            onClosed: page.closed()
        }
        RowLayout {
            Layout.fillWidth: true
            Layout.fillHeight: true
            spacing: 0

            ListView {
                id: list
                Layout.fillHeight: true
                Layout.preferredWidth: page.narrow ? Theme.controlHeight + 2 * Theme.gap2 : Math.round(196 * Math.max(1, Theme.fontScale * 0.9))
                topMargin: Theme.gap3
                bottomMargin: Theme.gap3
                clip: true
                boundsBehavior: Flickable.StopAtBounds
                model: page.sections
                currentIndex: page.sections.indexOf(page.section)
                property bool byKeyboard: false
                function move(by: int) {
                    byKeyboard = true;
                    page.section = page.sections[Math.max(0, Math.min(count - 1, currentIndex + by))];
                }
                focus: true
                activeFocusOnTab: true
                keyNavigationEnabled: false
                Keys.onUpPressed: list.move(-1)
                Keys.onDownPressed: list.move(1)
                Accessible.role: Accessible.List
                Accessible.name: qsTr("Sections of the settings")

                delegate: SectionEntry {
                    required property int index
                    required property string modelData

                    width: ListView.view.width
                    text: page.titles[index]
                    symbol: page.symbols[index]
                    narrow: page.narrow
                    chosen: page.section === modelData
                    focused: chosen && list.activeFocus && list.byKeyboard
                    onClicked: {
                        list.byKeyboard = false;
                        page.section = modelData;
                    }
                }
            }
            Rectangle {
                Layout.fillHeight: true
                implicitWidth: 1
                color: Theme.hairline
                opacity: 0.6
            }
            Loader {
                Layout.fillWidth: true
                Layout.fillHeight: true
                sourceComponent: page.pages[Math.max(0, page.sections.indexOf(page.section))]
            }
        }
    }

    Component { id: appearance; AppearanceSection { settings: page.application.settings } }
    Component { id: language; LanguageSection { settings: page.application.settings } }
    Component { id: chat; ChatSection { application: page.application } }
    Component { id: engine; EngineSection { application: page.application } }
    Component { id: templates; TemplatesSection { application: page.application } }
    Component { id: server; ServerSection { application: page.application } }
    Component { id: data; DataSection { application: page.application } }
    Component { id: connections; ConnectionsSection { connections: page.application.connections } }
    Component { id: diagnostics; DiagnosticsSection { application: page.application } }
    Component { id: about; AboutSection { application: page.application } }
}
