#pragma once
// SamplingForm: the sampling settings as rows to fill in, each with what holds where nothing is filled in and what may
// be. Edits the defaults or one chat's overrides: whoever uses it hands the values in and takes them back. GUI thread.

#include "engine_host.h"
#include "settings.h"

#include <QAbstractListModel>
#include <QJsonObject>
#include <QString>
#include <QtQmlIntegration>

namespace qwill::app {

class SamplingForm : public QAbstractListModel {
    Q_OBJECT
    QML_ELEMENT
    Q_PROPERTY(qwill::app::Settings* settings READ settings WRITE setSettings NOTIFY inputsChanged REQUIRED)
    Q_PROPERTY(qwill::app::EngineHost* host READ host WRITE setHost NOTIFY inputsChanged REQUIRED)
    Q_PROPERTY(bool ofChat READ ofChat WRITE setOfChat NOTIFY inputsChanged) // over the defaults, not over the model
    Q_PROPERTY(QJsonObject values READ values WRITE setValues NOTIFY inputsChanged) // keys as in Settings::samplingFor
    Q_PROPERTY(int setCount READ setCount NOTIFY inputsChanged) // rows that are filled in

public:
    enum Role {
        LabelRole = Qt::UserRole + 1,
        ExplanationRole, // one line
        PlaceholderRole, // what holds where the row is empty
        TextRole,
        IsSetRole,
        LinesRole, // bool: one entry a line
    };

    explicit SamplingForm(QObject* parent = nullptr);

    int rowCount(const QModelIndex& parent = {}) const override;
    QVariant data(const QModelIndex& index, int role) const override;
    QHash<int, QByteArray> roleNames() const override;

    Settings* settings() const { return m_settings; }
    void setSettings(Settings* settings);
    EngineHost* host() const { return m_host; }
    void setHost(EngineHost* host);
    bool ofChat() const { return m_ofChat; }
    void setOfChat(bool ofChat);
    QJsonObject values() const { return m_values; }
    void setValues(const QJsonObject& values);
    int setCount() const;

    // Empty = it was taken (an empty text resets the row); otherwise the sentence that says what may stand there.
    Q_INVOKABLE QString enter(int row, const QString& text);
    Q_INVOKABLE void reset(int row);
    Q_INVOKABLE void resetAll();

Q_SIGNALS:
    void inputsChanged();
    void edited(const QJsonObject& values); // keep these

private:
    void showAll();
    QString placeholder(int row) const;

    Settings* m_settings = nullptr;
    EngineHost* m_host = nullptr;
    bool m_ofChat = false;
    QJsonObject m_values;
};

} // namespace qwill::app
