import QtQuick
import QtQuick.Layouts
import Qwill

// The line below a message: which variant it is, what it cost, and at the end what can be done with it, shown while the
// message is under the pointer or one of the buttons has the keyboard.
Item {
    id: line

    enum Action {
        CopyMarkdown,
        CopyRich,
        Regenerate,
        Edit,
        Fork,
        Continue,
        Export,
        PreviousVariant,
        NextVariant,
        RemoveSummary,
        SeeFromHere
    }

    property bool fromPerson: false
    property bool shown: false
    property int variant: 1
    property int variantCount: 1
    property string figures: ""

    signal actionWanted(int action)
    signal menuWanted(Item at)

    implicitHeight: Theme.controlHeight - 4

    RowLayout {
        anchors.fill: parent
        spacing: 0

        VariantSwitch {
            visible: line.variantCount > 1
            Layout.rightMargin: Theme.gap2
            variant: line.variant
            count: line.variantCount
            onStepped: by => line.actionWanted(by < 0 ? MessageActions.PreviousVariant : MessageActions.NextVariant)
        }
        Text {
            id: cost
            Layout.fillWidth: true
            text: line.figures
            color: Theme.secondary
            elide: Text.ElideRight
            font.pixelSize: Theme.smallSize
            HoverHandler { id: overCost }
            Hint {
                visible: overCost.hovered && cost.truncated
                text: line.figures
            }
        }
        FocusScope {
            implicitWidth: buttons.implicitWidth
            implicitHeight: buttons.implicitHeight
            opacity: line.shown || activeFocus || copied.hovered ? 1 : 0
            Behavior on opacity { NumberAnimation { duration: Theme.motion } }
            RowLayout {
                id: buttons
                spacing: 0
                CopyButton {
                    id: copied
                    name: qsTr("Copy")
                    implicitHeight: line.height
                    onClicked: line.actionWanted(MessageActions.CopyMarkdown)
                }
                IconButton {
                    symbol: "retry"
                    name: line.fromPerson ? qsTr("Answer again") : qsTr("Regenerate")
                    iconSize: 16
                    implicitHeight: line.height
                    onClicked: line.actionWanted(MessageActions.Regenerate)
                }
                IconButton {
                    symbol: "edit"
                    name: qsTr("Edit")
                    iconSize: 16
                    implicitHeight: line.height
                    onClicked: line.actionWanted(MessageActions.Edit)
                }
                IconButton {
                    id: more
                    symbol: "more"
                    name: qsTr("More")
                    iconSize: 16
                    implicitHeight: line.height
                    onClicked: line.menuWanted(more)
                }
            }
        }
    }
}
