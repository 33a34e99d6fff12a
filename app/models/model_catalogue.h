#pragma once
// ModelCatalogue: the models one may get: size, memory at 8192 tokens, whether this machine has that, and which one is
// recommended for it. Opens no connection. Looks at the machine on a worker thread. GUI thread.

#include <QAbstractListModel>
#include <QString>
#include <QStringList>
#include <QThreadPool>
#include <QtQmlIntegration>

namespace qwill::app {

struct Machine {
    quint64 memoryBytes = 0; // of the device that would run a model; 0 = unknown
    quint64 freeBytes = 0;
    quint64 diskBytes = 0; // free where models lie
    QStringList present; // folders that are there
};

class ModelCatalogue : public QAbstractListModel {
    Q_OBJECT
    QML_ELEMENT
    QML_UNCREATABLE("The application owns the catalogue")
    Q_PROPERTY(QString recommendedId READ recommendedId NOTIFY machineChanged) // empty = not yet known, or none
    Q_PROPERTY(QString recommendedName READ recommendedName NOTIFY machineChanged)
    Q_PROPERTY(bool recommendedPresent READ recommendedPresent NOTIFY machineChanged) // it lies in the models folder
    Q_PROPERTY(QString recommendedText READ recommendedText NOTIFY machineChanged) // "8.1 GB, needs 3.7 of 15.6 GB"

public:
    enum Role {
        IdRole = Qt::UserRole + 1,
        NameRole,
        DetailRole, // "4.0 B · safetensors bf16 · from Qwen"
        SizeRole, // "8.1 GB"
        FitRole, // the verdict, a sentence
        FitsRole, // bool
        PresentRole, // bool: it is in the models folder
        RecommendedRole, // bool
    };

    explicit ModelCatalogue(QString modelsFolder, QObject* parent = nullptr);
    ~ModelCatalogue() override;

    int rowCount(const QModelIndex& parent = {}) const override;
    QVariant data(const QModelIndex& index, int role) const override;
    QHash<int, QByteArray> roleNames() const override;

    QString recommendedId() const;
    QString recommendedName() const;
    bool recommendedPresent() const { return m_machine.present.contains(recommendedId()); }
    QString recommendedText() const;
    void setMachine(const Machine& machine);

    Q_INVOKABLE void refresh(); // looks at the machine again

Q_SIGNALS:
    void machineChanged();

private:
    QString detailOf(int row) const;
    QString fitOf(int row) const;
    bool fits(int row) const;
    bool hasRoom(int row) const;
    int recommendedRow() const; // −1 = none

    QString m_folder;
    Machine m_machine;
    bool m_known = false;
    int m_recommended = -1;
    QThreadPool m_worker; // one thread; joined before the rest goes
};

} // namespace qwill::app
