#pragma once
// PromptTemplates: what “/” in the composer offers, and the presets for a system prompt: Qwill's own prompts and the
// person's, filtered by what is typed. The person's are kept in one JSON file. GUI thread; the file is small and is
// written at once.

#include "chat/builtin_prompts.h"

#include <QAbstractListModel>
#include <QVariant>
#include <QtQmlIntegration>

namespace qwill::app {

class PromptTemplates : public QAbstractListModel {
    Q_OBJECT
    QML_ELEMENT
    QML_UNCREATABLE("The application owns the prompt templates")
    Q_PROPERTY(QString filter READ filter WRITE setFilter NOTIFY filterChanged) // what was typed after “/”
    Q_PROPERTY(QString language READ language WRITE setLanguage NOTIFY filterChanged) // "en", "zh_CN"; empty = system's
    Q_PROPERTY(bool presets READ showsPresets WRITE setShowsPresets NOTIFY filterChanged) // of system prompts
    Q_PROPERTY(QString problem READ problem NOTIFY problemChanged) // a sentence, or empty

public:
    enum Role { IdRole = Qt::UserRole + 1, TitleRole, TextRole, BuiltInRole };

    // `file` need not exist; its folder is made at the first write.
    explicit PromptTemplates(QString file, QObject* parent = nullptr);
    ~PromptTemplates() override;

    int rowCount(const QModelIndex& parent = {}) const override;
    QVariant data(const QModelIndex& index, int role) const override;
    QHash<int, QByteArray> roleNames() const override;

    // Without a filter: the person's, then the built-in ones of the language. With one: those of both languages whose
    // title or text holds every word of it, titles that begin with it first.
    QString filter() const { return m_filter; }
    void setFilter(const QString& text);
    QString language() const { return m_language; }
    void setLanguage(const QString& language);
    bool showsPresets() const { return m_presets; }
    void setShowsPresets(bool presets);
    QString problem() const { return m_problem; }

    // The id of the new one, or empty: both texts must hold something.
    Q_INVOKABLE QString add(const QString& title, const QString& text, bool preset);
    // False for built-in and unknown ones.
    Q_INVOKABLE bool change(const QString& id, const QString& title, const QString& text);
    Q_INVOKABLE bool remove(const QString& id);

    // [{"name": …, "value": its default}] in order.
    Q_INVOKABLE QVariantList variablesOf(const QString& id) const;
    Q_INVOKABLE QString expand(const QString& id, const QVariantMap& values) const;

Q_SIGNALS:
    void filterChanged();
    void problemChanged();

private:
    void load();
    bool save();
    void setProblem(const QString& sentence);
    const Prompt* find(const QString& id) const;
    QList<Prompt> wanted() const;
    void showWanted();

    QString m_file;
    QString m_filter;
    QString m_language;
    QString m_problem;
    QList<Prompt> m_own;
    QList<Prompt> m_shown;
    bool m_presets = false;
    bool m_writable = true; // false when the file belongs to a newer Qwill
};

} // namespace qwill::app
