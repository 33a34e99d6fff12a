// What a long chat costs the real window: from the click to the first frame that shows it, how long the rest holds up
// the GUI thread, the memory over the text, and how the list moves through it.
//
//   bench_window_open [messages]

#include "store/conversation_store.h"
#include "ui/window_driver.h"

#include <QElapsedTimer>
#include <QFile>
#include <QGuiApplication>
#include <QTemporaryDir>

#include <algorithm>
#include <cstdio>

namespace {

using namespace qwill;

double residentMb()
{
    QFile file(QStringLiteral("/proc/self/statm"));
    return file.open(QIODevice::ReadOnly) ? file.readAll().split(' ')[1].toDouble() * 4096 / 1e6 : 0;
}

struct Written {
    app::ConversationId id = 0;
    double textMb = 0; // as Qt holds it
};

Written writeChat(const QString& path, int messages)
{
    app::ConversationStore store(path);
    app::Conversation conversation;
    conversation.title = QStringLiteral("Long");
    conversation.created = conversation.updated = QDateTime::currentDateTimeUtc();
    Written written;
    written.id = store.createConversation(conversation);
    conversation.id = written.id;
    for (int i = 0; i < messages; ++i) {
        app::Message message;
        message.parent = conversation.currentLeaf;
        message.role = i % 2 ? app::MessageRole::Assistant : app::MessageRole::User;
        message.content = i % 2 ? QStringLiteral("Answer %1 with **marks**.\n\n- one\n- two\n\n```c\nint x = "
                                                 "%1;\n```\n\nAnd more prose, ")
                                      .arg(i)
                + QStringLiteral("word ").repeated(20 + i % 80)
                                : QStringLiteral("Question %1: what is it, and why?").arg(i);
        message.created = conversation.created;
        written.textMb += double(message.content.size()) * 2 / 1e6;
        conversation.currentLeaf = store.addMessage(written.id, message);
    }
    store.updateConversation(conversation);
    return written;
}

// The longest frame, drawing included, of each way to move.
void scroll(test::WindowDriver& driver, QQuickItem& list)
{
    const auto frames = [&](const char* what, int count, const auto& move) {
        double longest = 0;
        for (int i = 0; i < count; ++i) {
            QElapsedTimer clock;
            clock.start();
            move(i);
            driver.grab();
            longest = std::max(longest, double(clock.nsecsElapsed()) / 1e6);
        }
        std::printf("  %s: %.1f ms\n", what, longest);
    };
    list.forceActiveFocus();
    std::printf("the longest frame, drawing included:\n");
    frames("nothing", 5, [&](int) {});
    frames("page up", 60, [&](int) { driver.key(Qt::Key_PageUp); });
    frames("bar", 20, [&](int i) { QMetaObject::invokeMethod(&list, "goTo", Q_ARG(double, i / 20.0)); });
    frames("home", 1, [&](int) { driver.key(Qt::Key_Home); });
    frames("page down", 60, [&](int) { driver.key(Qt::Key_PageDown); });
    frames("end", 1, [&](int) { driver.key(Qt::Key_End); });
}

} // namespace

int main(int argc, char** argv)
{
    QGuiApplication gui(argc, argv);
    const int messages = argc > 1 ? std::atoi(argv[1]) : 50'000;
    const QTemporaryDir profile;
    const Written written = writeChat(profile.filePath(QStringLiteral("chats.sqlite")), messages);
    test::WindowDriver driver(profile.path(), {}, test::WindowDriver::Load::Later);
    if (!driver.isOpen())
        return 1;
    auto* list = driver.window().findChild<QQuickItem*>(QStringLiteral("transcriptList"));
    driver.waitUntil([] { return false; }, 1000);
    const double memory = residentMb();

    QElapsedTimer clock;
    double painted = 0;
    QObject::connect(
        &driver.window(), &QQuickWindow::frameSwapped, &driver.window(),
        [&] {
            if (painted == 0 && driver.chat().conversationId() == written.id && list->property("liveCount").toInt() > 0
                && list->property("count").toInt() > 0)
                painted = double(clock.nsecsElapsed()) / 1e6;
        },
        Qt::DirectConnection);
    clock.start();
    driver.application().chats()->open(written.id);
    if (!driver.waitUntil([&] { return painted > 0; }, 20000))
        return 1;
    const int rows = messages / 2 * 7;
    if (!driver.waitUntil([&] { return driver.chat().transcript()->rowCount() == rows; }, 300'000))
        std::printf("only %d of %d rows\n", driver.chat().transcript()->rowCount(), rows);
    const double all = double(clock.nsecsElapsed()) / 1e6;
    const double more = residentMb() - memory;
    std::printf("%d messages: painted %.0f ms after it was chosen, all %d rows after %.0f ms; %.0f MB over the text's "
                "%.0f MB\n",
                messages, painted, rows, all, more - written.textMb, written.textMb);
    scroll(driver, *list);
    return 0;
}
