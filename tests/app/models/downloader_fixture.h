#pragma once
// DownloaderFixture: a mirror, a models folder, and one download between them, for the tests of the downloader. Test
// code only; one thread, with an event loop.

#include "mirror_server.h"

#include "models/downloader.h"

#include <QObject>
#include <QTemporaryDir>

#include <memory>

namespace qwill::test {

using namespace Qt::StringLiterals;

inline constexpr qint64 kChunk = 16 << 10;
inline const QString kBig = u"model-00001-of-00002.safetensors"_s;
inline const QString kOther = u"model-00002-of-00002.safetensors"_s;

void fill(MirrorServer& server);
QStringList wantedFiles();
app::DownloadPlan planFrom(const QString& base);
app::DownloadOptions optionsFor(const QString& folder);
bool isOver(app::DownloadPhase phase);
QStringList everything(const QString& folder);
QByteArray contentsOf(const QString& path);
// Each stretch of the big file ends after one whole chunk: it is never complete.
void catchInTheMiddle(const MirrorRequest& request, MirrorAnswer& answer);

class DownloaderFixture : public QObject {
    Q_OBJECT

protected:
    app::Downloader& make();
    app::DownloadState run(app::Downloader& download);
    void verifyPublished();
    void verifyNothingPublished();

    std::unique_ptr<QTemporaryDir> m_folder;
    std::unique_ptr<MirrorServer> m_server;
    std::unique_ptr<app::Downloader> m_download;
    app::DownloadOptions m_options;
    app::DownloadPlan m_plan;

private Q_SLOTS: // Qt Test calls them
    void initTestCase();
    void init();
    void cleanup();
};

} // namespace qwill::test
