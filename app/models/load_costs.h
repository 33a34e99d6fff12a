#pragma once
// What loading a model would cost, in every way the person may choose: plain values for LoadPlan, worked out from the
// file's headers. May touch the disk; any thread, so a worker's.

#include "models/model_files.h"
#include "models/plan_rows.h"

#include "engine/model_info.h"

#include <QString>

namespace qwill::app {

struct LoadCosts {
    QString problem; // why nothing can be said; the rest is empty then
    engine::ModelInfo model;
    engine::MemoryPlan plan; // of the wish
    engine::DeviceInfo device;
    QString reason; // of the device
    QList<PlanRow> contexts;
    QList<PlanRow> steps; // the wish first, then each step below it
};

// What becomes free before the load, because the loaded model goes first, and where.
struct GivenBack {
    engine::DeviceKind kind = engine::DeviceKind::Cpu;
    quint64 bytes = 0;
};

LoadCosts loadCosts(const QString& path, const ModelWish& wish, const GivenBack& givenBack);

QString sizeText(quint64 bytes); // "2.5 GB"
QString weightsName(engine::WeightFormat format); // "4 bits"
QString kvName(engine::KvFormat format);

} // namespace qwill::app
