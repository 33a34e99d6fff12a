// The pages of settings and models in the real window: what is entered is kept or refused, the language changes under
// the eyes with no English left, and a model is loaded, let go and shown with what it costs.

#include "window_driver.h"

#include "app/remote/fake_endpoint.h"

#include <QDir>
#include <QRegularExpression>
#include <QTemporaryDir>
#include <QTest>

using namespace qwill;
using namespace Qt::StringLiterals;

namespace {

QQuickItem* findWith(QQuickItem* item, const char* property)
{
    if (!item->isVisible())
        return nullptr;
    if (item->metaObject()->indexOfProperty(property) >= 0)
        return item;
    for (QQuickItem* child : item->childItems())
        if (QQuickItem* found = findWith(child, property))
            return found;
    return nullptr;
}

void collectTexts(QQuickItem* item, QStringList& texts)
{
    if (!item->isVisible() || item->opacity() == 0)
        return;
    for (const char* property : {"text", "placeholderText", "name", "displayText"}) {
        const QVariant value = item->property(property);
        if (value.typeId() == QMetaType::QString && !value.toString().isEmpty())
            texts.append(value.toString());
    }
    for (QQuickItem* child : item->childItems())
        collectTexts(child, texts);
}

// Words of our own language: names, units, keys, commands and paths are the same everywhere.
QStringList englishIn(const QStringList& texts)
{
    static const QRegularExpression same(
        u"https?://\\S+|/\\S+|[0-9a-f]{10}\\+?|hf download "
        u".*|\\{\\{.*?\\}\\}|\\b(Qwill|Qwen3?[-\\w.]*|Qt|KSyntaxHighlighting|KF6|cmark-gfm|SQLite|"
        "PCRE2|utf8proc|SentencePiece|JSON|Modern|CLI11|MIT|LGPL|BSD|Apache|Clause|Markdown|Unicode|Hugging|Face|"
        "ModelScope|unsloth|cpatonn|JunHowie|FP8|AWQ|GPTQ|int4|Q\\d_\\w+|GGUF|gguf|config|NVIDIA|CUDA|CPU|AMD|Intel|"
        "EPYC|Xeon|Core|cores?|Ryzen|Arm|Top-k|Top-p|Min-p|TeX|Shift|Enter|"
        "Ctrl|PgUp|PgDown|Del|Esc|English|safetensors|bf16|avx\\w*|fma|f16c|sse\\w*|neon|offscreen|xcb|linux|Linux|"
        "Debian|GNU|"
        "trixie|GCC|Clang|Release|Debug|RelWithDebInfo|module|off|MathJax|"
        "Ubuntu|OpenAI|Base URL|x86_64|arm64|guide|HTML|PDF|token|kB|KV|vLLM|SGLang|API|Python|SQL|pygame|for|PROCESSOR|Processor|scalar)\\b"_s);
    static const QRegularExpression word(u"[A-Za-z]{3,}"_s);
    QStringList found;
    for (QString text : texts) {
        if (text.startsWith("<!DOCTYPE"_L1)) // a rich text's form for Qt; it is there as plain text, too
            continue;
        text.remove(same);
        if (word.match(text).hasMatch())
            found.append(text);
    }
    return found;
}

} // namespace

class SettingsPagesTest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void init();
    void cleanup();
    void leavesNoEnglishBehind();
    void leavesNoEnglishInWhatLiesOver_data();
    void leavesNoEnglishInWhatLiesOver();
    void refusesWhatIsNoValue();
    void aChatHasItsOwnValues();
    void loadsAgainToApply();
    void unloadsAndLoads();
    void saysWhatIsNoModel();
    void keepsATemplate();
    void aModelElsewhereIsMarked();

private:
    enum Page { Chat, Models, Settings };
    QQuickItem* show(Page page, const QString& section = {});
    QStringList shownTexts();

    std::unique_ptr<QTemporaryDir> m_dir;
    std::unique_ptr<test::WindowDriver> m_driver;
};

void SettingsPagesTest::init()
{
    m_dir = std::make_unique<QTemporaryDir>();
    m_driver = std::make_unique<test::WindowDriver>(m_dir->path());
    QVERIFY(m_driver->isOpen());
    m_driver->application().settings()->setLanguage(u"en"_s);
    QVERIFY(m_driver->waitUntil(
        [this] { return m_driver->application().host()->state() == app::EngineHost::State::Ready; }));
}

void SettingsPagesTest::cleanup()
{
    if (m_driver)
        QVERIFY2(m_driver->warnings().isEmpty(), qPrintable(m_driver->warnings().join(u'\n')));
    m_driver.reset();
    m_dir.reset();
}

QQuickItem* SettingsPagesTest::show(Page page, const QString& section)
{
    m_driver->window().setProperty("page", static_cast<int>(page));
    QQuickItem* item = nullptr;
    const char* mark = page == Settings ? "sections" : "inspected";
    (void)m_driver->waitUntil([&] { return (item = findWith(m_driver->window().contentItem(), mark)) != nullptr; });
    if (item && page == Settings)
        item->setProperty("section", section);
    return item;
}

QStringList SettingsPagesTest::shownTexts()
{
    QStringList texts;
    collectTexts(m_driver->window().contentItem(), texts);
    return texts;
}

void SettingsPagesTest::leavesNoEnglishBehind()
{
    app::Settings& settings = *m_driver->application().settings();
    QQuickItem* page = show(Settings, u"appearance"_s);
    QVERIFY(page);
    const QStringList sections = page->property("sections").toStringList();
    QVERIFY(sections.size() >= 9);
    for (const QString& section : sections) {
        settings.setLanguage(u"en"_s);
        page->setProperty("section", section);
        QTRY_VERIFY(shownTexts().contains(u"Settings"_s)); // it stands there in English, and is switched in place
        QCoreApplication::processEvents();
        settings.setLanguage(u"zh_CN"_s);
        QVERIFY(shownTexts().contains(u"设置"_s));
        QTRY_VERIFY2(englishIn(shownTexts()).isEmpty(),
                     qPrintable(section + u": "_s + englishIn(shownTexts()).join(u" | "_s)));
    }
    settings.setLanguage(u"en"_s);
    QQuickItem* models = show(Models);
    QVERIFY(models);
    models->setProperty("inspected", app::ModelLibrary::guidePath());
    QTRY_VERIFY(shownTexts().filter(u"Working space"_s).size() > 0);
    settings.setLanguage(u"zh_CN"_s);
    QTRY_VERIFY2(englishIn(shownTexts()).isEmpty(), qPrintable(englishIn(shownTexts()).join(u" | "_s)));
    m_driver->window().setProperty("page", static_cast<int>(Chat));
    QTRY_VERIFY2(englishIn(shownTexts()).isEmpty(), qPrintable(englishIn(shownTexts()).join(u" | "_s)));
}

void SettingsPagesTest::leavesNoEnglishInWhatLiesOver_data()
{
    QTest::addColumn<int>("key");
    QTest::addColumn<Qt::KeyboardModifiers>("modifiers");
    QTest::addColumn<QString>("shown"); // in English
    const Qt::KeyboardModifiers control = Qt::ControlModifier, both = Qt::ControlModifier | Qt::ShiftModifier;
    QTest::newRow("palette") << int(Qt::Key_K) << control << u"Keyboard shortcuts"_s;
    QTest::newRow("keys") << int(Qt::Key_Slash) << control << u"Temporary chat, not saved"_s;
    QTest::newRow("search") << int(Qt::Key_F) << both << u"Type what was said: a word, a part of one, 中文 too."_s;
    QTest::newRow("find") << int(Qt::Key_F) << control << u"Find in this chat"_s;
    QTest::newRow("settings of the chat") << int(Qt::Key_Comma) << both << u"System prompt"_s;
    QTest::newRow("export") << int(Qt::Key_E) << both << u"Export"_s;
}

// An open palette, list or dialog is switched in place.
void SettingsPagesTest::leavesNoEnglishInWhatLiesOver()
{
    QFETCH(const int, key);
    QFETCH(const Qt::KeyboardModifiers, modifiers);
    QFETCH(const QString, shown);
    QVERIFY(m_driver->say(u"你好"_s)); // with a reply on the page, its figures and its buttons
    m_driver->key(static_cast<Qt::Key>(key), modifiers);
    QTRY_VERIFY2(!shownTexts().filter(shown).isEmpty(), qPrintable(shownTexts().join(u" | "_s)));
    m_driver->application().settings()->setLanguage(u"zh_CN"_s);
    QTRY_VERIFY2(englishIn(shownTexts()).isEmpty(), qPrintable(englishIn(shownTexts()).join(u" | "_s)));
}

void SettingsPagesTest::refusesWhatIsNoValue()
{
    QVERIFY(show(Settings, u"chat"_s));
    QVERIFY(m_driver->waitForNamed(u"Temperature"_s));
    QVERIFY(m_driver->click(u"Temperature"_s));
    m_driver->type(u"9"_s);
    m_driver->key(Qt::Key_Tab);
    QVERIFY(m_driver->waitForNamed(u"Enter a number from 0 to 2."_s));
    QVERIFY(m_driver->application().settings()->sampling().isEmpty());
    QVERIFY(m_driver->click(u"Temperature"_s));
    m_driver->key(Qt::Key_A, Qt::ControlModifier);
    m_driver->type(u"0.5"_s);
    m_driver->key(Qt::Key_Tab);
    QTRY_COMPARE(m_driver->application().settings()->sampling()["temperature"_L1].toDouble(), 0.5);
    QVERIFY(!m_driver->named(u"Enter a number from 0 to 2."_s));
    QVERIFY(m_driver->click(u"Reset: Temperature"_s));
    QTRY_VERIFY(m_driver->application().settings()->sampling().isEmpty());
}

void SettingsPagesTest::aChatHasItsOwnValues()
{
    QVERIFY(m_driver->click(u"Chat settings"_s));
    QVERIFY(m_driver->waitForNamed(u"Temperature"_s));
    QVERIFY(m_driver->click(u"Temperature"_s));
    m_driver->type(u"0"_s);
    m_driver->key(Qt::Key_Tab);
    QTRY_COMPARE(m_driver->chat().overrides()["temperature"_L1].toDouble(-1), 0.0);
    QVERIFY(m_driver->application().settings()->sampling().isEmpty());
    QVERIFY(m_driver->click(u"Text of the system prompt"_s));
    m_driver->type(u"Be brief."_s);
    QVERIFY(m_driver->click(u"Reset to the defaults"_s));
    QTRY_VERIFY(m_driver->chat().overrides().isEmpty());
    QTRY_COMPARE(m_driver->chat().systemPrompt(), u"Be brief."_s); // kept when it lost the focus
    m_driver->key(Qt::Key_Escape);
    QTRY_VERIFY(!m_driver->named(u"Reset to the defaults"_s));
}

void SettingsPagesTest::loadsAgainToApply()
{
    QVERIFY(show(Settings, u"engine"_s));
    QVERIFY(!m_driver->named(u"Load again to apply"_s));
    m_driver->application().settings()->setKv(static_cast<int>(engine::KvFormat::Int8));
    QVERIFY(m_driver->waitForNamed(u"Load again to apply"_s));
    QVERIFY(m_driver->click(u"Load again to apply"_s));
    QVERIFY(m_driver->waitUntil([this] {
        const auto* loaded = m_driver->application().host()->engine();
        return loaded && loaded->memory().kv == engine::KvFormat::Int8;
    }));
    QTRY_VERIFY(!m_driver->named(u"Load again to apply"_s));
}

void SettingsPagesTest::unloadsAndLoads()
{
    QVERIFY(show(Models));
    QVERIFY(m_driver->waitForNamed(u"Unload"_s));
    QVERIFY(m_driver->click(u"Unload"_s));
    QTRY_COMPARE(m_driver->application().host()->state(), app::EngineHost::State::Empty);
    QVERIFY(m_driver->waitForNamed(u"Load “Guide to Qwill”"_s));
    QVERIFY(m_driver->click(u"Load “Guide to Qwill”"_s));
    QVERIFY(m_driver->waitUntil(
        [this] { return m_driver->application().host()->state() == app::EngineHost::State::Ready; }));
}

void SettingsPagesTest::saysWhatIsNoModel()
{
    QQuickItem* page = show(Models);
    QVERIFY(page);
    m_driver->application().library()->import(m_dir->path()); // a folder, but no model
    QTRY_VERIFY(page->property("problem").toString().contains(m_dir->path()));
    QVERIFY(m_driver->waitForNamed(page->property("problem").toString()));
    QVERIFY(m_driver->click(u"Dismiss"_s));
    QTRY_VERIFY(page->property("problem").toString().isEmpty());
}

void SettingsPagesTest::keepsATemplate()
{
    QVERIFY(show(Settings, u"templates"_s));
    const int before = m_driver->application().templates()->rowCount();
    QVERIFY(m_driver->waitForNamed(u"Add a template"_s));
    QVERIFY(m_driver->click(u"Add a template"_s));
    QVERIFY(m_driver->waitForNamed(u"Name"_s));
    m_driver->type(u"Mine"_s);
    m_driver->key(Qt::Key_Tab);
    m_driver->type(u"Say {{what}}."_s);
    QVERIFY(m_driver->click(u"Save"_s));
    QTRY_COMPARE(m_driver->application().templates()->rowCount(), before + 1);
    QTRY_VERIFY(!m_driver->named(u"Save"_s)); // the dialog has gone
    QVERIFY(m_driver->waitForNamed(u"Delete “Mine”"_s));
    QVERIFY(m_driver->click(u"Delete “Mine”"_s));
    QTRY_COMPARE(m_driver->application().templates()->rowCount(), before);
}

// Added, asked for its models, used and let go again; what is on another machine says so wherever it is seen.
void SettingsPagesTest::aModelElsewhereIsMarked()
{
    test::FakeEndpoint server;
    server.models = test::FakeEndpoint::head(200, "application/json")
        + R"({"data":[{"id":"Qwen3-235B","max_model_len":65536},{"id":"small"}]})";
    server.answer = test::FakeEndpoint::stream(test::FakeEndpoint::delta("12345") + test::FakeEndpoint::finish());
    QVERIFY(show(Models));
    QVERIFY(m_driver->click(u"Add a model elsewhere…"_s));
    QVERIFY(m_driver->waitForNamed(u"Ask the server for its models"_s));
    m_driver->type(server.base().authority()); // the address has the focus
    QVERIFY(m_driver->click(u"Ask the server for its models"_s));
    QVERIFY(m_driver->waitForNamed(u"Models of the server"_s));
    QCOMPARE(server.requests.size(), 1);
    QVERIFY(m_driver->click(u"Add"_s));
    QVERIFY(m_driver->waitForNamed(u"Use “Qwen3-235B”, which is not on this machine"_s));
    QTRY_VERIFY(!m_driver->named(u"Ask the server for its models"_s)); // the dialog is gone
    app::EngineHost* host = m_driver->application().host();
    QVERIFY(!host->isRemote()); // added, not used
    QVERIFY(m_driver->click(u"Use “Qwen3-235B”, which is not on this machine"_s));
    QTRY_VERIFY(host->isRemote() && host->state() == app::EngineHost::State::Ready);
    QCOMPARE(host->engine()->contextLength(), 65536);
    m_driver->application().settings()->setLanguage(u"zh_CN"_s);
    QTRY_VERIFY2(englishIn(shownTexts()).isEmpty(), qPrintable(englishIn(shownTexts()).join(u" | "_s)));
    m_driver->window().setProperty("page", static_cast<int>(Chat));
    m_driver->application().settings()->setLanguage(u"en"_s);
    const QString mark = u"not on this machine · "_s + server.base().authority();
    QVERIFY(m_driver->waitForNamed(u"Qwen3-235B, "_s + mark));
    QCOMPARE(server.requests.size(), 1); // nothing left this machine yet
    QVERIFY(m_driver->say(u"What is it?"_s));
    QCOMPARE(server.requests.size(), 2);
    QTRY_VERIFY(!shownTexts().filter(u"12345"_s).isEmpty());
    for (const int width : {1180, 800, 560}) { // the mark stays where there is little room
        m_driver->resize(width, 700);
        QTRY_VERIFY(!shownTexts().filter(u"not on this machine"_s).isEmpty());
    }
    QVERIFY(show(Settings, u"connections"_s));
    QTRY_COMPARE(shownTexts().filter(u"A server of your own"_s).size(), 2);
    QVERIFY(show(Models));
    m_driver->resize(1180, 780);
    QVERIFY(m_driver->click(u"Stop using “Qwen3-235B”"_s));
    QTRY_VERIFY(!host->isRemote() && host->state() == app::EngineHost::State::Ready);
    QVERIFY(m_driver->click(u"Take “Qwen3-235B” off the list, with its key"_s));
    QTRY_VERIFY(m_driver->application().remoteModels()->rowCount() == 0);
    QVERIFY2(m_driver->warnings().isEmpty(), qPrintable(m_driver->warnings().join(u" | "_s)));
}

QTEST_MAIN(SettingsPagesTest)
#include "settings_pages_test.moc"
