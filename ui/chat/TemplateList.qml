pragma ComponentBehavior: Bound

import QtQuick
import QtQuick.Layouts
import QtQuick.Templates as T
import Qwill

// The prompt templates that “/” offers, above the composer. The composer keeps the keyboard and moves the choice.
Rectangle {
    id: list

    required property PromptTemplates templates
    readonly property int count: view.count

    signal chosen(string promptId)

    implicitHeight: Math.min(view.contentHeight, 320) + 2 * Theme.gap1
    radius: Theme.radiusLarge
    color: Theme.surface
    border.color: Theme.hairline
    Accessible.role: Accessible.List
    Accessible.name: qsTr("Templates")

    function move(step: int) {
        view.currentIndex = (view.currentIndex + step + view.count) % Math.max(1, view.count);
    }
    function take() {
        if (view.currentItem)
            list.chosen((view.currentItem as TemplateRow).promptId);
    }

    ListView {
        id: view
        anchors.fill: parent
        anchors.margins: Theme.gap1
        clip: true
        model: list.templates
        currentIndex: 0
        boundsBehavior: Flickable.StopAtBounds
        onCountChanged: currentIndex = count > 0 ? Math.max(0, Math.min(currentIndex, count - 1)) : -1
        T.ScrollBar.vertical: Scroll {}
        delegate: TemplateRow {
            required property var model
            width: ListView.view.width
            preview: model.text
            current: ListView.isCurrentItem
            onClicked: list.chosen(promptId)
        }
    }
}
