// A page of text blocks and display formulas, as a transcript shows them.
import QtQuick
import Qwill
Window {
    id: page
    property list<string> texts
    property list<string> formulas
    property bool dark: true
    width: 760; height: 900; visible: true
    color: Theme.window
    onDarkChanged: Theme.dark = dark
    Column {
        x: 20; y: 16; width: parent.width - 40; spacing: 10
        Repeater {
            model: page.texts
            TextEdit {
                id: edit
                required property string modelData
                required property int index
                property alias formulas: shown
                objectName: "text" + index
                width: parent.width
                textFormat: TextEdit.RichText
                readOnly: true
                wrapMode: TextEdit.Wrap
                color: Theme.text
                font.family: Theme.family
                font.pixelSize: index === 0 ? 24 : Theme.bodySize
                text: "<div style=\"line-height:155%\">" + modelData + "</div>"
                FormulaText {
                    id: shown
                    objectName: "formulas" + edit.index
                    anchors.fill: parent
                    document: edit.textDocument
                    font: edit.font
                    color: edit.color
                }
            }
        }
        Repeater {
            model: page.formulas
            FormulaBlock {
                required property string modelData
                required property int index
                objectName: "block" + index
                width: parent.width
                text: modelData
            }
        }
    }
}
