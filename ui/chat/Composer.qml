pragma ComponentBehavior: Bound

import QtQuick
import QtQuick.Dialogs
import QtQuick.Layouts
import QtQuick.Templates as T
import Qwill

// Where the person writes: the draft, what goes along with it, templates behind “/”, send and stop.
FocusScope {
    id: composer

    required property ChatSession session
    required property PromptTemplates templates
    property bool ctrlSubmits: false
    property real maximumHeight: 320
    readonly property bool busy: session.activity !== ChatSession.Idle
    property bool listDismissed: false
    readonly property bool asksTemplate: !listDismissed && area.activeFocus && area.text.startsWith("/")
        && !area.text.includes("\n") && area.text.length < 40
    readonly property bool listOpen: asksTemplate && list.count > 0 // a path is no template: Enter sends it

    implicitHeight: above.implicitHeight + box.height + Theme.gap4 + Theme.gap2
    onSessionChanged: area.cursorPosition = area.length

    function submit() {
        composer.session.draft = area.text;
        if (composer.session.send()) // else a dialog may ask
            area.forceActiveFocus();
    }
    function insert(text: string) {
        area.text = text;
        area.cursorPosition = area.length;
        area.forceActiveFocus();
    }
    function attachFiles(files: list<url>) {
        for (const file of files)
            composer.session.attach(file);
    }

    FileDialog {
        id: fileDialog
        title: qsTr("Attach text, code or Markdown")
        fileMode: FileDialog.OpenFiles
        onAccepted: composer.attachFiles(selectedFiles)
    }
    VariableForm {
        id: form
        templates: composer.templates
        onFinished: text => composer.insert(text)
    }
    TemplateList {
        id: list
        anchors.horizontalCenter: parent.horizontalCenter
        anchors.bottom: box.top
        anchors.bottomMargin: Theme.gap1
        width: box.width
        visible: composer.listOpen
        templates: composer.templates
        onChosen: id => form.ask(id)
    }
    Binding {
        target: composer.templates
        property: "filter"
        value: composer.asksTemplate ? area.text.slice(1) : ""
    }
    ColumnLayout {
        id: above
        anchors.horizontalCenter: parent.horizontalCenter
        anchors.bottom: box.top
        anchors.bottomMargin: Theme.gap1
        width: box.width
        visible: !list.visible
        spacing: Theme.gap1
        Text {
            Layout.fillWidth: true
            Layout.leftMargin: Theme.gap3
            visible: composer.session.activity === ChatSession.Summarising // a reply tells of itself in the page
            text: composer.session.activityText
            color: Theme.secondary
            elide: Text.ElideRight
            font.pixelSize: Theme.smallSize
        }
        QueuedNote {
            Layout.fillWidth: true
            text: composer.session.queuedText
            onCancelled: composer.session.cancelQueued()
        }
    }
    Rectangle {
        id: box
        anchors.horizontalCenter: parent.horizontalCenter
        anchors.bottom: parent.bottom
        anchors.bottomMargin: Theme.gap4
        width: Math.min(parent.width - 2 * Theme.gap4, Theme.column)
        height: Math.min(column.implicitHeight + Theme.gap1, composer.maximumHeight)
        radius: Theme.radiusLarge
        color: Theme.surface
        border.color: area.activeFocus ? Theme.accent : Theme.hairline

        ColumnLayout {
            id: column
            anchors.fill: parent
            anchors.margins: 1
            spacing: 0
            AttachmentStrip {
                Layout.fillWidth: true
                Layout.margins: Theme.gap2
                Layout.bottomMargin: 0
                names: composer.session.attachmentNames
                onRemoved: index => composer.session.removeAttachment(index)
            }
            Flickable {
                Layout.fillWidth: true
                Layout.fillHeight: true
                implicitHeight: area.contentHeight + area.topPadding + area.bottomPadding
                clip: true
                boundsBehavior: Flickable.StopAtBounds
                T.ScrollBar.vertical: Scroll {}
                T.TextArea.flickable: MessageArea {
                    id: area
                    objectName: "composerText"
                    focus: true
                    text: composer.session.draft
                    hint: composer.busy ? qsTr("Write the next message; it is sent when the reply has ended") : qsTr("Write a message, / for templates")
                    ctrlSubmits: composer.ctrlSubmits
                    listOpen: composer.listOpen
                    isLong: text => composer.session.isLongPaste(text)
                    onTextChanged: {
                        composer.session.draft = text;
                        if (!text.startsWith("/"))
                            composer.listDismissed = false;
                    }
                    onSubmitted: composer.submit()
                    onFilesPasted: files => composer.attachFiles(files)
                    onLongTextPasted: text => composer.session.attachText(qsTr("Pasted text.md"), text)
                    onListMoved: step => list.move(step)
                    onListTaken: list.take()
                    onListLeft: composer.listDismissed = true
                }
            }
            ComposerTools {
                Layout.fillWidth: true
                Layout.margins: Theme.gap1
                busy: composer.busy
                canSend: area.text.trim().length > 0 || composer.session.attachmentNames.length > 0
                onAttachWanted: fileDialog.open()
                onTemplatesWanted: composer.insert("/")
                onStopWanted: composer.session.stop()
                onSendWanted: composer.submit()
            }
        }
    }
}
