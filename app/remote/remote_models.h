#pragma once
// RemoteModels: the models on other machines that a person added, and the keys to them. Opens them as engines. None is
// ever used but by choosing it. GUI thread, but for open().

#include "remote/remote_endpoint.h"
#include "remote/remote_inquiry.h"
#include "secrets/key_ring.h"

#include "engine/engine.h"

#include <QAbstractListModel>
#include <QtQmlIntegration>

#include <map>
#include <mutex>
#include <vector>

namespace qwill::app {

class RemoteModels : public QAbstractListModel {
    Q_OBJECT
    QML_ELEMENT
    QML_UNCREATABLE("The application owns the models elsewhere")
    Q_PROPERTY(int count READ rowCountNow NOTIFY countChanged)
    Q_PROPERTY(QString problem READ problem NOTIFY problemChanged) // why something could not be kept, or empty
    Q_PROPERTY(qwill::app::RemoteInquiry* inquiry READ inquiry CONSTANT)

public:
    enum Role {
        PathRole = Qt::UserRole + 1, // what the settings name it by
        NameRole,
        HostRole, // "ai.example.org:8000"
        DetailRole, // "Not on this machine: ai.example.org · 32 768 tokens"
        OpenRole, // bool: others on the way can read along
    };

    // `file` lists the models, without their keys; it need not exist. The keys lie in `keys`, which outlives this.
    RemoteModels(QString file, KeyRing& keys, QObject* parent = nullptr);

    int rowCount(const QModelIndex& parent = {}) const override;
    QVariant data(const QModelIndex& index, int role) const override;
    QHash<int, QByteArray> roleNames() const override;
    QString problem() const { return m_problem; }
    RemoteInquiry* inquiry() { return &m_inquiry; }

    // → its path; empty and problem() when the address is none, or there is no name. One that is in the list already
    // gets the key and the context.
    Q_INVOKABLE QString add(const QString& address, const QString& key, const QString& model, int contextLength);
    Q_INVOKABLE void remove(const QString& path); // with its key
    Q_INVOKABLE bool contains(const QString& path) const { return find(path) != m_endpoints.end(); }
    Q_INVOKABLE bool isOpen(const QString& address) const; // others on the way could read along

    // `done` when open() knows the key of this model, if there is one.
    void prepare(const QString& path, const std::function<void()>& done);
    // Any thread. NotFound for a path that is not in the list.
    engine::Result<std::unique_ptr<engine::Engine>> open(const QString& path, const engine::EventSink& sink);

Q_SIGNALS:
    void countChanged();
    void problemChanged();
    void renewed(const QString& path); // an engine that was opened before knows an old key
    // Of each connection to another machine; `url` without its path. Numbers are unique.
    void connectionBegun(quint64 connection, const QUrl& url);
    void connectionEnded(quint64 connection, qint64 bytes, const QString& failure);

private:
    using Endpoints = std::vector<RemoteEndpoint>;

    int rowCountNow() const { return static_cast<int>(m_endpoints.size()); }
    Endpoints::const_iterator find(const QString& path) const;
    void put(const RemoteEndpoint& endpoint, const QByteArray& key);
    void readList();
    bool writeList();
    void setProblem(const QString& sentence);

    QString m_file;
    KeyRing& m_keys;
    RemoteInquiry m_inquiry;
    QString m_problem;
    std::mutex m_mutex; // guards what follows where open() reads it; only the GUI thread changes it
    Endpoints m_endpoints;
    std::map<QString, QByteArray> m_known; // keys, by path
};

} // namespace qwill::app
