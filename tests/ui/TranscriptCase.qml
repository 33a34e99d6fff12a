import QtTest
import Qwill
import QwillTest

// What the tests of the transcript share: a view of the fixture's chat, emptied before each of them.
TestCase {
    required property TranscriptView view
    when: windowShown

    readonly property RowList list: findChild(view, "transcriptList")

    function init() {
        Theme.reduceMotion = true;
        Fixture.clear();
        view.findText = "";
        list.toEnd();
        list.layOut();
    }
    function settle() {
        waitForRendering(view, 200);
        list.layOut();
    }
    function bottomOf(row) {
        const item = list.itemAt(row);
        return item ? item.y + item.height : -1;
    }
    // The row whose top is in view, and how far below the view's.
    function firstRow() {
        for (let row = 0; row < list.count; ++row)
            if (list.itemAt(row) && list.itemAt(row).y >= 0)
                return row;
        return -1;
    }
    function typeRows(count) {
        for (let i = 0; i < count; ++i)
            Fixture.stream("Paragraph " + i + " of a reply that goes on and on.\n\n");
    }
}
