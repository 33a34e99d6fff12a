#pragma once
// Diagnostics: what a person needs to see, or to send along, when something is slow or does not work: the machine, the
// chosen backend and why, the model, the versions. Holds no text of any chat. GUI thread.

#include "engine_host.h"
#include "settings.h"

#include <QAbstractListModel>
#include <QList>
#include <QString>
#include <QtQmlIntegration>

namespace qwill::app {

class Diagnostics : public QAbstractListModel {
    Q_OBJECT
    QML_ELEMENT
    Q_PROPERTY(qwill::app::Settings* settings READ settings WRITE setSettings NOTIFY inputsChanged REQUIRED)
    Q_PROPERTY(qwill::app::EngineHost* host READ host WRITE setHost NOTIFY inputsChanged REQUIRED)

public:
    enum Role { SectionRole = Qt::UserRole + 1, FirstRole /* bool: of its section */, NameRole, ValueRole };

    explicit Diagnostics(QObject* parent = nullptr);

    int rowCount(const QModelIndex& parent = {}) const override;
    QVariant data(const QModelIndex& index, int role) const override;
    QHash<int, QByteArray> roleNames() const override;

    Settings* settings() const { return m_settings; }
    void setSettings(Settings* settings);
    EngineHost* host() const { return m_host; }
    void setHost(EngineHost* host);

    Q_INVOKABLE void refresh();
    Q_INVOKABLE QString report(const QString& log) const; // all of it as text, then the log's lines
    Q_INVOKABLE void copyReport(const QString& log) const; // to the clipboard

Q_SIGNALS:
    void inputsChanged();

private:
    struct Fact {
        QString section, name, value;

        bool operator==(const Fact&) const = default;
    };
    QList<Fact> facts() const;

    Settings* m_settings = nullptr;
    EngineHost* m_host = nullptr;
    QList<Fact> m_facts;
};

} // namespace qwill::app
