import QtQuick
import QtTest
import Qwill
import QwillTest

Item {
    id: stage
    width: 1000
    height: 720

    TranscriptView {
        id: view
        anchors.fill: parent
        session: Fixture.session
    }
    Component {
        id: bare
        TextEdit { textFormat: TextEdit.RichText }
    }
    Component {
        id: richText
        RichText {}
    }
    TestCase {
        name: "Blocks"
        when: windowShown

        readonly property RowList list: findChild(view, "transcriptList")

        function init() {
            Fixture.clear();
        }
        function kinds() {
            const found = [];
            for (let row = 0; row < list.count; ++row)
                found.push(list.itemAt(row).kind);
            return found;
        }
        function test_eachKindHasItsBlock() {
            Fixture.say("Hello <b>there</b>");
            Fixture.reply("# Title\n\nText\n\n- item\n\n```py\nx = 1\n```\n\n| a | b |\n|---|---|\n| 1 | 2 |\n\n---\n\n<div>raw</div>");
            list.layOut();
            compare(kinds(), [TranscriptModel.User, TranscriptModel.Heading, TranscriptModel.Paragraph, TranscriptModel.Paragraph,
                TranscriptModel.Code, TranscriptModel.Table, TranscriptModel.Rule, TranscriptModel.Html, TranscriptModel.Footer]);
            const names = ["UserBlock", "TextBlock", "TextBlock", "TextBlock", "CodeBlock", "TableBlock", "RuleBlock", "HtmlBlock", "FooterBlock"];
            for (let row = 0; row < list.count; ++row) {
                const block = findChild(list.itemAt(row), "block").item;
                verify(block.toString().startsWith(names[row]), block.toString() + " in row " + row);
                verify(block.height > 0);
                verify(list.itemAt(row).Accessible.name.length > 0 || row >= 6, "row " + row + " says nothing");
            }
            compare(list.itemAt(0).Accessible.name, "You: Hello <b>there</b>");
            compare(list.itemAt(1).Accessible.role, Accessible.Heading);
        }
        function test_aStreamingRowKeepsItsItems() {
            Fixture.say("Go on.");
            Fixture.beginReply();
            Fixture.stream("A beginning ");
            tryVerify(() => list.count === 3);
            list.layOut();
            const row = list.itemAt(1), block = findChild(row, "block").item;
            Fixture.stream("and what follows it");
            tryVerify(() => row.plain === "A beginning and what follows it");
            compare(list.itemAt(1), row);
            compare(findChild(row, "block").item, block);
            verify(row.streaming);
            Fixture.finish();
            verify(!row.streaming);
            compare(findChild(row, "block").item, block);
        }
        function test_htmlIsShownLiterally() {
            const before = Fixture.refusedRequests;
            Fixture.say("<b>bold?</b> <img src=\"http://192.0.2.1/a.png\">");
            Fixture.reply("Inline <b>b</b> <img src=\"http://192.0.2.1/b.png\">\n\n<img src=\"http://192.0.2.1/c.png\">\n\n![alt](http://192.0.2.1/d.png)\n\n| a |\n|---|\n| <img src=x> |");
            list.layOut();
            const texts = [];
            for (let row = 0; row < list.count; ++row) {
                const edit = findChild(list.itemAt(row), "text");
                if (edit)
                    texts.push(edit.getText(0, edit.length));
            }
            compare(texts[0], "<b>bold?</b> <img src=\"http://192.0.2.1/a.png\">");
            compare(texts[1], "Inline <b>b</b> <img src=\"http://192.0.2.1/b.png\">");
            compare(texts[2], "<img src=\"http://192.0.2.1/c.png\">");
            verify(texts[4].indexOf("<img src=x>") > 0, texts[4]);
            wait(50);
            compare(Fixture.refusedRequests, before); // nothing was even asked for
        }
        // Should markup ever reach a TextEdit: the network refuses, and it is refused, not forgotten.
        function test_aTextThatWantsThePictureGetsNothing() {
            const edit = createTemporaryObject(bare, stage, { text: "<img src=\"http://192.0.2.1/x.png\"> text" });
            const before = Fixture.refusedRequests;
            edit.text = "<img src=\"http://192.0.2.1/y.png\"> text";
            tryVerify(() => Fixture.refusedRequests > before);
        }
        function test_copiesWhatIsSelected() {
            const edit = createTemporaryObject(richText, stage, { text: "one <b>two</b> three", width: 300 });
            edit.forceActiveFocus();
            edit.select(4, 7);
            keyClick(Qt.Key_C, Qt.ControlModifier);
            compare(Clipboard.text(), "two");
            keyClick(Qt.Key_A, Qt.ControlModifier);
            compare(edit.selectedText, "one two three");
        }
        function test_copiesTheMessage() {
            Fixture.say("Q");
            const id = Fixture.reply("Some **bold** text");
            list.layOut();
            list.itemAt(1).view.actionWanted(id, MessageActions.CopyMarkdown);
            compare(Clipboard.text(), "Some **bold** text");
        }
        function test_linksAskFirst() {
            const question = findChild(view, "linkQuestion");
            Fixture.say("Q");
            Fixture.reply("[a](https://user@example.org/x)");
            list.layOut();
            findChild(list.itemAt(1), "text").linkActivated("https://user@example.org/x");
            tryVerify(() => question.opened);
            compare(question.host, "example.org");
            verify(question.allowed);
            question.close();
            findChild(list.itemAt(1), "text").linkActivated("file:///etc/passwd");
            tryVerify(() => question.opened);
            verify(!question.allowed);
            question.close();
            tryVerify(() => !question.visible); // it takes the mouse until then
        }
        function inked(image, item, y) { // whether something is drawn at this height of the item
            const at = item.mapToItem(view, 0, y);
            for (let x = 0; x < Math.min(60, item.width); ++x)
                if (!Qt.colorEqual(image.pixel(at.x + x, at.y), Theme.code))
                    return true;
            return false;
        }
        // Lines that come later are drawn where they belong, too.
        function test_codeIsDrawnInItsPlace() {
            Fixture.say("Q");
            Fixture.beginReply();
            Fixture.stream("```\nXXXX\n");
            tryVerify(() => list.count === 3);
            list.layOut();
            waitForRendering(view, 200);
            Fixture.stream("\nXXXX");
            const code = findChild(list.itemAt(1), "code");
            tryVerify(() => code.text === "XXXX\n\nXXXX");
            list.layOut();
            const image = grabImage(view);
            verify(inked(image, code, code.pitch * 0.5));
            verify(!inked(image, code, code.pitch * 1.5));
            verify(inked(image, code, code.pitch * 2.5));
        }
        function test_selectsCodeWithTheMouse() {
            Fixture.say("Q");
            Fixture.reply("```\none two\nthree\n```");
            list.layOut();
            const code = findChild(list.itemAt(1), "code");
            mouseDoubleClickSequence(code, 5, code.pitch / 2);
            compare(code.selectedText, "one");
            mousePress(code, 1, code.pitch / 2);
            mouseMove(code, 40, code.pitch / 2);
            mouseMove(code, code.width - 1, code.pitch * 1.5);
            mouseRelease(code, code.width - 1, code.pitch * 1.5);
            keyClick(Qt.Key_C, Qt.ControlModifier);
            compare(Clipboard.text(), "one two\nthree");
            code.focus = false;
            compare(code.selectedText, "");
        }
        function test_codeIsColouredAndNamed() {
            compare(CodeLanguages.nameOf("py"), "Python");
            compare(CodeLanguages.nameOf("js"), "JavaScript");
            compare(CodeLanguages.nameOf("c++"), "C++");
            compare(CodeLanguages.nameOf("sh"), "Bash");
            compare(CodeLanguages.nameOf("ts"), "TypeScript");
            compare(CodeLanguages.nameOf("yml"), "YAML");
            compare(CodeLanguages.nameOf("frobnicate"), "frobnicate");
        }
    }
}
