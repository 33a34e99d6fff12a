#pragma once
// EmbeddingRun: what texts mean, as the mean of the model's last hidden states over each text's tokens, made one long.
// HTTP thread.

#include "server/api_run.h"

#include <QJsonObject>

#include <vector>

namespace qwill::app {

class EmbeddingRun : public ApiRun {
public:
    struct Spec {
        QString model;
        std::vector<std::vector<engine::Token>> inputs;
        bool asBase64 = false;
        int dimensions = 0; // 0 = all
    };
    EmbeddingRun(HttpReply reply, LiveRequest about, quint64 modelSerial, Spec spec);

protected:
    engine::GenerationRequest request(int part) override;
    bool mayBegin(int) const override { return true; }
    void heard(int part, const engine::Event& event) override;
    void partEnded(int part, const engine::Finished& finished) override;
    void allEnded() override;

private:
    Spec m_spec;
    std::vector<std::vector<float>> m_vectors;
};

} // namespace qwill::app
