import QtQuick

// What all rows of one transcript share, so that no row needs to know the list it is in.
QtObject {
    id: state

    property double editedMessage: 0
    property string editText: ""
    property double hoveredMessage: 0
    property string findText: ""
    property int flashedRow: -1
    property string activityText: "" // what the reply in the making waits for
    property bool tailHasText: false // the last reply has begun

    signal linkWanted(string url)
    signal actionWanted(double message, int action)
    signal menuWanted(double message, bool fromPerson, bool last, Item at)
    signal saved(double message, string text, bool answerAgain)
}
