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
        id: view
        anchors.fill: parent
        session: Fixture.session
    }
    TestCase {
        name: "TranscriptView"
        when: windowShown

        function picture(name) {
            if (Fixture.picturesFolder.length > 0)
                grabImage(stage).save(Fixture.picturesFolder + "/" + name + ".png");
        }
        function test_gallery() {
            Fixture.clear();
            Fixture.say("What can Qwill do?\nAnd please with examples.", ["notes.md", "measurements.csv"]);
            Fixture.reply(Fixture.read("ui/data/gallery.md"));
            Fixture.endReply(0, "", 3);
            waitForRendering(view);
            picture("end");
            view.revealRow(0);
            wait(1200);
            picture("top");
            view.revealRow(12);
            wait(1200);
            picture("middle");
        }
    }
}
