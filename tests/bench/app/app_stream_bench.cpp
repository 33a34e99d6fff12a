// What a long reply and a long chat cost the GUI thread, without a window:
//   bench_app_stream stream [tokens]     a reply replayed at 200 tokens/s, frame by frame, into transcript and store
//   bench_app_stream open [messages]     a chat opened from the store: first rows, all rows, memory
// The replay does not wait for the clock: it measures the thread's own CPU time per frame, and pauses only as long as
// the transcript's pacing asks for (ten times what the last parse took), as it would within a frame.

#include "chat/chat_record.h"
#include "chat/chat_session.h"
#include "engine_host.h"
#include "settings.h"
#include "store/conversation_store.h"

#include <QCoreApplication>
#include <QElapsedTimer>
#include <QFile>
#include <QTemporaryDir>

#include <algorithm>
#include <cstdio>
#include <ctime>
#include <memory>
#include <thread>

using namespace qwill::app;

namespace {

constexpr double kFrameMs = 1000.0 / 60;
constexpr int kTokensPerSecond = 200, kBytesPerToken = 4;

double cpuMs()
{
    timespec now{};
    ::clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
    return static_cast<double>(now.tv_sec) * 1e3 + static_cast<double>(now.tv_nsec) / 1e6;
}

double residentMb()
{
    QFile file(QStringLiteral("/proc/self/statm"));
    return file.open(QIODevice::ReadOnly) ? file.readAll().split(' ')[1].toDouble() * 4096 / 1e6 : 0;
}

// Prose, lists, tables, headings and formulas, and one code block of two thousand lines in the middle.
QString longReply(qsizetype size)
{
    QString text;
    const auto chapter = [](int n) {
        QString part = QStringLiteral("## Chapter %1\n\n").arg(n);
        for (int p = 0; p < 3; ++p)
            part +=
                QStringLiteral("A paragraph of **prose** with `code`, a [link](https://example.org/%1) and 中文, as "
                               "models write it. ")
                    .arg(p)
                    .repeated(6)
                + QStringLiteral("\n\n");
        for (int i = 1; i <= 8; ++i)
            part += QStringLiteral("%1. An item of a list with *some* words\n   - and one inside it\n").arg(i);
        part += QStringLiteral("\n| a | b | c |\n|---|--:|---|\n");
        for (int i = 0; i < 12; ++i)
            part += QStringLiteral("| cell %1 | %1 | **x** |\n").arg(i);
        part += QStringLiteral("\n```python\n");
        for (int i = 0; i < 20; ++i)
            part += QStringLiteral("    value_%1 = compute(%1, \"text\")  # a comment\n").arg(i);
        return part + QStringLiteral("```\n\n");
    };
    int n = 0;
    bool codeIsIn = false;
    while (text.size() < size) {
        text += chapter(++n);
        if (!codeIsIn && text.size() > size / 2) {
            codeIsIn = true;
            text += QStringLiteral("```cpp\n");
            for (int i = 0; i < 2000; ++i)
                text += QStringLiteral("    int line%1 = %1 * 2; // line\n").arg(i);
            text += QStringLiteral("```\n\n");
        }
    }
    return text.first(size);
}

// Reads what a view would of every row that changed.
void watch(TranscriptModel& model, qint64& reads)
{
    const auto read = [&model, &reads](int first, int last) {
        for (int row = std::max(first, last - 40); row <= last; ++row) { // a screen's worth
            for (const int role :
                 {TranscriptModel::KindRole, TranscriptModel::TextRole, TranscriptModel::StreamingRole})
                reads += model.index(row).data(role).isValid() ? 1 : 0;
        }
    };
    QObject::connect(&model, &QAbstractItemModel::dataChanged, &model,
                     [read](const QModelIndex& from, const QModelIndex& to) { read(from.row(), to.row()); });
    QObject::connect(&model, &QAbstractItemModel::rowsInserted, &model,
                     [read](const QModelIndex&, int first, int last) { read(first, last); });
}

void replay(int tokens)
{
    QTemporaryDir dir;
    ConversationStore store(dir.filePath(QStringLiteral("chats.db")));
    ChatRecord record(store, 0, ChatRecord::Keeping::Stored);
    TranscriptModel model;
    qint64 reads = 0;
    watch(model, reads);
    Message message;
    message.role = MessageRole::Assistant;
    message.status = MessageStatus::Streaming;
    const MessageId id = record.add(message);
    model.setEntries(record.entries());
    const QString text = longReply(qsizetype(tokens) * kBytesPerToken);
    const double perFrame = kTokensPerSecond * kFrameMs / 1000 * kBytesPerToken;
    std::vector<double> frames;
    double position = 0;
    for (qsizetype at = 0; at < text.size();) {
        position += perFrame;
        const auto end = std::min(text.size(), static_cast<qsizetype>(position));
        const QString delta = text.sliced(at, end - at);
        at = end;
        const double begin = cpuMs();
        record.append(id, delta);
        model.appendText(delta);
        QCoreApplication::processEvents();
        const double spent = cpuMs() - begin;
        frames.push_back(spent);
        std::this_thread::sleep_for(std::chrono::duration<double, std::milli>(std::min(kFrameMs, spent * 10)));
    }
    const double before = cpuMs();
    message.id = id;
    message.content = text;
    message.status = MessageStatus::Complete;
    record.put(message);
    model.updateEntry(record.entry(id));
    const double finish = cpuMs() - before;
    double sum = 0;
    for (const double frame : frames)
        sum += frame;
    const auto quarter = static_cast<std::ptrdiff_t>(frames.size() / 4);
    double early = 0, late = 0;
    for (std::ptrdiff_t i = 0; i < quarter; ++i) {
        early += frames[static_cast<std::size_t>(i)] / static_cast<double>(quarter);
        late += frames[frames.size() - 1 - static_cast<std::size_t>(i)] / static_cast<double>(quarter);
    }
    std::sort(frames.begin(), frames.end());
    const auto count = static_cast<double>(frames.size());
    const auto at = [&](double share) { return frames[static_cast<std::size_t>(share * (count - 1))]; };
    std::printf("%d tokens, %zu frames, %d rows: %.2f %% of a core; a frame %.3f ms on average, p50 %.3f, p99 %.3f, "
                "longest %.2f; first quarter %.3f, last %.3f; the end %.1f ms; %lld reads\n",
                tokens, frames.size(), model.rowCount(), 100 * sum / (count * kFrameMs), sum / count, at(0.5), at(0.99),
                frames.back(), early, late, finish, static_cast<long long>(reads));
}

void openLong(int messages)
{
    QTemporaryDir dir;
    const QString path = dir.filePath(QStringLiteral("chats.db"));
    ConversationId id = 0;
    double textMb = 0;
    {
        ConversationStore store(path);
        Conversation conversation;
        conversation.created = conversation.updated = QDateTime::currentDateTimeUtc();
        id = store.createConversation(conversation);
        conversation.id = id;
        for (int i = 0; i < messages; ++i) {
            Message message;
            message.parent = conversation.currentLeaf;
            message.role = i % 2 ? MessageRole::Assistant : MessageRole::User;
            message.content = i % 2
                ? QStringLiteral("Answer %1 with **marks**.\n\n- one\n- two\n\n```c\nint x = %1;\n```\n\nAnd more "
                                 "prose, ")
                        .arg(i)
                    + QStringLiteral("word ").repeated(60)
                : QStringLiteral("Question %1: what is it, and why?").arg(i);
            message.sampling = {{QStringLiteral("temperature"), 0.7}, {QStringLiteral("topK"), 20}};
            message.created = conversation.created;
            textMb += static_cast<double>(message.content.size()) * 2 / 1e6; // as Qt holds it
            conversation.currentLeaf = store.addMessage(id, message);
        }
        store.updateConversation(conversation);
    }
    ConversationStore store(path);
    EngineHost host;
    Settings settings(dir.filePath(QStringLiteral("qwill.ini")));
    bool ready = false;
    QObject::connect(&store, &ConversationStore::flushed, &store, [&] { ready = true; });
    store.flush(1);
    while (!ready)
        QCoreApplication::processEvents(QEventLoop::WaitForMoreEvents);
    const double memory = residentMb();
    QElapsedTimer clock;
    clock.start();
    ChatSession session(store, host, settings, id, false);
    double first = 0, longest = 0, lastChange = 0;
    QObject::connect(session.transcript(), &QAbstractItemModel::rowsInserted, &session, [&] {
        lastChange = static_cast<double>(clock.nsecsElapsed()) / 1e6;
        if (first == 0)
            first = lastChange;
    });
    while (clock.elapsed() < 200 || static_cast<double>(clock.nsecsElapsed()) / 1e6 - lastChange < 1000) {
        const double begin = cpuMs();
        QCoreApplication::processEvents(QEventLoop::AllEvents);
        longest = std::max(longest, cpuMs() - begin);
        std::this_thread::sleep_for(std::chrono::milliseconds(1));
    }
    std::printf("%d messages: first rows after %.0f ms, all %d rows after %.0f ms, longest hold of the GUI thread %.0f "
                "ms; %.0f MB over the text's %.0f MB\n",
                messages, first, session.transcript()->rowCount(), lastChange, longest, residentMb() - memory - textMb,
                textMb);
}

} // namespace

int main(int argc, char** argv)
{
    QCoreApplication application(argc, argv);
    const QStringList arguments = QCoreApplication::arguments();
    const QString what = arguments.value(1);
    if (what.isEmpty() || what == QStringLiteral("open"))
        openLong(arguments.size() > 2 ? arguments[2].toInt() : 50'000);
    if (what.isEmpty() || what == QStringLiteral("stream"))
        replay(arguments.size() > 2 ? arguments[2].toInt() : 100'000);
    return 0;
}
