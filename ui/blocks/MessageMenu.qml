import QtQuick
import Qwill

// What else can be done with a message. There is one of it, not one a row.
PopupMenu {
    id: menu

    property double message: 0
    property bool fromPerson: false
    property bool last: false

    signal actionWanted(double message, int action)

    function openFor(message: double, fromPerson: bool, last: bool, at: Item) {
        menu.message = message;
        menu.fromPerson = fromPerson;
        menu.last = last;
        menu.popup(at, 0, at.height);
    }

    MenuAction {
        symbol: "copy"
        text: qsTr("Copy as Markdown")
        onTriggered: menu.actionWanted(menu.message, MessageActions.CopyMarkdown)
    }
    MenuAction {
        symbol: "copy"
        text: qsTr("Copy as rich text")
        onTriggered: menu.actionWanted(menu.message, MessageActions.CopyRich)
    }
    MenuLine {}
    MenuAction {
        symbol: "edit"
        text: qsTr("Edit")
        onTriggered: menu.actionWanted(menu.message, MessageActions.Edit)
    }
    MenuAction {
        symbol: "retry"
        text: menu.fromPerson ? qsTr("Answer again") : qsTr("Regenerate")
        onTriggered: menu.actionWanted(menu.message, MessageActions.Regenerate)
    }
    MenuAction {
        symbol: "continue"
        visible: menu.last && !menu.fromPerson
        text: qsTr("Continue writing")
        onTriggered: menu.actionWanted(menu.message, MessageActions.Continue)
    }
    MenuAction {
        symbol: "fork"
        text: qsTr("New chat from here")
        onTriggered: menu.actionWanted(menu.message, MessageActions.Fork)
    }
    MenuAction {
        symbol: "eye"
        text: qsTr("Let the model see from here only")
        onTriggered: menu.actionWanted(menu.message, MessageActions.SeeFromHere)
    }
    MenuLine {}
    MenuAction {
        symbol: "export"
        text: qsTr("Export this message…")
        onTriggered: menu.actionWanted(menu.message, MessageActions.Export)
    }
}
