#pragma once
// ChatStream: reads what a server of OpenAI's chat API streams: server-sent events, each a piece of the reply as JSON.
// Trusts nothing: what is no event or no JSON is passed over, and memory is bounded. Values; any thread.

#include "engine/types.h"

#include <QByteArray>
#include <QJsonObject>
#include <QString>

#include <optional>
#include <vector>

namespace qwill::app {

struct ChatPiece {
    QString text;
    QString finish; // "stop", "length" …; empty while it goes on
    std::optional<engine::Usage> usage;
    QString error; // what the server says went wrong
    bool done = false; // nothing follows
};

class ChatStream {
public:
    // The pieces that are complete now.
    std::vector<ChatPiece> feed(const QByteArray& bytes);
    // What stands unfinished when the connection ends.
    std::vector<ChatPiece> end();
    // An event without an end: nothing more is read.
    bool isOverfull() const { return m_overfull; }

private:
    void line(const QByteArray& line, std::vector<ChatPiece>& pieces);
    void event(std::vector<ChatPiece>& pieces);

    QByteArray m_line;
    QByteArray m_data; // of the event that is being read
    bool m_skipsNewline = false; // after a carriage return
    bool m_overfull = false;
};

// One event's JSON, or a whole reply that was not streamed.
ChatPiece chatPiece(const QJsonObject& object);
// What an error's body says, as one line of plain text; empty where it says nothing.
QString errorSaid(const QByteArray& body);

} // namespace qwill::app
