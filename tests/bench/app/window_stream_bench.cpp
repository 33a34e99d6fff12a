// What streaming costs the window: a reply replayed at 200 tokens a second into the real window, the processor time of
// the GUI thread a frame, drawing apart.
//
//   bench_window_stream [shape] [tokens before] [seconds measured]
//
// Shapes: `usual` (what models write; 90 000 tokens before), and `paragraph`, `code`, `table` and `list`, each of which
// never ends. The beginning of the reply is fed at once; the seconds that are measured run at its end, where work that
// grows with the reply would show. A shape of `all` runs every one.
//
// QWILL_BENCH_STEPS=1 replays frame by frame without waiting for the clock, for a profiler that counts instructions
// (valgrind --tool=callgrind --toggle-collect='qwill::bench::replay*').

#include "stream_shapes.h"
#include "ui/window_driver.h"

#include <QElapsedTimer>
#include <QGuiApplication>
#include <QTemporaryDir>
#include <QTimer>

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <ctime>
#include <vector>

namespace qwill::bench {

constexpr double kFramesPerSecond = 60;
// QWILL_BENCH_RATE: another rate, such as a model's on this machine, to run beside it.
const double kTokensPerSecond =
    qEnvironmentVariableIsSet("QWILL_BENCH_RATE") ? qgetenv("QWILL_BENCH_RATE").toDouble() : 200;
constexpr double kCharactersPerToken = 4;

static double threadMs()
{
    timespec now{};
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
    return double(now.tv_sec) * 1e3 + double(now.tv_nsec) / 1e6;
}

struct Measured {
    std::vector<double> frames; // GUI thread, ms a frame
    double drawing = 0; // ms in all
    double seconds = 0;
    int updates = 0; // how often something new was shown
};

static void report(const QString& shape, int rows, const Measured& measured)
{
    std::vector<double> sorted = measured.frames;
    std::sort(sorted.begin(), sorted.end());
    double sum = 0;
    for (const double ms : sorted)
        sum += ms;
    const auto at = [&](double share) {
        return sorted[std::min(sorted.size() - 1, std::size_t(share * double(sorted.size())))];
    };
    std::printf("%-10s %5d rows, %zu frames, %.0f updates/s: GUI thread %.1f %% of a core, a frame: median %.2f ms, "
                "p99 %.2f ms, worst %.2f ms; drawing apart: %.1f %%\n",
                qPrintable(shape), rows, sorted.size(), measured.updates / measured.seconds,
                sum / (measured.seconds * 10), at(0.5), at(0.99), sorted.back(),
                measured.drawing / (measured.seconds * 10));
    std::fflush(stdout);
}

// Waits for the rest of the frame, in the event loop: layout, polish and synchronisation happen there.
static void restOfFrame(test::WindowDriver& driver, double restMs, bool steps)
{
    if (steps) {
        driver.window().requestUpdate();
        QEventLoop drawn;
        QObject::connect(&driver.window(), &QQuickWindow::frameSwapped, &drawn, &QEventLoop::quit);
        drawn.exec();
        return;
    }
    QEventLoop loop;
    QTimer::singleShot(std::max(0, int(restMs)), Qt::PreciseTimer, &loop, &QEventLoop::quit);
    loop.exec();
}

__attribute__((noinline)) Measured replay(test::WindowDriver& driver, const QString& text, double seconds)
{
    Measured measured;
    const bool steps = qEnvironmentVariableIsSet("QWILL_BENCH_STEPS");
    QQuickWindow& window = driver.window();
    app::TranscriptModel& transcript = *driver.chat().transcript();
    QObject scope;
    double drawBegan = 0;
    double drawn = 0;
    QObject::connect(
        &window, &QQuickWindow::beforeRendering, &scope, [&] { drawBegan = threadMs(); }, Qt::DirectConnection);
    QObject::connect(
        &window, &QQuickWindow::frameSwapped, &scope, [&] { drawn += threadMs() - drawBegan; }, Qt::DirectConnection);
    QObject::connect(&transcript, &QAbstractItemModel::dataChanged, &scope, [&] { ++measured.updates; });

    QElapsedTimer clock;
    clock.start();
    qsizetype sent = 0;
    for (double frame = 0; frame < seconds * kFramesPerSecond && sent < text.size(); ++frame) {
        const double clockBegan = double(clock.nsecsElapsed()) / 1e6;
        if (!steps && clockBegan > seconds * 1000)
            break;
        const double now = steps ? frame * 1000 / kFramesPerSecond : clockBegan;
        const double began = threadMs();
        const double drawnBefore = drawn;
        const auto due = qsizetype(std::floor(now / 1000 * kTokensPerSecond) * kCharactersPerToken); // whole tokens
        if (due > sent) {
            transcript.appendText(text.mid(sent, due - sent));
            sent = due;
        }
        restOfFrame(driver, clockBegan + 1000 / kFramesPerSecond - double(clock.nsecsElapsed()) / 1e6, steps);
        const double draw = drawn - drawnBefore;
        measured.drawing += draw;
        measured.frames.push_back(threadMs() - began - draw);
    }
    measured.seconds = steps ? double(measured.frames.size()) / kFramesPerSecond : double(clock.elapsed()) / 1000;
    return measured;
}

static QString shownEnd(QQuickItem& list)
{
    QQuickItem* last = nullptr;
    const int count = list.property("count").toInt();
    QMetaObject::invokeMethod(&list, "itemAt", qReturnArg(last), count - 2); // the footer is behind it
    return last ? last->property("plain").toString().trimmed().last(12) : QString();
}

static bool measure(test::WindowDriver& driver, const QString& name, int tokens, double seconds)
{
    const Shape shape = shapeNamed(name, tokens, qsizetype((seconds + 1) * kTokensPerSecond * kCharactersPerToken));
    if (shape.after.isEmpty())
        return false;
    app::TranscriptModel& transcript = *driver.chat().transcript();
    app::Message question;
    question.id = 1;
    question.content = QStringLiteral("Write a book.");
    app::Message reply;
    reply.id = 2;
    reply.parent = 1;
    reply.role = app::MessageRole::Assistant;
    reply.status = app::MessageStatus::Streaming;
    transcript.setEntries({});
    transcript.setEntries({{question}, {reply}});
    for (qsizetype at = 0; at < shape.before.size(); at += 4000)
        transcript.appendText(shape.before.mid(at, 4000));
    auto* list = driver.window().findChild<QQuickItem*>(QStringLiteral("transcriptList"));
    const auto seesTheEnd = [&] { return !shownEnd(*list).isEmpty() && list->property("pinned").toBool(); };
    driver.waitUntil([] { return false; }, 1500); // for the parser, which takes its time where much comes at once
    if (!driver.waitUntil(seesTheEnd, 20000)) {
        std::printf("%s: the end is not in view\n", qPrintable(name));
        return false;
    }
    const Measured measured = replay(driver, shape.after, seconds);
    report(name, transcript.rowCount(), measured);
    return seesTheEnd();
}

} // namespace qwill::bench

int main(int argc, char** argv)
{
    QGuiApplication gui(argc, argv);
    const QString shape = argc > 1 ? QString::fromLocal8Bit(argv[1]) : QStringLiteral("all");
    const int tokens = argc > 2 ? std::atoi(argv[2]) : 90'000;
    const double seconds = argc > 3 ? std::atof(argv[3]) : 20;
    const QTemporaryDir profile;
    qwill::test::WindowDriver driver(profile.path(), {}, qwill::test::WindowDriver::Load::Later);
    if (!driver.isOpen())
        return 1;
    const QStringList names = shape == QStringLiteral("all") ? qwill::bench::shapeNames() : QStringList{shape};
    bool fine = true;
    for (const QString& name : names)
        fine = qwill::bench::measure(driver, name, tokens, seconds) && fine;
    return fine ? 0 : 1;
}
