import QtQuick
import Qwill

// HTML that the model wrote, as the text it is.
RichText {
    textFormat: TextEdit.PlainText
    color: Theme.secondary
    font.family: Theme.codeFamily
    font.pixelSize: Theme.codeSize
}
