#include "chat/prompt_templates.h"

#include "chat/prompt_text.h"

#include <QDateTime>
#include <QDir>
#include <QFile>
#include <QFileInfo>
#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>
#include <QLocale>
#include <QSaveFile>
#include <QSet>
#include <QUuid>

#include <algorithm>

namespace qwill::app {

namespace {

using namespace Qt::StringLiterals;

constexpr int kVersion = 1;
constexpr qint64 kMaxFileBytes = 16 << 20;

bool holdsAll(const Prompt& prompt, const QStringList& words)
{
    return std::all_of(words.begin(), words.end(), [&](const QString& word) {
        return prompt.title.contains(word, Qt::CaseInsensitive) || prompt.text.contains(word, Qt::CaseInsensitive);
    });
}

std::optional<QList<Prompt>> promptsFromJson(const QJsonObject& file)
{
    if (!file["prompts"_L1].isArray())
        return std::nullopt;
    QList<Prompt> prompts;
    QSet<QString> ids;
    const QJsonArray array = file["prompts"_L1].toArray();
    for (const auto& value : array) {
        const QJsonObject object = value.toObject();
        Prompt prompt;
        prompt.id = object["id"_L1].toString();
        prompt.kind = object["kind"_L1].toString() == "system"_L1 ? PromptKind::System : PromptKind::Message;
        prompt.title = object["title"_L1].toString();
        prompt.text = object["text"_L1].toString();
        if (prompt.id.isEmpty() || prompt.title.isEmpty() || ids.contains(prompt.id))
            return std::nullopt;
        ids.insert(prompt.id);
        prompts.append(prompt);
    }
    return prompts;
}

QByteArray promptsToJson(const QList<Prompt>& prompts)
{
    QJsonArray array;
    for (const Prompt& prompt : prompts)
        array.append(QJsonObject{{u"id"_s, prompt.id},
                                 {u"kind"_s, prompt.kind == PromptKind::System ? u"system"_s : u"message"_s},
                                 {u"title"_s, prompt.title},
                                 {u"text"_s, prompt.text}});
    const QJsonObject file{{u"format"_s, u"qwill-prompts"_s}, {u"version"_s, kVersion}, {u"prompts"_s, array}};
    return QJsonDocument(file).toJson(QJsonDocument::Indented);
}

} // namespace

PromptTemplates::PromptTemplates(QString file, QObject* parent) : QAbstractListModel(parent), m_file(std::move(file))
{
    load();
    m_shown = wanted();
}

PromptTemplates::~PromptTemplates() = default;

int PromptTemplates::rowCount(const QModelIndex& parent) const
{
    return parent.isValid() ? 0 : static_cast<int>(m_shown.size());
}

QVariant PromptTemplates::data(const QModelIndex& index, int role) const
{
    if (!checkIndex(index, CheckIndexOption::IndexIsValid | CheckIndexOption::ParentIsInvalid))
        return {};
    const Prompt& prompt = m_shown[index.row()];
    switch (role) {
    case IdRole: return prompt.id;
    case Qt::DisplayRole:
    case TitleRole: return prompt.title;
    case TextRole: return prompt.text;
    case BuiltInRole: return prompt.builtIn;
    default: return {};
    }
}

QHash<int, QByteArray> PromptTemplates::roleNames() const
{
    return {{IdRole, "promptId"}, {TitleRole, "title"}, {TextRole, "text"}, {BuiltInRole, "builtIn"}};
}

void PromptTemplates::setFilter(const QString& text)
{
    if (text == m_filter)
        return;
    m_filter = text;
    showWanted();
    Q_EMIT filterChanged();
}

void PromptTemplates::setLanguage(const QString& language)
{
    if (language == m_language)
        return;
    m_language = language;
    showWanted();
    Q_EMIT filterChanged();
}

void PromptTemplates::setShowsPresets(bool presets)
{
    if (presets == m_presets)
        return;
    m_presets = presets;
    showWanted();
    Q_EMIT filterChanged();
}

QString PromptTemplates::add(const QString& title, const QString& text, bool preset)
{
    if (title.trimmed().isEmpty() || text.trimmed().isEmpty())
        return {};
    Prompt prompt;
    prompt.id = QUuid::createUuid().toString(QUuid::WithoutBraces);
    prompt.kind = preset ? PromptKind::System : PromptKind::Message;
    prompt.title = title.simplified();
    prompt.text = text;
    m_own.append(prompt);
    save();
    showWanted();
    return prompt.id;
}

bool PromptTemplates::change(const QString& id, const QString& title, const QString& text)
{
    const auto own = std::find_if(m_own.begin(), m_own.end(), [&](const Prompt& prompt) { return prompt.id == id; });
    if (own == m_own.end() || title.trimmed().isEmpty() || text.trimmed().isEmpty())
        return false;
    own->title = title.simplified();
    own->text = text;
    save();
    showWanted();
    return true;
}

bool PromptTemplates::remove(const QString& id)
{
    if (m_own.removeIf([&](const Prompt& prompt) { return prompt.id == id; }) == 0)
        return false;
    save();
    showWanted();
    return true;
}

QVariantList PromptTemplates::variablesOf(const QString& id) const
{
    QVariantList list;
    if (const Prompt* prompt = find(id))
        for (const PromptVariable& variable : promptVariables(prompt->text))
            list.append(QVariantMap{{u"name"_s, variable.name}, {u"value"_s, variable.value}});
    return list;
}

QString PromptTemplates::expand(const QString& id, const QVariantMap& values) const
{
    const Prompt* prompt = find(id);
    if (!prompt)
        return {};
    QHash<QString, QString> texts;
    for (auto it = values.begin(); it != values.end(); ++it)
        texts.insert(it.key(), it.value().toString());
    return expandPrompt(prompt->text, texts);
}

const Prompt* PromptTemplates::find(const QString& id) const
{
    for (const QList<Prompt>* list : {&m_own, &builtInPrompts()})
        for (const Prompt& prompt : *list)
            if (prompt.id == id)
                return &prompt;
    return nullptr;
}

QList<Prompt> PromptTemplates::wanted() const
{
    const QString name = m_language.isEmpty() ? QLocale().name() : m_language;
    const QString language = name.startsWith("zh"_L1) ? u"zh"_s : u"en"_s;
    const PromptKind kind = m_presets ? PromptKind::System : PromptKind::Message;
    const QString typed = m_filter.simplified();
    const QStringList words = typed.split(u' ', Qt::SkipEmptyParts);
    QList<Prompt> prompts;
    for (const Prompt& prompt : m_own + builtInPrompts()) {
        const bool ourLanguage = !prompt.builtIn || prompt.language == language;
        if (prompt.kind == kind && (words.isEmpty() ? ourLanguage : holdsAll(prompt, words)))
            prompts.append(prompt);
    }
    // How well it fits, best first; within that the order of the lists.
    const auto rank = [&](const Prompt& prompt) {
        const int match = typed.isEmpty()                         ? 0
            : prompt.title.startsWith(typed, Qt::CaseInsensitive) ? 0
            : prompt.title.contains(typed, Qt::CaseInsensitive)   ? 1
                                                                  : 2;
        return match * 2 + (!prompt.builtIn || prompt.language == language ? 0 : 1);
    };
    std::stable_sort(prompts.begin(), prompts.end(),
                     [&](const Prompt& a, const Prompt& b) { return rank(a) < rank(b); });
    return prompts;
}

// Rows that stay, stay: gone ones are removed, then each place gets its row by insertion, move or change.
void PromptTemplates::showWanted()
{
    const QList<Prompt> next = wanted();
    QSet<QString> ids;
    for (const Prompt& prompt : next)
        ids.insert(prompt.id);
    for (int row = static_cast<int>(m_shown.size()) - 1; row >= 0; --row) {
        if (ids.contains(m_shown[row].id))
            continue;
        beginRemoveRows({}, row, row);
        m_shown.removeAt(row);
        endRemoveRows();
    }
    for (int row = 0; row < next.size(); ++row) {
        const auto at = std::find_if(m_shown.begin() + std::min<qsizetype>(row, m_shown.size()), m_shown.end(),
                                     [&](const Prompt& prompt) { return prompt.id == next[row].id; });
        const int from = static_cast<int>(at - m_shown.begin());
        if (at == m_shown.end()) {
            beginInsertRows({}, row, row);
            m_shown.insert(row, next[row]);
            endInsertRows();
        } else if (from != row) {
            beginMoveRows({}, from, from, {}, row);
            m_shown.move(from, row);
            endMoveRows();
        }
        if (m_shown[row] != next[row]) {
            m_shown[row] = next[row];
            Q_EMIT dataChanged(index(row), index(row));
        }
    }
}

void PromptTemplates::load()
{
    QFile file(m_file);
    if (!file.exists())
        return;
    if (!file.open(QIODevice::ReadOnly)) {
        m_writable = false;
        m_problem = tr("Your prompts in %1 cannot be read: %2").arg(m_file, file.errorString());
        return;
    }
    const QJsonObject object = QJsonDocument::fromJson(file.read(kMaxFileBytes)).object();
    if (object["version"_L1].toInt() > kVersion) {
        m_writable = false;
        m_problem = tr("Your prompts in %1 were written by a newer Qwill; they are left as they are.").arg(m_file);
        return;
    }
    const std::optional<QList<Prompt>> prompts = promptsFromJson(object);
    if (prompts) {
        m_own = *prompts;
        return;
    }
    file.close();
    const QString aside = m_file + u".broken-"_s + QDateTime::currentDateTimeUtc().toString(u"yyyyMMdd-HHmmss"_s);
    m_writable = QFile::rename(m_file, aside);
    m_problem = m_writable ? tr("The file of your prompts is damaged; it was set aside as %1.").arg(aside)
                           : tr("The file of your prompts, %1, is damaged.").arg(m_file);
}

bool PromptTemplates::save()
{
    if (!m_writable) {
        setProblem(tr("Changes of your prompts are not kept: %1 must not be overwritten.").arg(m_file));
        return false;
    }
    QDir().mkpath(QFileInfo(m_file).absolutePath());
    QSaveFile file(m_file);
    const bool written = file.open(QIODevice::WriteOnly) && file.write(promptsToJson(m_own)) >= 0 && file.commit();
    setProblem(written ? QString() : tr("Your prompts could not be written to %1: %2").arg(m_file, file.errorString()));
    return written;
}

void PromptTemplates::setProblem(const QString& sentence)
{
    if (sentence == m_problem)
        return;
    m_problem = sentence;
    Q_EMIT problemChanged();
}

} // namespace qwill::app
