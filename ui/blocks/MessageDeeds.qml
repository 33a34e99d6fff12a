import QtQuick
import Qwill

// Does what a message's buttons and menu ask for.
QtObject {
    id: deeds

    required property ChatSession session
    required property TranscriptState shared

    signal exportWanted(double message)
    signal forked(double conversation)

    function perform(message: double, action: int) {
        const transcript = session.transcript;
        switch (action) {
        case MessageActions.CopyMarkdown: Clipboard.setText(transcript.markdownOf(message)); break;
        case MessageActions.CopyRich: Clipboard.setRichText(transcript.htmlOf(message), transcript.markdownOf(message)); break;
        case MessageActions.Regenerate: session.regenerate(message); break;
        case MessageActions.Continue: session.continueReply(message); break;
        case MessageActions.PreviousVariant: session.showVariant(message, -1); break;
        case MessageActions.NextVariant: session.showVariant(message, 1); break;
        case MessageActions.RemoveSummary: session.edit(message, "", false); break;
        case MessageActions.SeeFromHere: session.setContextStart(message); break;
        case MessageActions.Export: deeds.exportWanted(message); break;
        case MessageActions.Edit:
            shared.editText = transcript.markdownOf(message);
            shared.editedMessage = message;
            break;
        case MessageActions.Fork: {
            const conversation = session.fork(message);
            if (conversation !== 0)
                deeds.forked(conversation);
            break;
        }
        }
    }
}
