// What “/” offers: found by what is typed in either language, filled in once, and the person's own prompts kept safe.

#include "chat/prompt_templates.h"
#include "chat/prompt_text.h"

#include <QAbstractItemModelTester>
#include <QDir>
#include <QFile>
#include <QRandomGenerator>
#include <QSet>
#include <QSignalSpy>
#include <QTemporaryDir>
#include <QTest>

using namespace qwill::app;
using namespace Qt::StringLiterals;

namespace {

QStringList titles(const PromptTemplates& model)
{
    QStringList list;
    for (int row = 0; row < model.rowCount(); ++row)
        list.append(model.data(model.index(row, 0), PromptTemplates::TitleRole).toString());
    return list;
}

QString idOf(const PromptTemplates& model, const QString& title)
{
    return model.data(model.index(static_cast<int>(titles(model).indexOf(title)), 0), PromptTemplates::IdRole)
        .toString();
}

void writeFile(const QString& path, const QByteArray& bytes)
{
    QFile file(path);
    QVERIFY(file.open(QIODevice::WriteOnly) && file.write(bytes) == bytes.size());
}

} // namespace

class PromptTemplatesTest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void variablesComeInOrderWithDefaults();
    void expansionHappensOnce();
    void randomTextNeverCrashes();
    void builtInOnesAreInBothLanguages();
    void filterFindsEitherLanguage();
    void filteringKeepsTheModelSound();
    void ownOnesAreKept();
    void brokenFileIsSetAside();
    void newerFileIsLeftAlone();
    void unwritablePlaceSaysSo();
};

void PromptTemplatesTest::variablesComeInOrderWithDefaults()
{
    const QString text = u"{{b}} {{ a = x y }} {{a=z}} {{b=late}} {{}} {{=v}} {c} {{d\n}} {{语言=中文}} {{{e}}}"_s;
    const QList<PromptVariable> wanted{
        {u"b"_s, u"late"_s}, {u"a"_s, u"x y"_s}, {u"语言"_s, u"中文"_s}, {u"e"_s, QString()}};
    QCOMPARE(promptVariables(text), wanted);
}

void PromptTemplatesTest::expansionHappensOnce()
{
    QCOMPARE(expandPrompt(u"{{a}} {{b}} {{c=3}}"_s, {{u"a"_s, u"{{b}}"_s}, {u"b"_s, u"\\1 %1"_s}}),
             u"{{b}} \\1 %1 3"_s);
    QCOMPARE(expandPrompt(u"{{a}} {{c=3}}"_s, {}), u"{{a}} 3"_s); // a is left to fill in by hand
    QCOMPARE(expandPrompt(u"{{c=3}}"_s, {{u"c"_s, QString()}}), QString()); // told to be empty
}

void PromptTemplatesTest::randomTextNeverCrashes()
{
    static const QStringList pieces{u"{{"_s, u"}}"_s, u"{"_s, u"}"_s, u"="_s, u"a"_s, u" "_s, u"\n"_s, u"中"_s, u"b"_s};
    QRandomGenerator random(1);
    for (int round = 0; round < 5000; ++round) {
        QString text;
        for (int n = random.bounded(20); n > 0; --n)
            text += pieces[random.bounded(pieces.size())];
        QHash<QString, QString> values;
        for (const PromptVariable& variable : promptVariables(text))
            values.insert(variable.name, u"V"_s);
        QVERIFY(promptVariables(expandPrompt(text, values)).size() <= promptVariables(text).size() + 1);
        QCOMPARE(expandPrompt(u"no braces"_s + QString(text).remove(u'{'), values),
                 u"no braces"_s + QString(text).remove(u'{'));
    }
}

void PromptTemplatesTest::builtInOnesAreInBothLanguages()
{
    QSet<QString> ids;
    int english = 0;
    int chinese = 0;
    for (const Prompt& prompt : builtInPrompts()) {
        QVERIFY(!ids.contains(prompt.id));
        ids.insert(prompt.id);
        QVERIFY(!prompt.title.isEmpty() && !prompt.text.isEmpty() && prompt.builtIn);
        (prompt.language == "en"_L1 ? english : chinese)++;
        const QString other = prompt.id.section(u'.', 0, 0) + (prompt.language == "en"_L1 ? u".zh"_s : u".en"_s);
        const auto twin = std::find_if(builtInPrompts().begin(), builtInPrompts().end(),
                                       [&](const Prompt& p) { return p.id == other; });
        QVERIFY2(twin != builtInPrompts().end(), qPrintable(prompt.id));
        QCOMPARE(promptVariables(twin->text).size(), promptVariables(prompt.text).size());
        QCOMPARE(prompt.text.count("{{"_L1), prompt.text.count("}}"_L1));
    }
    QCOMPARE(english, chinese);
}

void PromptTemplatesTest::filterFindsEitherLanguage()
{
    QTemporaryDir dir;
    PromptTemplates model(dir.filePath(u"prompts.json"_s));
    model.setLanguage(u"en"_s);
    QVERIFY(titles(model).contains(u"Write a unit test"_s));
    QVERIFY(!titles(model).contains(u"写 Python 游戏"_s));
    model.setFilter(u"sum"_s);
    QCOMPARE(titles(model).first(), u"Summarise"_s);
    model.setFilter(u"写 Python"_s);
    QCOMPARE(titles(model), QStringList{u"写 Python 游戏"_s});
    model.setFilter(u"PYTHON game"_s);
    QCOMPARE(titles(model).first(), u"Write a Python game"_s);
    model.setFilter(u"生成 SQL 查询"_s);
    QCOMPARE(titles(model), QStringList{u"生成 SQL 查询"_s});
    model.setFilter(u"zzzz"_s);
    QCOMPARE(model.rowCount(), 0);
    model.setFilter(QString());
    model.setLanguage(u"zh_CN"_s);
    QVERIFY(titles(model).contains(u"写 Python 游戏"_s));
    QVERIFY(!titles(model).contains(u"Summarise"_s));
    model.setShowsPresets(true);
    QVERIFY(titles(model).contains(u"程序员"_s));
    QVERIFY(!titles(model).contains(u"总结"_s));
}

void PromptTemplatesTest::filteringKeepsTheModelSound()
{
    QTemporaryDir dir;
    PromptTemplates model(dir.filePath(u"prompts.json"_s));
    const QAbstractItemModelTester tester(&model, QAbstractItemModelTester::FailureReportingMode::Fatal);
    QSignalSpy resets(&model, &QAbstractItemModel::modelReset);
    static const QStringList typed{u""_s,     u"w"_s,   u"write"_s, u"python"_s, u"翻译"_s,
                                   u"code"_s, u"own"_s, u"a"_s,     u"。"_s};
    QRandomGenerator random(9);
    QStringList own;
    for (int round = 0; round < 500; ++round) {
        model.setFilter(typed[random.bounded(typed.size())]);
        switch (random.bounded(8)) {
        case 0: model.setLanguage(random.bounded(2) ? u"en"_s : u"zh_CN"_s); break;
        case 1: model.setShowsPresets(random.bounded(2)); break;
        case 2: own.append(model.add(u"own %1"_s.arg(round), u"write {{x}}"_s, random.bounded(2))); break;
        case 3:
            if (!own.isEmpty())
                QVERIFY(model.remove(own.takeAt(random.bounded(own.size()))));
            break;
        case 4:
            if (!own.isEmpty())
                QVERIFY(model.change(own[random.bounded(own.size())], u"code %1"_s.arg(round), u"翻译"_s));
            break;
        default: break;
        }
        PromptTemplates fresh(dir.filePath(u"prompts.json"_s));
        fresh.setLanguage(model.language());
        fresh.setShowsPresets(model.showsPresets());
        fresh.setFilter(model.filter());
        QCOMPARE(titles(model), titles(fresh)); // narrow changes end where a fresh list does
    }
    QCOMPARE(resets.size(), 0);
}

void PromptTemplatesTest::ownOnesAreKept()
{
    QTemporaryDir dir;
    const QString file = dir.filePath(u"deep/er/prompts.json"_s);
    QString id;
    {
        PromptTemplates model(file);
        id = model.add(u"  周报\n "_s, u"写周报：{{内容}} {{语气=正式}}"_s, false);
        QVERIFY(!id.isEmpty());
        QVERIFY(model.add(u" "_s, u"x"_s, false).isEmpty());
        QVERIFY(model.add(u"x"_s, u"\n"_s, false).isEmpty());
        QVERIFY(!model.change(builtInPrompts()[0].id, u"x"_s, u"y"_s));
        QVERIFY(!model.remove(builtInPrompts()[0].id));
        QCOMPARE(model.problem(), QString());
    }
    PromptTemplates model(file);
    QCOMPARE(titles(model).first(), u"周报"_s); // one's own come first
    QCOMPARE(idOf(model, u"周报"_s), id);
    QCOMPARE(model.variablesOf(id).size(), 2);
    QCOMPARE(model.variablesOf(id)[1].toMap()[u"value"_s].toString(), u"正式"_s);
    QCOMPARE(model.expand(id, {{u"内容"_s, u"一"_s}}), u"写周报：一 正式"_s);
    QCOMPARE(model.expand(u"nobody"_s, {}), QString());
    QVERIFY(model.remove(id));
    QVERIFY(!titles(PromptTemplates(file)).contains(u"周报"_s));
}

void PromptTemplatesTest::brokenFileIsSetAside()
{
    for (const QByteArray& bytes :
         {QByteArray("{\"version\":1,\"prompts\":[{\"id\":1}]}"), QByteArray("not json"), QByteArray()}) {
        QTemporaryDir dir;
        const QString file = dir.filePath(u"prompts.json"_s);
        writeFile(file, bytes);
        PromptTemplates model(file);
        QVERIFY(!model.problem().isEmpty());
        QVERIFY(model.rowCount() > 0);
        QVERIFY(!model.add(u"new"_s, u"text"_s, false).isEmpty());
        const QStringList aside = QDir(dir.path()).entryList({u"*.broken-*"_s});
        QCOMPARE(aside.size(), 1);
        QFile kept(dir.filePath(aside[0]));
        QVERIFY(kept.open(QIODevice::ReadOnly));
        QCOMPARE(kept.readAll(), bytes);
        QVERIFY(titles(PromptTemplates(file)).contains(u"new"_s));
    }
}

void PromptTemplatesTest::newerFileIsLeftAlone()
{
    QTemporaryDir dir;
    const QString file = dir.filePath(u"prompts.json"_s);
    const QByteArray bytes = R"({"format":"qwill-prompts","version":2,"prompts":[]})";
    writeFile(file, bytes);
    PromptTemplates model(file);
    QVERIFY(!model.problem().isEmpty());
    model.add(u"new"_s, u"text"_s, false);
    QVERIFY(titles(model).contains(u"new"_s)); // until the program ends
    QFile kept(file);
    QVERIFY(kept.open(QIODevice::ReadOnly));
    QCOMPARE(kept.readAll(), bytes);
}

void PromptTemplatesTest::unwritablePlaceSaysSo()
{
    QTemporaryDir dir;
    writeFile(dir.filePath(u"file"_s), "x");
    PromptTemplates model(dir.filePath(u"file/prompts.json"_s)); // a file where a folder should be
    QSignalSpy problems(&model, &PromptTemplates::problemChanged);
    model.add(u"new"_s, u"text"_s, false);
    QCOMPARE(problems.size(), 1);
    QVERIFY(!model.problem().isEmpty());
    QVERIFY(titles(model).contains(u"new"_s));
}

QTEST_GUILESS_MAIN(PromptTemplatesTest)
#include "prompt_templates_test.moc"
