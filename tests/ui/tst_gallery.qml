import QtQuick
import QtTest
import Qwill
import QwillTest

// The page as a designer would look at it: every kind of block and every state of a reply, dark and light. Keeps
// pictures where QWILL_PICTURES names a folder; without it proves that all of it is drawn without a warning.
Item {
    id: stage
    width: 1000
    height: 720

    Rectangle {
        anchors.fill: parent
        color: Theme.window
    }
    TranscriptStyle {
        chats: Fixture.application.chats
        link: Theme.accent
        codeBackground: Theme.raised
        border: Theme.hairline
        secondary: Theme.secondary
        codeFont: Theme.codeFamily
    }
    TranscriptView {
        id: view
        anchors.fill: parent
        session: Fixture.session
    }
    TestCase {
        name: "Gallery"
        when: windowShown

        readonly property RowList list: findChild(view, "transcriptList")

        function init() {
            failOnWarning(/.?/);
            Theme.reduceMotion = true;
            Fixture.clear();
            list.toEnd();
        }
        function cleanup() {
            Theme.dark = true;
        }
        function picture(name) {
            waitForRendering(view, 200);
            wait(50); // code is coloured when the window is idle
            if (Fixture.picturesFolder.length > 0)
                grabImage(stage).save(Fixture.picturesFolder + "/" + name + ".png");
        }
        function test_gallery() {
            Fixture.say("What can Qwill do?\nAnd please with examples.", ["notes.md", "measurements.csv"]);
            Fixture.reply(Fixture.read("ui/data/gallery.md"));
            Fixture.endReply(0, "", 3);
            for (const dark of [true, false]) {
                Theme.dark = dark;
                const look = dark ? "dark" : "light";
                list.toEnd();
                picture(look + "-end");
                view.revealRow(0);
                picture(look + "-top");
                view.revealRow(11);
                view.findText = "words";
                picture(look + "-middle");
                view.findText = "";
            }
        }
        function test_changesColoursWithTheTheme() {
            Fixture.say("Q");
            Fixture.reply("[link](https://example.org) and `code`");
            list.layOut();
            const row = list.itemAt(1);
            tryVerify(() => row.text.indexOf(Theme.accent.toString()) > 0);
            Theme.dark = false;
            tryVerify(() => row.text.indexOf(Theme.accent.toString()) > 0);
        }
        function test_contextAndEditor() {
            Fixture.say("First");
            Fixture.reply("One.");
            const second = Fixture.say("Second");
            Fixture.reply("Two.");
            Fixture.setContextStart(second);
            list.layOut();
            list.itemAt(3).view.actionWanted(second, MessageActions.Edit);
            picture("context");
            keyClick(Qt.Key_Escape);
            verify(!list.itemAt(3).edited);
        }
        function test_states() {
            Fixture.say("Stopped?");
            Fixture.reply("It was going to say");
            Fixture.endReply(2, "", 1);
            Fixture.say("Failed?");
            Fixture.reply("");
            Fixture.endReply(4, "The model needs 6.2 GB and 4.1 GB are free. Choose a smaller context.", 2);
            Fixture.say("And now?");
            Fixture.reply("A reply that was cut because");
            Fixture.endReply(3, "", 1);
            picture("states");
            Fixture.beginReply();
            picture("waiting");
        }
    }
}
