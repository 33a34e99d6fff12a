#pragma once
// A real model of a few thousand weights with a byte-level tokenizer, to load through EngineHost. It writes noise, at
// once and for as long as it is let. Tests only.

#include "engine_host.h"

#include "engine/engine/tiny_text.h"
#include "support/tiny_model.h"

#include <QTest>

namespace qwill::app {

class TinyChatModel {
public:
    // `layers`: more make it slower.
    explicit TinyChatModel(int layers = 2, int maxContext = 4096)
    {
        qputenv("QWILL_CACHE_DIR", QByteArray::fromStdString(m_cache.string())); // the machine's own stays as it is
        test::TinyModelOptions options;
        options.layers = layers;
        options.vocab = test::kTinyTextVocab;
        options.maxContext = maxContext;
        options.eos = {256};
        test::writeTinyModel(m_dir.path(), options);
        test::writeTinyTokenizer(m_dir.path());
    }

    LoadSettings settings(int contextLength = 2048) const
    {
        LoadSettings settings;
        settings.path = QString::fromStdString(m_dir.string());
        settings.contextLength = contextLength;
        settings.threads = 1;
        settings.weights = engine::WeightFormat::F32;
        return settings;
    }

    void loadInto(EngineHost& host, int contextLength = 2048) const
    {
        host.load(settings(contextLength));
        QVERIFY2(QTest::qWaitFor([&] { return host.state() != EngineHost::State::Loading; }, 20000), "loading hangs");
        QVERIFY2(host.state() == EngineHost::State::Ready, qPrintable(host.errorText()));
    }

private:
    test::TempDir m_dir;
    test::TempDir m_cache;
};

} // namespace qwill::app
