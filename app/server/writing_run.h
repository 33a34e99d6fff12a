#pragma once
// WritingRun: a chat reply or a completion, in one or several variants of one or several prompts. All variants of a
// prompt come from one prefill: the others begin when the first has read it, and find it in the prefix cache. HTTP
// thread.

#include "server/api_run.h"
#include "server/openai_protocol.h"
#include "server/reply_shape.h"

#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace qwill::app {

class WritingRun : public ApiRun {
public:
    using TokenBytes = std::function<std::string(engine::Token)>; // of the model that writes; empty when it is gone

    WritingRun(HttpReply reply, LiveRequest about, quint64 modelSerial, std::unique_ptr<ReplyShape> shape,
               WritingSpec spec, std::vector<std::vector<engine::Token>> prompts, TokenBytes bytes);

protected:
    engine::GenerationRequest request(int part) override;
    bool mayBegin(int part) const override;
    void began() override;
    void heard(int part, const engine::Event& event) override;
    void partEnded(int part, const engine::Finished& finished) override;
    void allEnded() override;

private:
    struct Writing {
        ReplyChoice choice;
        std::vector<ReplyToken> unsent; // tokens whose text has not come yet
        bool read = false; // the prompt
    };

    void addToken(Writing& writing, const engine::TokenInfo& info) const;
    void addText(Writing& writing, const std::string& text);
    void addCall(Writing& writing, engine::ToolCall call);

    std::unique_ptr<ReplyShape> m_shape;
    WritingSpec m_spec;
    std::vector<std::vector<engine::Token>> m_prompts;
    TokenBytes m_bytes;
    std::vector<Writing> m_writings; // prompt 0 variant 0, prompt 0 variant 1, …
};

} // namespace qwill::app
