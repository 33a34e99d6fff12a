#pragma once
// PlanRows: ways to load one model, each with what it costs: the presets of context length, or the steps down when the
// memory does not suffice. A list for LoadPlan to fill. GUI thread.

#include "engine/model_info.h"

#include <QAbstractListModel>
#include <QList>
#include <QString>
#include <QtQmlIntegration>

namespace qwill::app {

struct PlanRow {
    QString title; // "8 192 tokens"
    QString note; // "for chats"
    QString cost; // "1.2 GB for the context"
    QString total; // "3.9 GB in all"
    int contextLength = 0; // tokens
    engine::WeightFormat weights = engine::WeightFormat::Auto;
    engine::KvFormat kv = engine::KvFormat::Auto;
    bool fits = false;
    bool chosen = false; // what the settings say now

    bool operator==(const PlanRow&) const = default;
};

class PlanRows : public QAbstractListModel {
    Q_OBJECT
    QML_ELEMENT
    QML_UNCREATABLE("A load plan owns its rows")
    Q_PROPERTY(int count READ count NOTIFY countChanged)

public:
    enum Role {
        TitleRole = Qt::UserRole + 1,
        NoteRole,
        CostRole,
        TotalRole,
        ContextLengthRole,
        WeightsRole,
        KvRole,
        FitsRole,
        ChosenRole,
    };

    using QAbstractListModel::QAbstractListModel;

    int rowCount(const QModelIndex& parent = {}) const override;
    QVariant data(const QModelIndex& index, int role) const override;
    QHash<int, QByteArray> roleNames() const override;
    int count() const { return static_cast<int>(m_rows.size()); }

    void show(const QList<PlanRow>& rows); // the narrowest change

Q_SIGNALS:
    void countChanged();

private:
    QList<PlanRow> m_rows;
};

} // namespace qwill::app
