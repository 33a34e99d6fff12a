#pragma once
// FileVerifier: reads a whole file on a worker thread and compares it with what its mirror says, and where that fails,
// its chunks with what came over the wire. Belongs to one thread, with an event loop.

#include "models/file_hash.h"
#include "models/part_file.h"

#include <QList>
#include <QObject>
#include <QThreadPool>

#include <atomic>

namespace qwill::app {

struct FileVerdict {
    bool readable = false;
    bool matches = false; // the mirror's hash; where it named none, what came over the wire
    QList<int> damaged; // chunks that are not what came over the wire; known when it does not match
};

class FileVerifier : public QObject {
    Q_OBJECT

public:
    explicit FileVerifier(QObject* parent = nullptr);
    ~FileVerifier() override;

    void verify(const PartFile& part, const FileHash& hash); // one at a time
    void stop(); // silent; waits for the worker, which reads a megabyte at most

Q_SIGNALS:
    void verified(const qwill::app::FileVerdict& verdict);

private:
    std::atomic<bool> m_stop = false;
    int m_serial = 0; // what an older one found is dropped
    QThreadPool m_worker;
};

} // namespace qwill::app
