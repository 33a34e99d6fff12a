#pragma once
// ModelLibrary: the models on this machine: the built-in guide, what was imported by path, and what lies in the models
// folder. Looks into files on a worker thread (headers only). GUI thread.

#include "engine/model_info.h"

#include <QAbstractListModel>
#include <QString>
#include <QStringList>
#include <QUrl>
#include <QtQmlIntegration>

#include <memory>

namespace qwill::app {

class Settings;

class ModelLibrary : public QAbstractListModel {
    Q_OBJECT
    QML_ELEMENT
    QML_UNCREATABLE("The application owns the model library")
    Q_PROPERTY(bool scanning READ scanning NOTIFY scanningChanged)
    Q_PROPERTY(int count READ count NOTIFY countChanged)
    Q_PROPERTY(QString guide READ guidePath CONSTANT)
    Q_PROPERTY(QString folder READ modelsFolder CONSTANT)

public:
    enum Role {
        PathRole = Qt::UserRole + 1,
        NameRole,
        DetailRole, // "4.0 B · safetensors bf16 · 8.0 GB"
        FitRole, // "Needs 3.1 of 15.6 GB", or why it cannot be opened
        FitsRole, // bool
        GuideRole, // bool: the built-in guide
        OpensRole, // bool: the engine can read it
        ImportedRole, // bool: forget() takes it off the list
        DeletableRole, // bool: it lies in the models folder, and remove() takes it off the disk
    };

    explicit ModelLibrary(Settings& settings, QObject* parent = nullptr);
    ~ModelLibrary() override;

    int rowCount(const QModelIndex& parent = {}) const override;
    QVariant data(const QModelIndex& index, int role) const override;
    QHash<int, QByteArray> roleNames() const override;
    int count() const { return rowCount(); }
    bool scanning() const;

    static QString guidePath(); // the built-in guide's folder, or empty
    static QString modelsFolder(); // where models are looked for

    Q_INVOKABLE void refresh();
    // A directory or .gguf file; false and importFailed() when it is no model.
    Q_INVOKABLE void import(const QString& path);
    Q_INVOKABLE void forget(const QString& path); // the list only, not the file
    // Whether a file or folder that was dropped is a model, or belongs to one.
    Q_INVOKABLE bool isModel(const QUrl& url) const;
    // Lists the models that other programs keep on this machine; searched() says how that went. Copies nothing.
    Q_INVOKABLE void lookElsewhere();
    // What removing this model means, to be shown first; empty when its files are not ours to delete.
    Q_INVOKABLE QString removalQuestion(const QString& path) const;
    Q_INVOKABLE void remove(const QString& path); // off the disk; removed() says how that went

Q_SIGNALS:
    void scanningChanged();
    void countChanged();
    void importFailed(const QString& sentence);
    void imported(const QString& path);
    void searched(const QString& sentence);
    void removed(const QString& sentence);

private:
    void addImported(const QString& path);
    void takeFound(const QStringList& programs, const QStringList& found, int closed);

    class Private;
    std::unique_ptr<Private> d;
};

} // namespace qwill::app
