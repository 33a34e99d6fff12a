#include "models/download_source.h"

#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>
#include <QRegularExpression>
#include <QSet>

#include <algorithm>

namespace qwill::app {

namespace {

using namespace Qt::StringLiterals;

constexpr qsizetype kMaxFiles = 2000; // a model has a few dozen
constexpr qint64 kMaxBytes = qint64(4) << 40; // of one file, and of all: four terabytes; sums stay far from overflow
constexpr qsizetype kMaxPath = 200, kMaxDepth = 4;

QString baseOf(SourceKind kind, const QString& base)
{
    if (!base.trimmed().isEmpty())
        return base.trimmed();
    if (kind == SourceKind::ModelScope)
        return u"https://www.modelscope.cn"_s;
    const QString endpoint = qEnvironmentVariable("HF_ENDPOINT").trimmed();
    return endpoint.isEmpty() ? u"https://huggingface.co"_s : endpoint;
}

bool isSafeName(const QString& name)
{
    static const QRegularExpression forbidden(u"[\\x00-\\x1f\\x7f<>:\"|?*\\\\]"_s);
    static const QRegularExpression device(u"^(con|prn|aux|nul|com\\d|lpt\\d)(\\..*)?$"_s,
                                           QRegularExpression::CaseInsensitiveOption); // of Windows
    return !name.isEmpty() && name != "."_L1 && name != ".."_L1 && !name.endsWith(u'.') && !name.endsWith(u' ')
        && !name.startsWith(u' ') && !name.contains(forbidden) && !device.match(name).hasMatch();
}

RemoteFile huggingFaceFile(const QJsonObject& entry)
{
    const QJsonObject lfs = entry["lfs"_L1].toObject();
    RemoteFile file{entry["path"_L1].toString(), entry["size"_L1].toInteger(-1), {}};
    if (lfs.isEmpty()) {
        file.hash = fileHash(HashKind::GitBlob, entry["oid"_L1].toString());
    } else {
        file.hash = fileHash(HashKind::Sha256, lfs["oid"_L1].toString());
        file.size = lfs["size"_L1].toInteger(file.size);
    }
    return file;
}

RemoteFile modelScopeFile(const QJsonObject& entry)
{
    return {entry["Path"_L1].toString(), entry["Size"_L1].toInteger(-1),
            fileHash(HashKind::Sha256, entry["Sha256"_L1].toString())};
}

} // namespace

bool isSafePath(const QString& path)
{
    const QStringList names = path.split(u'/');
    return path.size() <= kMaxPath && names.size() <= kMaxDepth && std::all_of(names.begin(), names.end(), isSafeName);
}

DownloadSource::DownloadSource(SourceKind kind, const QString& base) : m_kind(kind), m_base(baseOf(kind, base))
{
    m_base = m_base.adjusted(QUrl::StripTrailingSlash);
}

Trouble DownloadSource::problem() const
{
    const bool web = m_base.scheme() == "http"_L1 || m_base.scheme() == "https"_L1;
    if (m_base.isValid() && web && !m_base.host().isEmpty() && !m_base.hasQuery() && !m_base.hasFragment())
        return {};
    return {.kind = TroubleKind::BadAddress, .detail = m_base.toDisplayString()};
}

QString DownloadSource::revision() const
{
    return m_kind == SourceKind::ModelScope ? u"master"_s : u"main"_s;
}

QUrl DownloadSource::at(const QString& path, const QString& query) const
{
    QUrl url = m_base;
    url.setPath(m_base.path() + path, QUrl::DecodedMode);
    if (!query.isEmpty())
        url.setQuery(query);
    return url;
}

QUrl DownloadSource::revisionUrl(const QString& repository) const
{
    if (m_kind == SourceKind::ModelScope)
        return {};
    return at(u"/api/models/%1/revision/%2"_s.arg(repository, revision()));
}

QUrl DownloadSource::listUrl(const QString& repository, const QString& revision) const
{
    if (m_kind == SourceKind::ModelScope)
        return at(u"/api/v1/models/%1/repo/files"_s.arg(repository), u"Revision=%1&Recursive=true"_s.arg(revision));
    return at(u"/api/models/%1/tree/%2"_s.arg(repository, revision), u"recursive=true"_s);
}

QUrl DownloadSource::fileUrl(const QString& repository, const QString& revision, const QString& path) const
{
    const QString prefix = m_kind == SourceKind::ModelScope ? u"/models/"_s : u"/"_s;
    return at(prefix + repository + u"/resolve/"_s + revision + u'/' + path);
}

QString DownloadSource::revisionIn(const QByteArray& answer) const
{
    static const QRegularExpression commit(u"\\A[0-9a-f]{40}\\z"_s);
    const QString sha = QJsonDocument::fromJson(answer).object()["sha"_L1].toString();
    return commit.match(sha).hasMatch() ? sha : QString();
}

Trouble DownloadSource::filesIn(const QByteArray& answer, QList<RemoteFile>& files) const
{
    const auto refused = [this](const QString& detail) {
        return Trouble{.kind = TroubleKind::BadListing, .host = m_base.host(), .detail = detail};
    };
    const QJsonDocument json = QJsonDocument::fromJson(answer);
    const QJsonArray entries =
        m_kind == SourceKind::ModelScope ? json.object()["Data"_L1].toObject()["Files"_L1].toArray() : json.array();
    if (entries.isEmpty() || entries.size() > kMaxFiles)
        return refused({});
    QSet<QString> known; // without case, as some disks know them
    qint64 total = 0;
    files.clear();
    for (const auto& value : entries) {
        const QJsonObject entry = value.toObject();
        const QString type = entry[m_kind == SourceKind::ModelScope ? "Type"_L1 : "type"_L1].toString();
        if (type == "directory"_L1 || type == "tree"_L1)
            continue;
        const RemoteFile file = m_kind == SourceKind::ModelScope ? modelScopeFile(entry) : huggingFaceFile(entry);
        if (!isSafePath(file.path) || known.contains(file.path.toCaseFolded()) || file.size < 0
            || file.size > kMaxBytes - total)
            return refused(file.path.left(60).simplified());
        known.insert(file.path.toCaseFolded());
        total += file.size;
        files.append(file);
    }
    return {};
}

} // namespace qwill::app
