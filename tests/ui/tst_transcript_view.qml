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
        name: "TranscriptView"
        view: transcript

        function test_staysAtTheEndWhileAReplyStreams() {
            Fixture.say("Go on.");
            Fixture.beginReply();
            settle();
            verify(list.pinned);
            typeRows(60);
            tryVerify(() => list.count > 60);
            settle();
            verify(list.pinned);
            compare(bottomOf(list.count - 1), list.height - list.bottomMargin);
            Fixture.finish();
            settle();
            compare(bottomOf(list.count - 1), list.height - list.bottomMargin);
        }
        function test_standsStillWhileTheReplyGrowsBelow() {
            Fixture.say("Go on.");
            Fixture.beginReply();
            typeRows(60);
            tryVerify(() => list.count > 60);
            settle();
            list.scrollBy(-500);
            list.layOut();
            verify(!list.pinned);
            const row = firstRow(), item = list.itemAt(row), y = item.y;
            typeRows(40);
            tryVerify(() => list.count > 100);
            settle();
            verify(!list.pinned);
            compare(list.itemAt(row), item);
            compare(item.y, y);
            verify(findChild(view, "toEnd").visible);
            verify(findChild(view, "toEnd").unread);
            mouseClick(findChild(view, "toEnd"));
            settle();
            verify(list.pinned);
            compare(bottomOf(list.count - 1), list.height - list.bottomMargin);
            verify(!findChild(view, "toEnd").visible);
        }
        // A long chat begins with its end; what is earlier is inserted above.
        function test_standsStillWhileEarlierRowsAreInserted() {
            Fixture.fill(1500, "A **paragraph**.\n\n- one\n- two\n\n```py\nprint(1)\n```");
            list.layOut();
            verify(list.pinned);
            compare(bottomOf(list.count - 1), list.height - list.bottomMargin);
            const before = list.count;
            verify(before < 1500 * 7);
            list.reveal(0, 40); // at the very beginning of what is there
            list.layOut();
            const item = list.itemAt(0);
            const plain = item.plain, y = item.y;
            tryVerify(() => list.count > before + 100);
            list.layOut();
            compare(item.plain, plain);
            compare(item.y, y);
            tryCompare(list, "count", 1500 * 7, 60000);
            list.layOut();
            compare(item.plain, plain);
            compare(item.y, y);
        }
        function test_rowsOutOfViewDoNotExist() {
            Fixture.fill(500, "A **paragraph**.\n\n- one\n- two\n\n```py\nprint(1)\n```");
            tryCompare(list, "count", 500 * 7, 60000);
            list.reveal(0, 0);
            let most = 0;
            for (let step = 0; step < 400 && !list.pinned; ++step) {
                list.scrollBy(300);
                list.layOut();
                most = Math.max(most, list.liveCount);
            }
            verify(most > 10);
            verify(most < 90, most + " rows exist");
            list.goTo(0.5);
            list.layOut();
            fuzzyCompare(list.place, 0.5, 0.05);
            verify(firstRow() > 1000 && firstRow() < 2000, "row " + firstRow());
        }
        // Rows that were never seen turn out as tall as they are, and what is in view moves by what was asked alone.
        function test_aTallRowGrowingAboveTheViewsEndMovesNothing() {
            Fixture.say("Code, please.");
            Fixture.beginReply();
            Fixture.stream("```py\n" + "print('line')\n".repeat(200));
            settle();
            list.scrollBy(-900);
            list.layOut();
            const item = list.itemAt(1), y = item.y, height = item.height;
            Fixture.stream("print('more')\n".repeat(50));
            tryVerify(() => {
                list.layOut();
                return item.height > height;
            });
            compare(item.y, y);
        }
        function test_aShortChatBeginsAtTheTop() {
            Fixture.say("Hello");
            Fixture.reply("Hello.");
            settle();
            compare(list.itemAt(0).y, list.topMargin);
            verify(list.pinned);
        }
        function test_tellsWhereTheModelBeginsToSee() {
            Fixture.say("First");
            Fixture.reply("One.");
            const second = Fixture.say("Second");
            Fixture.reply("Two.");
            Fixture.setContextStart(second);
            settle();
            verify(list.itemAt(0).beforeContext);
            verify(!list.itemAt(2).contextStart);
            verify(list.itemAt(3).contextStart);
            Fixture.setContextStart(0);
            verify(!list.itemAt(3).contextStart);
            verify(!list.itemAt(0).beforeContext);
        }
        function test_editsInPlace() {
            Fixture.say("First");
            Fixture.reply("One.");
            settle();
            list.itemAt(0).view.actionWanted(list.itemAt(0).messageId, MessageActions.Edit);
            settle();
            verify(list.itemAt(0).edited);
            verify(!list.itemAt(2).edited);
            keyClick(Qt.Key_Escape);
            verify(!list.itemAt(0).edited);
        }
    }
}
