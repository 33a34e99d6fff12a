#pragma once
// DownloadSource: a mirror of models: where its lists of files and the files lie. Values and pure functions; any
// thread.

#include "models/download_trouble.h"
#include "models/file_hash.h"

#include <QList>
#include <QString>
#include <QUrl>

namespace qwill::app {

enum class SourceKind : std::uint8_t { HuggingFace, ModelScope };

struct RemoteFile {
    QString path; // relative, with '/'; safe to join to a folder
    qint64 size = 0; // bytes
    FileHash hash;

    bool operator==(const RemoteFile&) const = default;
};

class DownloadSource {
public:
    // `base` empty = the mirror's own address; for Hugging Face the environment's HF_ENDPOINT, where there is one.
    // One's own mirror speaks as Hugging Face does.
    explicit DownloadSource(SourceKind kind = SourceKind::HuggingFace, const QString& base = {});

    SourceKind kind() const { return m_kind; }
    const QUrl& base() const { return m_base; }
    Trouble problem() const; // of the address

    QString revision() const; // what stands for the newest
    QUrl revisionUrl(const QString& repository) const; // answers which commit that is; empty = none to ask
    QUrl listUrl(const QString& repository, const QString& revision) const;
    QUrl fileUrl(const QString& repository, const QString& revision, const QString& path) const;

    QString revisionIn(const QByteArray& answer) const; // empty = it does not say
    // All files of the repository. A list that names anything unsafe is refused as a whole.
    Trouble filesIn(const QByteArray& answer, QList<RemoteFile>& files) const;

private:
    QUrl at(const QString& path, const QString& query = {}) const;

    SourceKind m_kind;
    QUrl m_base;
};

// Whether a name from elsewhere may become a file's name below a folder of ours, on any system.
bool isSafePath(const QString& path);

} // namespace qwill::app
