pragma ComponentBehavior: Bound

import QtQuick
import Qwill

// What the person wrote: a raised block, its attachments as chips, and its actions below.
Item {
    id: block

    property string text: ""
    property list<string> attachments
    property int variant: 1
    property int variantCount: 1
    property string found: ""
    property bool actionsShown: false

    signal linkWanted(string url)
    signal actionWanted(int action)
    signal menuWanted(Item at)

    implicitHeight: body.height + actions.height

    Rectangle {
        id: body
        width: parent.width
        height: content.height - Theme.lineSlack + 2 * Theme.gap3 + (chips.visible ? chips.height + Theme.gap2 : 0)
        radius: Theme.radiusLarge
        color: Theme.surface

        Flow {
            id: chips
            x: Theme.gap4
            y: Theme.gap3
            width: parent.width - 2 * Theme.gap4
            visible: block.attachments.length > 0
            spacing: Theme.gap1
            Repeater {
                model: block.attachments
                delegate: AttachmentChip {}
            }
        }
        RichText {
            id: content
            x: Theme.gap4
            y: Theme.gap3 + (chips.visible ? chips.height + Theme.gap2 : 0)
            width: parent.width - 2 * Theme.gap4
            text: LiteralText.toRich(block.text, Theme.linePercent)
            found: block.found
            onLinkWanted: url => block.linkWanted(url)
        }
    }
    MessageActions {
        id: actions
        anchors.top: body.bottom
        width: parent.width
        fromPerson: true
        shown: block.actionsShown
        variant: block.variant
        variantCount: block.variantCount
        onActionWanted: action => block.actionWanted(action)
        onMenuWanted: at => block.menuWanted(at)
    }
}
