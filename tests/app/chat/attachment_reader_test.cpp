// Text in any encoding that says what it is comes in as one text with '\n'; everything else is refused with a sentence.

#include "chat/attachment_reader.h"

#include <QFile>
#include <QRandomGenerator>
#include <QStringEncoder>
#include <QTemporaryDir>
#include <QTest>

using namespace qwill::app;
using namespace Qt::StringLiterals;

class AttachmentReaderTest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void readsEveryEncodingWithItsMark_data();
    void readsEveryEncodingWithItsMark();
    void refusesWhatIsNoText_data();
    void refusesWhatIsNoText();
    void lineEndsBecomeOne();
    void mediaTypesFollowNameAndContent();
    void namesHoldNoPathAndNoLineBreak();
    void sizesAreLimited();
    void randomBytesNeverCrash();
    void onlyFilesAreOpened();
};

void AttachmentReaderTest::readsEveryEncodingWithItsMark_data()
{
    QTest::addColumn<QByteArray>("bytes");
    const QString text = u"编码 – text 😀"_s;
    QTest::newRow("UTF-8") << text.toUtf8();
    QTest::newRow("UTF-8 with mark") << "\xef\xbb\xbf" + text.toUtf8();
    for (const auto encoding : {QStringConverter::Utf16LE, QStringConverter::Utf16BE, QStringConverter::Utf32LE}) {
        QStringEncoder encoder(encoding, QStringConverter::Flag::WriteBom);
        QTest::newRow(QStringConverter::nameForEncoding(encoding)) << QByteArray(encoder.encode(text));
    }
}

void AttachmentReaderTest::readsEveryEncodingWithItsMark()
{
    QFETCH(QByteArray, bytes);
    const auto read = attachmentFromBytes(u"a.txt"_s, bytes);
    QVERIFY2(read.ok(), read.ok() ? "" : read.error().message.c_str());
    QCOMPARE(read->text, u"编码 – text 😀"_s);
    QCOMPARE(read->mediaType, u"text/plain"_s);
}

void AttachmentReaderTest::refusesWhatIsNoText_data()
{
    QTest::addColumn<QByteArray>("bytes");
    QTest::newRow("zero byte") << QByteArray("a\0b", 3);
    QTest::newRow("png") << QByteArray("\x89PNG\r\n\x1a\n\0\0\0\rIHDR", 16);
    QTest::newRow("gbk") << QByteArray("\xd6\xd0\xce\xc4");
    QTest::newRow("latin-1") << QByteArray("caf\xe9 ole");
    QTest::newRow("half a character") << QByteArray("\xe4\xb8");
    QTest::newRow("overlong") << QByteArray("\xc0\xaf");
    QTest::newRow("UTF-16 without mark") << QByteArray("a\0b\0", 4);
    QTest::newRow("odd UTF-16") << QByteArray("\xff\xfe"
                                              "a\0b",
                                              5);
    QTest::newRow("pdf") << QByteArray("%PDF-1.7\n\xe2\xe3");
}

void AttachmentReaderTest::refusesWhatIsNoText()
{
    QFETCH(QByteArray, bytes);
    const auto read = attachmentFromBytes(u"thing.bin"_s, bytes);
    QVERIFY(!read.ok());
    const QString sentence = QString::fromStdString(read.error().message);
    QVERIFY2(sentence.contains("thing.bin"_L1) && sentence.endsWith(u'.'), qPrintable(sentence));
    QCOMPARE(sentence.contains("PDF"_L1), bytes.startsWith("%PDF"));
}

void AttachmentReaderTest::lineEndsBecomeOne()
{
    QCOMPARE(attachmentFromBytes(u"a"_s, "a\r\nb\rc\nd\r\r\n")->text, u"a\nb\nc\nd\n\n"_s);
    QCOMPARE(attachmentFromText(u"a"_s, u"x\r\ny"_s)->text, u"x\ny"_s);
    QCOMPARE(attachmentFromBytes(u"a"_s, "")->text, QString());
}

void AttachmentReaderTest::mediaTypesFollowNameAndContent()
{
    QCOMPARE(attachmentFromBytes(u"notes.md"_s, "# t")->mediaType, u"text/markdown"_s);
    QVERIFY(attachmentFromBytes(u"a.py"_s, "print(1)")->mediaType.contains("python"_L1));
    QVERIFY(attachmentFromBytes(u"a.cpp"_s, "int a;")->mediaType.contains("c++"_L1));
    QCOMPARE(attachmentFromBytes(u"picture.png"_s, "only text")->mediaType, u"text/plain"_s);
}

void AttachmentReaderTest::namesHoldNoPathAndNoLineBreak()
{
    QCOMPARE(attachmentFromText(u"/etc/x/a\nb\u202e.txt"_s, u"t"_s)->name, u"ab.txt"_s);
    QVERIFY(!attachmentFromText(QString(), u"t"_s)->name.isEmpty());
}

void AttachmentReaderTest::sizesAreLimited()
{
    QVERIFY(attachmentFromBytes(u"a"_s, QByteArray(kMaxAttachmentBytes, 'a')).ok());
    QVERIFY(!attachmentFromBytes(u"a"_s, QByteArray(kMaxAttachmentBytes + 1, 'a')).ok());
    QVERIFY(!attachmentFromText(u"a"_s, QString(kMaxAttachmentBytes / 3 + 1, u'中')).ok());
    QTemporaryDir dir;
    QFile huge(dir.filePath(u"huge.txt"_s));
    QVERIFY(huge.open(QIODevice::WriteOnly) && huge.resize(qint64(1) << 40)); // sparse
    QVERIFY(!readAttachmentFile(huge.fileName()).ok());
}

void AttachmentReaderTest::randomBytesNeverCrash()
{
    QRandomGenerator random(4);
    for (int round = 0; round < 5000; ++round) {
        QByteArray bytes(random.bounded(64), '\0');
        for (char& byte : bytes)
            byte = static_cast<char>(random.bounded(random.bounded(2) ? 256 : 128));
        if (random.bounded(4) == 0)
            bytes.prepend(random.bounded(2) ? "\xff\xfe" : "\xfe\xff");
        const auto read = attachmentFromBytes(u"x"_s, bytes);
        QVERIFY(read.ok() ? !read->text.contains(u'\0') && !read->text.contains(u'\r') : !read.error().message.empty());
    }
}

void AttachmentReaderTest::onlyFilesAreOpened()
{
    QTemporaryDir dir;
    QVERIFY(!readAttachmentFile(dir.path()).ok());
    QVERIFY(!readAttachmentFile(dir.filePath(u"none"_s)).ok());
    QVERIFY(!readAttachmentFile(u"/dev/zero"_s).ok());
    QFile file(dir.filePath(u"好 a.md"_s));
    QVERIFY(file.open(QIODevice::WriteOnly) && file.write("# 标题\r\n") > 0);
    file.close();
    const auto read = readAttachmentFile(file.fileName());
    QVERIFY(read.ok());
    const Attachment wanted{u"好 a.md"_s, u"text/markdown"_s, u"# 标题\n"_s};
    QCOMPARE(*read, wanted);
}

QTEST_GUILESS_MAIN(AttachmentReaderTest)
#include "attachment_reader_test.moc"
