#pragma once
// TranscriptModel's rows: the entries, the blocks of each, and which rows they are. Every change of rows goes through
// here, with the narrowest signal. A long chat is parsed from its end; the earlier entries come in slices while the
// window is idle, each as one insertion at the top. GUI thread.

#include "chat/parse_pacer.h"
#include "chat/row_index.h"
#include "chat/transcript_model.h"

#include <QElapsedTimer>
#include <QTimer>

#include <memory>
#include <vector>

namespace qwill::app {

class TranscriptModel::Rows {
public:
    explicit Rows(TranscriptModel& model);

    struct Place {
        const TranscriptEntry* entry = nullptr;
        const Block* block = nullptr; // null: a person's message, or the footer
        bool footer = false;
        bool streaming = false; // the block may still grow
        bool startsContext = false; // the first row the model sees, after some that it does not
    };
    int rowCount() const { return m_index.rowCount(); }
    Place at(int row) const;
    QString searchable(int row) const;

    void setEntries(const QList<TranscriptEntry>& entries);
    void appendEntry(const TranscriptEntry& entry);
    void update(int entry, const TranscriptEntry& value);
    void appendText(const QString& delta);
    void setContextStart(MessageId first);
    void setStyle(const BlockStyle& style);
    void parseTo(int entry); // it and all behind it have their rows then

    int entryCount() const { return static_cast<int>(m_items.size()); }
    int entryOf(MessageId id) const; // −1 = none
    const TranscriptEntry& entry(int at) const { return m_items[static_cast<std::size_t>(at)].entry; }
    int firstRow(int entry) const { return m_index.firstRow(entry); }

private:
    struct Item {
        TranscriptEntry entry;
        Blocks blocks; // of a reply; while it streams they are the stream's
        int style = 0; // the number of the style its blocks are written in
    };

    Place placeOf(int row) const;
    void restyle(int entry) const;
    Item& item(int at) { return m_items[static_cast<std::size_t>(at)]; }
    const Blocks& blocksOf(int at) const;
    bool streams(int at) const { return m_stream && at == entryCount() - 1; }
    int rowsFor(int at) const;
    void remove(int first, int end);
    void insert(int at, const QList<TranscriptEntry>& entries);
    void append(const QList<TranscriptEntry>& entries);
    void parseEarlier(double budgetMs, int atLeast);
    void beginStream();
    void parseHeld();
    void endStream();
    void replaceText(int at);
    void showBlocks(int at, const BlockChange& change, qsizetype stateFrom, qsizetype stateTo);
    void changed(int firstRow, int lastRow, const QList<int>& roles = {}); // none = all
    double now() const { return static_cast<double>(m_clock.nsecsElapsed()) / 1e6; }

    TranscriptModel& m_model;
    mutable std::vector<Item> m_items; // blocks get the style when they are looked at
    RowIndex m_index;
    int m_firstParsed = 0; // entries before it have no rows yet
    BlockStyle m_style;
    int m_styleNumber = 0; // how often it has changed
    std::unique_ptr<MarkdownStream> m_stream; // of the last entry, while it streams
    QString m_held; // streamed, not parsed yet
    ParsePacer m_pacer;
    QElapsedTimer m_clock;
    QTimer m_heldTimer;
    QTimer m_earlierTimer;
};

} // namespace qwill::app
