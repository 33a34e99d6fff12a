#include "chat/prompt_worker.h"

namespace qwill::app {

PromptWorker::PromptWorker(QObject* parent) : QObject(parent)
{
    m_pool.setMaxThreadCount(1);
}

PromptWorker::~PromptWorker()
{
    m_pool.waitForDone();
}

} // namespace qwill::app
