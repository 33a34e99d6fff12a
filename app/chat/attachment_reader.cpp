#include "chat/attachment_reader.h"

#include <QCoreApplication>
#include <QFile>
#include <QFileInfo>
#include <QLocale>
#include <QMimeDatabase>
#include <QStringDecoder>
#include <QUtf8StringView>

namespace qwill::app {

namespace {

using namespace Qt::StringLiterals;

struct AttachmentReader {
    Q_DECLARE_TR_FUNCTIONS(AttachmentReader)
};

engine::Error failure(engine::ErrorCode code, const QString& sentence)
{
    return {code, sentence.toStdString()};
}

engine::Error tooLarge(const QString& name, qint64 bytes)
{
    const QLocale locale;
    return failure(engine::ErrorCode::Unsupported,
                   AttachmentReader::tr("%1 is too large to attach: %2, where %3 are the most.")
                       .arg(name, locale.formattedDataSize(bytes), locale.formattedDataSize(kMaxAttachmentBytes)));
}

engine::Error notText(const QString& name, const QByteArray& bytes)
{
    if (bytes.startsWith("%PDF-"))
        return failure(
            engine::ErrorCode::Unsupported,
            AttachmentReader::tr("%1 is a PDF, which cannot be read yet; copy its text and paste it.").arg(name));
    return failure(
        engine::ErrorCode::Unsupported,
        AttachmentReader::tr("%1 is not text in UTF-8 or UTF-16; save it as UTF-8 and attach it again.").arg(name));
}

// The last part of a path, without what would break a line or turn the text around.
QString plainName(const QString& name)
{
    QString plain = name.mid(name.lastIndexOf(u'/') + 1);
    plain.removeIf([](QChar c) {
        return c.category() == QChar::Other_Control || c.category() == QChar::Other_Format || c == QChar::LineSeparator
            || c == QChar::ParagraphSeparator;
    });
    plain = plain.simplified().left(255);
    return plain.isEmpty() ? AttachmentReader::tr("Pasted text") : plain;
}

std::optional<QString> decoded(const QByteArray& bytes)
{
    // A byte order mark decides; the decoder takes it off.
    if (const auto encoding = QStringConverter::encodingForData(bytes)) {
        const bool wide = *encoding == QStringConverter::Utf32LE || *encoding == QStringConverter::Utf32BE;
        const int unitBytes = *encoding == QStringConverter::Utf8 ? 1 : wide ? 4 : 2;
        QStringDecoder decoder(*encoding, QStringConverter::Flag::Stateless); // what is cut off is an error
        QString text = decoder.decode(bytes);
        if (decoder.hasError() || bytes.size() % unitBytes != 0 || text.contains(QChar::Null))
            return std::nullopt;
        return text;
    }
    if (bytes.contains('\0') || !QUtf8StringView(bytes).isValidUtf8())
        return std::nullopt;
    return QString::fromUtf8(bytes);
}

// By name and content; "text/plain" where the database knows the name as something that is no text.
QString mediaTypeOf(const QString& name, const QByteArray& bytes)
{
    const QMimeType type = QMimeDatabase().mimeTypeForFileNameAndData(name, bytes);
    return type.isValid() && type.inherits(u"text/plain"_s) ? type.name() : u"text/plain"_s;
}

Attachment attachmentOf(const QString& name, QString text, const QByteArray& bytes)
{
    text.replace("\r\n"_L1, "\n"_L1);
    text.replace(u'\r', u'\n');
    return {name, mediaTypeOf(name, bytes), text};
}

} // namespace

engine::Result<Attachment> attachmentFromBytes(const QString& givenName, const QByteArray& bytes)
{
    const QString name = plainName(givenName);
    if (bytes.size() > kMaxAttachmentBytes)
        return tooLarge(name, bytes.size());
    std::optional<QString> text = decoded(bytes);
    if (!text)
        return notText(name, bytes);
    return attachmentOf(name, std::move(*text), bytes);
}

engine::Result<Attachment> attachmentFromText(const QString& givenName, const QString& text)
{
    const QString name = plainName(givenName);
    const QByteArray bytes = text.toUtf8();
    if (bytes.size() > kMaxAttachmentBytes)
        return tooLarge(name, bytes.size());
    return attachmentOf(name, text, bytes);
}

engine::Result<Attachment> readAttachmentFile(const QString& path)
{
    const QFileInfo info(path);
    const QString name = plainName(info.fileName());
    if (info.isDir())
        return failure(engine::ErrorCode::Unsupported,
                       AttachmentReader::tr("%1 is a folder; attach the files in it.").arg(name));
    // A pipe or device would block or never end.
    if (!info.isFile())
        return failure(engine::ErrorCode::NotFound, AttachmentReader::tr("There is no file %1.").arg(path));
    if (info.size() > kMaxAttachmentBytes)
        return tooLarge(name, info.size());
    QFile file(path);
    if (!file.open(QIODevice::ReadOnly))
        return failure(engine::ErrorCode::Io,
                       AttachmentReader::tr("%1 cannot be read: %2").arg(name, file.errorString()));
    const QByteArray bytes = file.read(kMaxAttachmentBytes + 1); // it may have grown
    if (file.error() != QFileDevice::NoError)
        return failure(engine::ErrorCode::Io,
                       AttachmentReader::tr("%1 cannot be read: %2").arg(name, file.errorString()));
    return attachmentFromBytes(name, bytes);
}

} // namespace qwill::app
