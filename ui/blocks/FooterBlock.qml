import QtQuick
import QtQuick.Layouts
import Qwill

// The end of a reply: what it waits for, how it ended and what to do about it, what it cost, and its actions.
ColumnLayout {
    id: footer

    enum Status { // as app/chat/message.h
        Complete,
        Streaming,
        Stopped,
        Cut,
        Failed
    }

    property int status: FooterBlock.Complete
    property string error: ""
    property string figures: ""
    property int variant: 1
    property int variantCount: 1
    property bool last: false // only the last reply can be continued in place
    property bool actionsShown: false
    property string activityText: "" // of the session, while this reply is being made
    property bool begun: false // has text

    signal actionWanted(int action)
    signal menuWanted(Item at)

    spacing: Theme.gap1

    RowLayout {
        visible: footer.status === FooterBlock.Streaming && !footer.begun
        spacing: Theme.gap2
        TypingMark {}
        Text {
            text: footer.activityText.length > 0 ? footer.activityText : qsTr("Thinking…")
            color: Theme.secondary
            font.pixelSize: Theme.uiSize
        }
    }
    RowLayout {
        visible: footer.status > FooterBlock.Streaming
        Layout.fillWidth: true
        spacing: Theme.gap2
        Icon {
            visible: footer.status === FooterBlock.Failed
            symbol: "warning"
            size: 16
            color: Theme.danger
        }
        Text {
            Layout.fillWidth: true
            Layout.maximumWidth: implicitWidth + 1
            text: footer.status === FooterBlock.Failed ? footer.error
                : footer.status === FooterBlock.Cut ? qsTr("The reply was cut off at its longest length.") : qsTr("Stopped.")
            textFormat: Text.PlainText
            color: footer.status === FooterBlock.Failed ? Theme.danger : Theme.secondary
            wrapMode: Text.Wrap
            font.pixelSize: Theme.uiSize
        }
        ActionButton {
            visible: footer.last && footer.status !== FooterBlock.Failed
            symbol: "continue"
            text: qsTr("Continue")
            implicitHeight: Theme.controlHeight - 4
            onClicked: footer.actionWanted(MessageActions.Continue)
        }
        ActionButton {
            visible: footer.status === FooterBlock.Failed
            symbol: "retry"
            text: qsTr("Try again")
            implicitHeight: Theme.controlHeight - 4
            onClicked: footer.actionWanted(MessageActions.Regenerate)
        }
    }
    MessageActions {
        Layout.fillWidth: true
        visible: footer.status !== FooterBlock.Streaming
        shown: footer.actionsShown
        figures: footer.figures
        variant: footer.variant
        variantCount: footer.variantCount
        onActionWanted: action => footer.actionWanted(action)
        onMenuWanted: at => footer.menuWanted(at)
    }
}
