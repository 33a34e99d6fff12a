#include "models/download_trouble.h"

#include <QCoreApplication>
#include <QLocale>

namespace qwill::app {

namespace {

struct Downloads {
    Q_DECLARE_TR_FUNCTIONS(qwill::app::Downloads)
};

QString bytesText(qint64 bytes)
{
    return QLocale().formattedDataSize(bytes, 1, QLocale::DataSizeSIFormat);
}

QString networkSentence(const Trouble& t)
{
    switch (t.kind) {
    case TroubleKind::BadAddress:
        return Downloads::tr("“%1” is no web address. Correct it where the source of downloads is chosen.")
            .arg(t.detail);
    case TroubleKind::BadRedirect:
        return Downloads::tr("%1 sent the download on to %2, which is not followed because it is less safe.")
            .arg(t.host, t.detail);
    case TroubleKind::TooManyRedirects:
        return Downloads::tr("%1 sends the download round in a circle. Try again later, or choose another source.")
            .arg(t.host);
    case TroubleKind::Unreachable:
        return Downloads::tr("%1 cannot be reached: %2. Check the network, or choose another source.")
            .arg(t.host, t.detail);
    case TroubleKind::TlsFailed:
        return Downloads::tr("No safe connection to %1: %2. Nothing was downloaded over it.").arg(t.host, t.detail);
    case TroubleKind::Stalled:
        return Downloads::tr("%1 sent nothing for %n second(s). Resume to go on from here.", nullptr,
                             static_cast<int>(t.expected))
            .arg(t.host);
    case TroubleKind::Dropped:
        return Downloads::tr("%1 broke the connection off again and again. Resume to go on from here.").arg(t.host);
    default: return {};
    }
}

QString serverSentence(const Trouble& t)
{
    switch (t.kind) {
    case TroubleKind::NotFound:
        return t.file.isEmpty()
            ? Downloads::tr("%1 does not have this model. Choose another source.").arg(t.host)
            : Downloads::tr("%1 does not have %2. Cancel, and choose another source.").arg(t.host, t.file);
    case TroubleKind::Forbidden:
        return Downloads::tr("%1 does not give this model to everyone. Choose another source.").arg(t.host);
    case TroubleKind::RangeRefused:
        return t.actual < 0
            ? Downloads::tr("%1 refused to send the rest of %2. Cancel, and download again.").arg(t.host, t.file)
            : Downloads::tr("%1 has only %2 of %3, where its list says %4. Cancel, and download again.")
                  .arg(t.host, bytesText(t.actual), t.file, bytesText(t.expected));
    case TroubleKind::TooManyRequests:
        return t.expected < 0 ? Downloads::tr("%1 asks for fewer requests. Resume in a while.").arg(t.host)
                              : Downloads::tr("%1 asks for fewer requests. Resume in %n minute(s).", nullptr,
                                              static_cast<int>((t.expected + 59) / 60))
                                    .arg(t.host);
    case TroubleKind::ServerError:
        return Downloads::tr("%1 has a problem of its own (status %2). Resume in a while, or choose another source.")
            .arg(t.host)
            .arg(t.expected);
    case TroubleKind::WrongLength:
        return Downloads::tr("%1 has %2 bytes of %3, where its list says %4. Cancel, and download again.")
            .arg(t.host, QLocale().toString(t.actual), t.file, QLocale().toString(t.expected));
    case TroubleKind::Changed:
        return Downloads::tr("%1 on %2 keeps changing. Try again later, or choose another source.").arg(t.file, t.host);
    case TroubleKind::BadListing:
        return t.detail.isEmpty()
            ? Downloads::tr("What %1 sent is no list of files. Choose another source.").arg(t.host)
            : Downloads::tr("The list of files from %1 is refused because of “%2”.").arg(t.host, t.detail);
    case TroubleKind::MissingFiles:
        return Downloads::tr("%1 has this model without %2. Choose another source.").arg(t.host, t.detail);
    default: return {};
    }
}

QString localSentence(const Trouble& t)
{
    switch (t.kind) {
    case TroubleKind::HashMismatch:
        return Downloads::tr("%1 from %2 is not what its checksum says, even where it was fetched twice. It was not "
                             "added to the library. Cancel, and choose another source.")
            .arg(t.file, t.host);
    case TroubleKind::NoSpace:
        return Downloads::tr("The disk has %1 free, and the download needs %2. Make room, then resume.")
            .arg(bytesText(t.actual), bytesText(t.expected));
    case TroubleKind::DiskFailed:
        return Downloads::tr("%1 could not be written: %2. Resume once that is solved.").arg(t.file, t.detail);
    case TroubleKind::Exists:
        return Downloads::tr("There is already something at %1. Move it away, then resume.").arg(t.file);
    case TroubleKind::InUse: return Downloads::tr("Another window of Qwill is downloading this model.");
    case TroubleKind::NotAModel:
        return Downloads::tr("What came is no model that can be opened: %1 It was not added to the library.")
            .arg(t.detail);
    default: return {};
    }
}

} // namespace

bool isPassing(TroubleKind kind)
{
    switch (kind) {
    case TroubleKind::Unreachable:
    case TroubleKind::Stalled:
    case TroubleKind::Dropped:
    case TroubleKind::TooManyRequests:
    case TroubleKind::ServerError:
    case TroubleKind::WrongLength: return true;
    default: return false;
    }
}

QString sentenceOf(const Trouble& trouble)
{
    for (const auto sentence : {networkSentence, serverSentence, localSentence})
        if (const QString text = sentence(trouble); !text.isEmpty())
            return text;
    return {};
}

} // namespace qwill::app
