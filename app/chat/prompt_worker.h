#pragma once
// PromptWorker: the thread on which conversations are rendered and counted, so that a long one never holds the window.
// Jobs run in the order they came. GUI thread; jobs run on the worker's.

#include <QObject>
#include <QThreadPool>

#include <memory>
#include <type_traits>
#include <utility>

namespace qwill::app {

class PromptWorker : public QObject {
    Q_OBJECT

public:
    explicit PromptWorker(QObject* parent = nullptr);
    ~PromptWorker() override; // waits for what runs; its answers are dropped

    // `job` on the worker's thread, where it is destroyed too (it may hold the last reference to an Engine); then
    // `done` with its result on the GUI thread.
    template <typename Job, typename Done>
    void run(Job job, Done done)
    {
        m_pool.start([this, job = std::move(job), done = std::move(done)]() mutable {
            auto result = std::make_shared<std::invoke_result_t<Job&>>(job());
            QMetaObject::invokeMethod(
                this, [result = std::move(result), done = std::move(done)]() mutable { done(std::move(*result)); });
        });
    }

private:
    QThreadPool m_pool;
};

} // namespace qwill::app
