import QtQuick
import QtTest
import Qwill
import QwillTest

Item {
    id: stage
    width: 1000
    height: 720

    Rectangle {
        anchors.fill: parent
        color: Theme.window
    }
    TranscriptView {
        id: transcript
        anchors.fill: parent
        session: Fixture.session
    }
    TranscriptCase {
        name: "TranscriptScroll"
        view: transcript

        function test_noRowJumpsWhileTheReaderScrolls() {
            Fixture.fill(300, "A **paragraph** of some words.\n\n- one\n- two\n\n```py\nprint(1)\n\nprint(2)\n```\n\n| a | b |\n|---|---|\n| 1 | 2 |\n\n# Title\n\n" + "word ".repeat(300));
            tryCompare(list, "count", 300 * 10, 60000);
            list.goTo(0.5);
            list.layOut();
            let met = 0;
            for (let step = 0; step < 300; ++step) {
                const by = [-340, 45, -3, -600, 120, -97][step % 6];
                const places = new Map();
                for (let row = 0; row < list.count; ++row)
                    if (list.itemAt(row))
                        places.set(row, list.itemAt(row).y);
                list.scrollBy(by);
                list.layOut();
                for (const [row, y] of places) {
                    const item = list.itemAt(row);
                    if (!item)
                        continue;
                    compare(item.y, y - by);
                    ++met;
                }
            }
            verify(met > 2000, met + " rows were met again");
        }
        function test_aLeapMakesNoRowsOnTheWay() {
            Fixture.fill(500, "A **paragraph**.\n\n- one\n- two\n\n```py\nprint(1)\n```");
            tryCompare(list, "count", 500 * 7, 60000);
            list.show(0);
            list.layOut();
            const guess = list.contentHeight;
            list.scrollBy(guess / 2);
            list.layOut();
            fuzzyCompare(list.place, 0.5, 0.02);
            const seen = firstRow();
            verify(seen > 1000 && seen < 2500, "row " + seen);
            fuzzyCompare(list.contentHeight, guess, guess / 10); // of some rows only: the others are still guessed
            list.scrollBy(10 * guess); // beyond the end: to the end
            list.layOut();
            verify(list.pinned);
            compare(bottomOf(list.count - 1), list.height - list.bottomMargin);
            list.scrollBy(-10 * guess);
            list.layOut();
            compare(list.itemAt(0).y, list.topMargin);
        }
        function test_keysMove() {
            Fixture.fill(40, "A paragraph.");
            tryCompare(list, "count", 40 * 4);
            settle();
            view.forceActiveFocus();
            keyClick(Qt.Key_Home);
            list.layOut();
            compare(list.itemAt(0).y, list.topMargin);
            keyClick(Qt.Key_PageDown);
            list.layOut();
            const paged = firstRow();
            verify(paged > 3);
            keyClick(Qt.Key_Down);
            list.layOut();
            verify(list.itemAt(0) === null || list.itemAt(0).y < 0);
            keyClick(Qt.Key_PageUp);
            keyClick(Qt.Key_PageUp);
            list.layOut();
            compare(list.itemAt(0).y, list.topMargin);
            keyClick(Qt.Key_End);
            list.layOut();
            verify(list.pinned);
        }
    }
}
