// Streaming touches the tail only, whatever happens the rows say what a whole parse says, and a long chat opens at
// once.

#include "chat/transcript_model.h"

#include <QAbstractItemModelTester>
#include <QElapsedTimer>
#include <QRandomGenerator>
#include <QSignalSpy>
#include <QTest>

using namespace qwill::app;

namespace {

constexpr auto kFatal = QAbstractItemModelTester::FailureReportingMode::QtTest;

TranscriptEntry entry(MessageId id, MessageRole role, const QString& text,
                      MessageStatus status = MessageStatus::Complete)
{
    TranscriptEntry e;
    e.message.id = id;
    e.message.role = role;
    e.message.content = text;
    e.message.status = status;
    return e;
}

TranscriptEntry user(MessageId id, const QString& text)
{
    return entry(id, MessageRole::User, text);
}

TranscriptEntry reply(MessageId id, const QString& text, MessageStatus status = MessageStatus::Complete)
{
    return entry(id, MessageRole::Assistant, text, status);
}

// As the model has it by now.
TranscriptEntry asShown(const TranscriptModel& model, MessageId id, MessageStatus status)
{
    return reply(id, model.message(id)->content, status);
}

// What a view would show: kind and text of each row, kept by the signals alone.
class View {
public:
    explicit View(TranscriptModel& model) : m_model(model), m_tester(&model, kFatal)
    {
        using M = QAbstractItemModel;
        QObject::connect(&model, &M::modelReset, &m_context, [this] { ++resets; });
        QObject::connect(&model, &M::rowsMoved, &m_context, [this] { ++resets; });
        QObject::connect(&model, &M::rowsInserted, &m_context, [this](const QModelIndex&, int first, int last) {
            ++insertions;
            for (int row = first; row <= last; ++row)
                rows.insert(row, shown(row));
        });
        QObject::connect(&model, &M::rowsRemoved, &m_context, [this](const QModelIndex&, int first, int last) {
            ++removals;
            rows.remove(first, last - first + 1);
        });
        QObject::connect(&model, &M::dataChanged, &m_context, [this](const QModelIndex& from, const QModelIndex& to) {
            ++changes;
            firstChanged = from.row();
            for (int row = from.row(); row <= to.row(); ++row)
                rows[row] = shown(row);
        });
    }
    void zero() { changes = insertions = removals = 0; }
    QStringList truth() const
    {
        QStringList all;
        for (int row = 0; row < m_model.rowCount(); ++row)
            all.append(shown(row));
        return all;
    }

    QStringList rows;
    int changes = 0, insertions = 0, removals = 0, resets = 0, firstChanged = -1;

private:
    QString shown(int row) const
    {
        const auto data = [&](int role) { return m_model.index(row).data(role).toString(); };
        using M = TranscriptModel;
        return QStringList{data(M::KindRole),    data(M::TextRole),   data(M::StreamingRole),    data(M::StatusRole),
                           data(M::VariantRole), data(M::MarkerRole), data(M::BeforeContextRole)}
            .join(u'|');
    }

    TranscriptModel& m_model;
    QObject m_context;
    QAbstractItemModelTester m_tester;
};

// What a fresh model shows of the same entries.
QStringList fresh(const QList<TranscriptEntry>& entries)
{
    TranscriptModel model;
    View view(model);
    model.setEntries(entries);
    (void)model.rowOfMessage(entries.isEmpty() ? 0 : entries.first().message.id); // all of it
    return view.truth();
}

QString sample()
{
    return QStringLiteral("# Title\n\nSome *text* with a [link].\n\n- one\n- two\n\n  more\n\n```cpp\nint x;\nint y;\n"
                          "```\n\n| a | b |\n|---|---|\n| 1 | 2 |\n\n> quote\n\nLast words.[^1]\n\n[link]: http://x\n"
                          "[^1]: A note.\n");
}

QString randomText(QRandomGenerator& random, int pieces)
{
    static const QStringList parts{QStringLiteral("word "), QStringLiteral("\n\n"),    QStringLiteral("# h\n"),
                                   QStringLiteral("- a\n"), QStringLiteral("```\n"),   QStringLiteral("x = 1\n"),
                                   QStringLiteral("中文"),  QStringLiteral("|a|b|\n"), QStringLiteral("> q\n")};
    QString text;
    for (int i = 0; i < pieces; ++i)
        text += parts[random.bounded(parts.size())];
    return text;
}

} // namespace

class TranscriptModelTest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void rowsAreBlocks();
    void eachFrameTouchesTheTailOnly();
    void everySplitEndsAsAWholeParse();
    void aReplyGoesOnInPlace();
    void anotherBranchKeepsTheCommonBeginning();
    void randomChangesShowWhatAFreshModelShows();
    void theMiddleChangesAlone();
    void anotherStyleIsInEveryRow();
    void anyListBecomesAnyOther();
    void theContextsBeginningMoves();
    void findsAndWraps();
    void copiesAsMarkdownAndAsHarmlessHtml();
    void aLongChatOpensAtItsEnd();
    void anEnormousParagraphIsParsedLessOften();
};

void TranscriptModelTest::anotherStyleIsInEveryRow()
{
    TranscriptModel model, fresh;
    View view(model);
    const QString text = QStringLiteral("A [link](https://example.org).\n\n- `code`");
    QList<TranscriptEntry> entries{user(1, QStringLiteral("Q")), reply(2, text), user(3, QStringLiteral("Q")),
                                   reply(4, text, MessageStatus::Streaming)};
    model.setEntries(entries);
    const QStringList before = view.truth();
    BlockStyle light;
    light.link = QStringLiteral("#112233");
    light.codeBackground = QStringLiteral("#eeeeee");
    model.setStyle(light);
    fresh.setStyle(light);
    fresh.setEntries(entries);
    QStringList wanted;
    for (int row = 0; row < fresh.rowCount(); ++row)
        wanted.append(fresh.index(row).data(TranscriptModel::TextRole).toString());
    for (int row = 0; row < model.rowCount(); ++row)
        QCOMPARE(model.index(row).data(TranscriptModel::TextRole).toString(), wanted[row]);
    QVERIFY(view.rows == view.truth() && view.truth() != before);
    model.setStyle({});
    QCOMPARE(view.rows, before);
}

void TranscriptModelTest::rowsAreBlocks()
{
    TranscriptModel model;
    View view(model);
    TranscriptEntry question = user(1, QStringLiteral("*as typed*"));
    question.message.attachments = {{QStringLiteral("a.txt"), {}, QStringLiteral("x")}};
    TranscriptEntry answer = reply(2, sample());
    answer.message.figures = {1200, 1000, 51, 400, 2000, 2400, 40, 33};
    answer.variant = 1;
    answer.variantCount = 3;
    model.setEntries({question, answer});
    using Kind = TranscriptModel::RowKind;
    QList<int> kinds;
    for (int row = 0; row < model.rowCount(); ++row)
        kinds.append(model.index(row).data(TranscriptModel::KindRole).toInt());
    QCOMPARE(kinds.first(), static_cast<int>(Kind::User));
    QCOMPARE(kinds[1], static_cast<int>(Kind::Heading));
    QCOMPARE(kinds.last(), static_cast<int>(Kind::Footer));
    QCOMPARE(kinds.count(static_cast<int>(Kind::Code)), 1);
    QCOMPARE(kinds.count(static_cast<int>(Kind::Table)), 1);
    const QModelIndex first = model.index(0), footer = model.index(model.rowCount() - 1);
    QCOMPARE(first.data(TranscriptModel::TextRole).toString(), QStringLiteral("*as typed*"));
    QCOMPARE(first.data(TranscriptModel::AttachmentsRole).toStringList(), QStringList{QStringLiteral("a.txt")});
    QCOMPARE(footer.data(TranscriptModel::VariantRole).toInt(), 2);
    QCOMPARE(footer.data(TranscriptModel::VariantCountRole).toInt(), 3);
    const QString figures = footer.data(TranscriptModel::FiguresRole).toString();
    QVERIFY2(figures.contains(QStringLiteral("25.0 tokens/s")), qPrintable(figures)); // 50 in 2 s after the first
    QVERIFY2(figures.contains(QStringLiteral("0.40 s")), qPrintable(figures));
    QVERIFY2(figures.contains(QStringLiteral("33 of 40 guessed tokens right")), qPrintable(figures));
    QCOMPARE(model.rowOfMessage(2), 1);
    QCOMPARE(model.rowOfMessage(3), -1);
    QCOMPARE(view.resets, 0);
    QCOMPARE(view.rows, view.truth());
}

void TranscriptModelTest::eachFrameTouchesTheTailOnly()
{
    TranscriptModel model;
    View view(model);
    QList<TranscriptEntry> entries;
    for (MessageId id = 1; id <= 40; id += 2)
        entries << user(id, QStringLiteral("q")) << reply(id + 1, sample());
    model.setEntries(entries);
    model.rowOfMessage(1);
    model.appendEntry(user(101, QStringLiteral("and?")));
    model.appendEntry(reply(102, {}, MessageStatus::Streaming));
    const int base = model.rowOfMessage(102);
    const QString text = sample().repeated(4);
    int tail = base;
    for (qsizetype at = 0; at < text.size(); at += 5) { // a frame at a time, ten of them when a parse took long
        view.zero();
        model.appendText(text.sliced(at, std::min<qsizetype>(5, text.size() - at)));
        QVERIFY(view.changes <= 1);
        QVERIFY(view.insertions <= 1);
        QVERIFY(view.removals <= 1);
        if (view.changes > 0)
            QVERIFY(view.firstChanged >= tail);
        tail = base;
        while (tail < model.rowCount() - 1 && !model.index(tail).data(TranscriptModel::StreamingRole).toBool())
            ++tail; // the first open block: what is above is never touched again while it streams
    }
    view.zero();
    Message whole = reply(102, text).message;
    model.finishLast(whole);
    QCOMPARE(view.resets, 0);
    QCOMPARE(view.rows, view.truth());
    entries << user(101, QStringLiteral("and?")) << reply(102, text);
    QCOMPARE(view.truth(), fresh(entries));
}

void TranscriptModelTest::everySplitEndsAsAWholeParse()
{
    const QString text = sample();
    const QList<TranscriptEntry> whole{user(1, QStringLiteral("q")), reply(2, text)};
    const QStringList expected = fresh(whole);
    for (qsizetype split = 0; split <= text.size(); ++split) {
        TranscriptModel model;
        View view(model);
        model.setEntries({whole[0], reply(2, {}, MessageStatus::Streaming)});
        model.appendText(text.first(split));
        model.appendText(text.sliced(split));
        QCOMPARE(view.rows, view.truth());
        model.finishLast(whole[1].message);
        QCOMPARE(view.rows, expected);
        QCOMPARE(view.truth(), expected);
    }
}

void TranscriptModelTest::aReplyGoesOnInPlace()
{
    TranscriptModel model;
    View view(model);
    const QString text = sample();
    model.setEntries({user(1, QStringLiteral("q")), reply(2, text.first(90), MessageStatus::Stopped)});
    model.updateEntry(reply(2, text.first(90), MessageStatus::Streaming));
    QCOMPARE(view.rows, view.truth());
    for (qsizetype at = 90; at < text.size(); at += 7)
        model.appendText(text.sliced(at, std::min<qsizetype>(7, text.size() - at)));
    model.finishLast(reply(2, text).message);
    QCOMPARE(view.rows, fresh({user(1, QStringLiteral("q")), reply(2, text)}));
    QCOMPARE(model.message(2)->content, text);
    QCOMPARE(view.resets, 0);
}

void TranscriptModelTest::anotherBranchKeepsTheCommonBeginning()
{
    TranscriptModel model;
    View view(model);
    model.setEntries({user(1, QStringLiteral("q")), reply(2, sample()), user(3, QStringLiteral("more")), reply(4, {})});
    view.zero();
    const int kept = model.rowOfMessage(3);
    QSignalSpy removed(&model, &QAbstractItemModel::rowsRemoved);
    model.setEntries({user(1, QStringLiteral("q")), reply(2, sample()), user(5, QStringLiteral("other"))});
    QCOMPARE(view.changes, 0);
    QCOMPARE(removed.size(), 1);
    QCOMPARE(removed[0][1].toInt(), kept);
    QCOMPARE(view.insertions, 1);
    QCOMPARE(model.rowOfMessage(5), kept);
    model.setEntries({});
    QCOMPARE(model.rowCount(), 0);
    QCOMPARE(view.resets, 0);
}

void TranscriptModelTest::randomChangesShowWhatAFreshModelShows()
{
    QRandomGenerator random(11);
    for (int round = 0; round < 40; ++round) {
        TranscriptModel model;
        View view(model);
        QList<TranscriptEntry> entries;
        MessageId next = 1;
        for (int step = 0; step < 30; ++step) {
            const bool streaming = !entries.isEmpty() && entries.last().message.status == MessageStatus::Streaming;
            switch (random.bounded(6)) {
            case 0: // a turn
                entries << user(next, randomText(random, 2));
                ++next;
                entries << reply(next, randomText(random, 6), MessageStatus::Streaming);
                ++next;
                if (streaming)
                    entries[entries.size() - 3].message.status = MessageStatus::Stopped;
                model.setEntries(entries);
                break;
            case 1: // another branch
                entries = entries.first(random.bounded(entries.size() + 1));
                if (!entries.isEmpty() && entries.last().message.status == MessageStatus::Streaming)
                    entries.last().message.status = MessageStatus::Stopped;
                entries << reply(next++, randomText(random, 9));
                model.setEntries(entries);
                break;
            case 2:
            case 3:
                if (streaming) {
                    const QString text = randomText(random, 4);
                    entries.last().message.content += text;
                    model.appendText(text);
                }
                break;
            case 4:
                if (streaming) {
                    entries.last().message.status = MessageStatus::Complete;
                    model.finishLast(entries.last().message);
                }
                break;
            case 5:
                if (!entries.isEmpty()) {
                    TranscriptEntry& any = entries[random.bounded(entries.size())];
                    any.variantCount = 1 + random.bounded(5);
                    any.variant = random.bounded(any.variantCount);
                    model.updateEntry(any);
                }
                break;
            }
        }
        if (!entries.isEmpty() && entries.last().message.status == MessageStatus::Streaming) {
            entries.last().message.status = MessageStatus::Complete;
            model.finishLast(entries.last().message);
        }
        (void)model.setFindText(QStringLiteral("x")); // all rows are there then
        QCOMPARE(view.rows, view.truth());
        QCOMPARE(view.truth(), fresh(entries));
        QCOMPARE(view.resets, 0);
    }
}

// A summary in the middle, a page in front: what stays the same at both ends is not touched.
void TranscriptModelTest::theMiddleChangesAlone()
{
    TranscriptModel model;
    View view(model);
    const QList<TranscriptEntry> chat{user(1, QStringLiteral("q")), reply(2, sample()), user(3, QStringLiteral("r")),
                                      reply(4, sample(), MessageStatus::Streaming)};
    model.setEntries(chat.sliced(2));
    model.appendText(QStringLiteral("\n\nmore")); // and a reply goes on
    view.zero();
    model.setEntries(chat.first(2) + QList{chat[2], asShown(model, 4, MessageStatus::Streaming)});
    QTRY_COMPARE(model.data(model.index(0), TranscriptModel::MessageIdRole).toLongLong(), 1);
    QCOMPARE(view.removals, 0);
    QCOMPARE(view.changes, 0);
    QCOMPARE(view.rows, view.truth());
    model.appendText(QStringLiteral(" and more"));
    QTRY_VERIFY(view.rows[view.rows.size() - 2].contains(QStringLiteral("more and more")));

    TranscriptEntry card = entry(9, MessageRole::System, QStringLiteral("In short."));
    card.message.sampling = {{kSummaryMark, true}};
    view.zero();
    const auto tail = asShown(model, 4, MessageStatus::Streaming);
    model.setEntries({chat[0], chat[1], card, chat[2], tail});
    QCOMPARE(view.insertions, 1);
    QCOMPARE(view.removals + view.changes, 0);
    const int row = model.rowOfMessage(9);
    QCOMPARE(model.index(row).data(TranscriptModel::KindRole).toInt(), int(TranscriptModel::RowKind::Summary));
    QCOMPARE(model.index(row).data(TranscriptModel::TextRole).toString(), QStringLiteral("In short."));
    QCOMPARE(model.rowOfMessage(3), row + 1);
    model.setEntries({chat[0], chat[1], chat[2], tail});
    QCOMPARE(view.removals, 1);
    QCOMPARE(view.rows, view.truth());
    QCOMPARE(view.resets, 0);
}

void TranscriptModelTest::anyListBecomesAnyOther()
{
    QRandomGenerator random(11);
    TranscriptModel model;
    View view(model);
    for (int round = 0; round < 300; ++round) {
        QList<TranscriptEntry> next;
        for (MessageId id = 1; id <= 30; ++id) {
            if (random.bounded(4) > 0)
                next.append(id % 2 ? user(id, QString::number(id))
                                   : reply(id, QStringLiteral("a\n\n").repeated(int(id % 5)) + QString::number(id)));
        }
        if (!next.isEmpty() && next.last().message.role == MessageRole::Assistant && random.bounded(2) == 0)
            next.last().message.status = MessageStatus::Streaming;
        model.setEntries(next);
        if (!next.isEmpty() && next.last().message.status == MessageStatus::Streaming)
            model.appendText(QStringLiteral("\n\n- x"));
        QCOMPARE(view.rows, view.truth());
        for (const TranscriptEntry& e : std::as_const(next))
            QCOMPARE(model.index(model.rowOfMessage(e.message.id)).data(TranscriptModel::MessageIdRole).toLongLong(),
                     e.message.id);
        QCOMPARE(view.rows, view.truth());
    }
    QCOMPARE(view.resets, 0);
}

void TranscriptModelTest::theContextsBeginningMoves()
{
    TranscriptModel model;
    View view(model);
    model.setEntries({user(1, QStringLiteral("q")), reply(2, sample()), user(3, QStringLiteral("r")), reply(4, {})});
    view.zero();
    model.setContextStart(3);
    QCOMPARE(view.changes, 1);
    for (int row = 0; row < model.rowCount(); ++row)
        QCOMPARE(model.index(row).data(TranscriptModel::BeforeContextRole).toBool(), row < model.rowOfMessage(3));
    model.setContextStart(3);
    QCOMPARE(view.changes, 1);
    model.setContextStart(0);
    QCOMPARE(view.changes, 2);
    QCOMPARE(view.rows, view.truth());
}

void TranscriptModelTest::findsAndWraps()
{
    TranscriptModel model;
    View view(model);
    model.setEntries({user(1, QStringLiteral("Where is the 中文?")), reply(2, QStringLiteral("Here:\n\n**The** end\n")),
                      reply(3, QStringLiteral("nothing"))});
    QCOMPARE(model.setFindText(QStringLiteral("THE")), 2);
    QVERIFY(model.index(0).data(TranscriptModel::MatchRole).toBool());
    QCOMPARE(model.nextMatch(-1, true), 0);
    QCOMPARE(model.nextMatch(0, true), 2); // rows: question, Here, The end, footer, …
    QCOMPARE(model.nextMatch(2, true), 0);
    QCOMPARE(model.nextMatch(0, false), 2);
    QCOMPARE(model.setFindText(QStringLiteral("中文")), 1);
    QCOMPARE(model.setFindText(QStringLiteral("<b>")), 0); // markup is not text
    QCOMPARE(model.nextMatch(0, true), -1);
    QCOMPARE(model.setFindText({}), 0);
    QVERIFY(!model.index(0).data(TranscriptModel::MatchRole).toBool());
}

void TranscriptModelTest::copiesAsMarkdownAndAsHarmlessHtml()
{
    TranscriptModel model;
    const QString text = QStringLiteral("- a **b**\n\n<script>x</script>\n\nc <img src=y> ![z](http://host/p.png)\n");
    model.setEntries({user(1, QStringLiteral("<i>\n2")), reply(2, text)});
    QCOMPARE(model.markdownOf(2), text);
    const QString html = model.htmlOf(2);
    QVERIFY(html.contains(QStringLiteral("<li>a <strong>b</strong></li>")));
    QVERIFY(html.contains(QStringLiteral("&lt;script&gt;")));
    QVERIFY(html.contains(QStringLiteral("&lt;img src=y&gt;")));
    QVERIFY(html.contains(QStringLiteral("<a href=\"http://host/p.png\">z</a>")));
    QVERIFY(!html.contains(QStringLiteral("<script")) && !html.contains(QStringLiteral("<img")));
    QCOMPARE(model.htmlOf(1), QStringLiteral("<p>&lt;i&gt;<br>\n2</p>\n"));
    QVERIFY(model.htmlOf(9).isEmpty());
}

void TranscriptModelTest::aLongChatOpensAtItsEnd()
{
    QList<TranscriptEntry> entries;
    for (MessageId id = 1; id <= 2000; id += 2)
        entries << user(id, QStringLiteral("question %1").arg(id)) << reply(id + 1, sample().repeated(3));
    TranscriptModel model;
    View view(model);
    QElapsedTimer clock;
    clock.start();
    model.setEntries(entries);
    const qint64 opened = clock.elapsed();
    qInfo("2 000 messages: shown after %lld ms, with %d rows", opened, model.rowCount());
    QVERIFY(opened < 300);
    QVERIFY(model.rowCount() > 12);
    QVERIFY(model.rowOfMessage(2000) >= 0);
    const QModelIndex last = model.index(model.rowCount() - 1);
    QCOMPARE(last.data(TranscriptModel::MessageIdRole).toLongLong(), 2000);
    const QPersistentModelIndex kept(last);
    QVERIFY(QTest::qWaitFor([&] { return view.rows.first().contains(QStringLiteral("question 1|")); }, 60000));
    qInfo("all of it after %lld ms, in %d slices", clock.elapsed(), view.insertions);
    QVERIFY(view.insertions > 2);
    QCOMPARE(kept.row(), model.rowCount() - 1); // what is on the screen stays the same rows
    QCOMPARE(model.rowOfMessage(1), 0);
    QCOMPARE(view.changes, 0);
    QCOMPARE(view.resets, 0);
    QCOMPARE(view.rows, view.truth());
}

void TranscriptModelTest::anEnormousParagraphIsParsedLessOften()
{
    TranscriptModel model;
    model.setEntries({reply(1, QStringLiteral("word *and* word ").repeated(40'000), MessageStatus::Streaming)});
    QSignalSpy changes(&model, &QAbstractItemModel::dataChanged);
    QString more;
    for (int i = 0; i < 200; ++i) { // frames that come faster than they could be parsed
        model.appendText(QStringLiteral("x%1 ").arg(i));
        more += QStringLiteral("x%1 ").arg(i);
    }
    QVERIFY2(changes.size() < 20, qPrintable(QString::number(changes.size())));
    QVERIFY(model.markdownOf(1).endsWith(more)); // nothing is lost meanwhile
    QVERIFY(QTest::qWaitFor( // and the last of it is shown without another word from the model
        [&] { return model.index(0).data(TranscriptModel::PlainRole).toString().endsWith(more.trimmed()); }, 30000));
}

QTEST_GUILESS_MAIN(TranscriptModelTest)
#include "transcript_model_test.moc"
