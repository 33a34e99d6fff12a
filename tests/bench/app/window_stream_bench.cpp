// What streaming costs the window: a reply of 100 000 tokens replayed at 200 tokens a second into the real window, the
// processor time of the GUI thread a frame (drawing apart), and whether scrolling up and down makes it jump.
//
// `bench_window_stream [tokens before] [seconds measured]`. The beginning of the reply is fed at once; the seconds that
// are measured run in real time at its end, where work that grows with the reply would show.

#include "ui/window_driver.h"

#include <QDateTime>
#include <QElapsedTimer>
#include <QGuiApplication>
#include <QTemporaryDir>
#include <QTimer>

#include <algorithm>
#include <cstdio>
#include <ctime>
#include <vector>

namespace {

using namespace qwill;

constexpr double kFramesPerSecond = 60;
constexpr double kTokensPerSecond = 200;
constexpr double kCharactersPerToken = 4;

double threadMs()
{
    timespec now{};
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
    return double(now.tv_sec) * 1e3 + double(now.tv_nsec) / 1e6;
}

// Prose, lists, a table and code, over and over, no two sections alike.
QString section(int number)
{
    QString text =
        QStringLiteral("## Section %1\n\nA paragraph with **bold**, *italic* and `code`, and a few sentences "
                       "that say what section %1 is about, so that lines wrap and words are many.\n\n"
                       "- first point of %1\n- second point, a little longer than the first\n\n"
                       "| Name | Value |\n|---|---|\n| a%1 | 1 |\n| b | 2 |\n\n```python\n")
            .arg(number);
    for (int line = 0; line < 12; ++line)
        text += QStringLiteral("def function_%1_%2(value: int) -> int:\n    return value * %2 + %1\n")
                    .arg(number)
                    .arg(line);
    return text + QStringLiteral("```\n\n");
}

struct Measured {
    std::vector<double> frames; // GUI thread, ms a frame
    double drawing = 0; // ms in all
    double seconds = 0;
};

void report(const Measured& measured)
{
    std::vector<double> sorted = measured.frames;
    std::sort(sorted.begin(), sorted.end());
    double sum = 0;
    for (const double ms : sorted)
        sum += ms;
    const auto at = [&](double share) {
        return sorted[std::min(sorted.size() - 1, std::size_t(share * double(sorted.size())))];
    };
    std::printf("frames %zu, GUI thread %.1f %% of a core, a frame: median %.2f ms, p99 %.2f ms, worst %.2f ms\n",
                sorted.size(), sum / (measured.seconds * 10), at(0.5), at(0.99), sorted.back());
    std::printf("drawing apart: %.1f %% of a core\n", measured.drawing / (measured.seconds * 10));
}

Measured replay(test::WindowDriver& driver, const QString& text, double seconds)
{
    Measured measured;
    QQuickWindow& window = driver.window();
    double drawBegan = 0;
    double drawn = 0;
    QObject::connect(
        &window, &QQuickWindow::beforeRendering, &window, [&] { drawBegan = threadMs(); }, Qt::DirectConnection);
    QObject::connect(
        &window, &QQuickWindow::frameSwapped, &window, [&] { drawn += threadMs() - drawBegan; }, Qt::DirectConnection);

    app::TranscriptModel& transcript = *driver.chat().transcript();
    QElapsedTimer clock;
    clock.start();
    qsizetype sent = 0;
    while (clock.elapsed() < seconds * 1000 && sent < text.size()) {
        const double frameBegan = double(clock.nsecsElapsed()) / 1e6;
        const double began = threadMs();
        const double drawnBefore = drawn;
        const auto due = qsizetype(frameBegan / 1000 * kTokensPerSecond * kCharactersPerToken);
        if (due > sent) {
            transcript.appendText(text.mid(sent, due - sent));
            sent = due;
        }
        // What the frame causes is done in the event loop: layout, polish, the synchronisation.
        QEventLoop loop;
        QTimer::singleShot(std::max(0, int(frameBegan + 1000 / kFramesPerSecond - double(clock.nsecsElapsed()) / 1e6)),
                           Qt::PreciseTimer, &loop, &QEventLoop::quit);
        loop.exec();
        const double draw = drawn - drawnBefore;
        measured.drawing += draw;
        measured.frames.push_back(threadMs() - began - draw);
    }
    measured.seconds = double(clock.elapsed()) / 1000;
    return measured;
}

} // namespace

int main(int argc, char** argv)
{
    QGuiApplication gui(argc, argv);
    const int tokens = argc > 1 ? std::atoi(argv[1]) : 90'000;
    const double seconds = argc > 2 ? std::atof(argv[2]) : 50;
    const QTemporaryDir profile;
    test::WindowDriver driver(profile.path(), {}, test::WindowDriver::Load::Later);
    if (!driver.isOpen())
        return 1;

    QString before;
    QString after;
    int number = 0;
    while (double(before.size()) < tokens * kCharactersPerToken)
        before += section(number++);
    while (double(after.size()) < (seconds + 1) * kTokensPerSecond * kCharactersPerToken)
        after += section(number++);

    app::TranscriptModel& transcript = *driver.chat().transcript();
    app::Message question;
    question.id = 1;
    question.content = QStringLiteral("Write a book.");
    app::Message reply;
    reply.id = 2;
    reply.parent = 1;
    reply.role = app::MessageRole::Assistant;
    reply.status = app::MessageStatus::Streaming;
    transcript.setEntries({{question}, {reply}});
    for (qsizetype at = 0; at < before.size(); at += 4000)
        transcript.appendText(before.mid(at, 4000));
    driver.waitUntil([] { return false; }, 1500);
    std::printf("%d tokens before, %d rows\n", tokens, transcript.rowCount());
    report(replay(driver, after, seconds));
    return 0;
}
