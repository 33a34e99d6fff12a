#include "text/chat_variables.h"

#include "text/jinja_json.h"

#include <deque>
#include <string>

namespace qwill::engine {

namespace {

using jinja::Machine;
using jinja::Origin;
using jinja::Text;
using jinja::Value;
using Pairs = std::vector<std::pair<Value, Value>>;

class Builder {
public:
    Builder(const ChatInput& input, Machine& machine) : m_input(input), m_machine(machine) { }

    Value messages()
    {
        std::vector<Value> list;
        for (const ChatMessage& message : m_input.messages)
            list.push_back(this->message(message));
        return m_machine.list(std::move(list));
    }

    Value tools()
    {
        if (m_input.tools.empty())
            return Value::none();
        std::vector<Value> list;
        for (const ToolSpec& tool : m_input.tools) {
            const auto value = jinja::valueFromJson(m_machine, tool.json);
            if (!value)
                m_machine.fail("a tool's description is not JSON: '" + tool.json.substr(0, 40) + "'");
            list.push_back(*value);
        }
        return m_machine.list(std::move(list));
    }

private:
    Value data(std::string_view text) { return m_machine.string(text, Origin::Data); }
    Value key(std::string_view name) { return m_machine.string(name); }

    Value message(const ChatMessage& message)
    {
        Pairs pairs;
        pairs.emplace_back(key("role"), key(roleName(message.role)));
        const bool last = &message == &m_input.messages.back();
        if (m_input.emptyContentIsNone && message.content.empty() && !message.toolCalls.empty()) {
            pairs.emplace_back(key("content"), Value::none());
        } else {
            Text content(message.content, Origin::Data);
            if (last && m_input.continues())
                content.append("\x02", Origin::Mark); // no white space, so that nobody strips it
            pairs.emplace_back(key("content"), m_machine.string(std::move(content)));
        }
        if (!message.reasoning.empty())
            pairs.emplace_back(key("reasoning_content"), data(message.reasoning));
        if (!message.toolCalls.empty() && message.role == Role::Assistant)
            pairs.emplace_back(key("tool_calls"), toolCalls(message.toolCalls));
        if (message.role == Role::Tool)
            pairs.emplace_back(key("tool_call_id"), data(answeredCall(message)));
        if (!message.name.empty())
            pairs.emplace_back(key("name"), data(message.name));
        return m_machine.dict(std::move(pairs));
    }

    Value toolCalls(const std::vector<ToolCall>& calls)
    {
        std::vector<Value> list;
        m_open.clear();
        for (const ToolCall& call : calls) {
            m_open.push_back(call.id.empty() ? madeUpId() : call.id);
            const Value function =
                m_machine.dict({{key("name"), data(call.name)}, {key("arguments"), arguments(call.arguments)}});
            list.push_back(m_machine.dict(
                {{key("type"), key("function")}, {key("id"), data(m_open.back())}, {key("function"), function}}));
        }
        return m_machine.list(std::move(list));
    }

    // A dict that is also the text it was written as; only the text when that is not a JSON object.
    Value arguments(const std::string& written)
    {
        const Value text = data(written);
        auto value = jinja::valueFromJson(m_machine, written);
        if (!value || !value->isDict())
            return text;
        value->dict->written = text.text;
        return *value;
    }

    // Nine letters and digits, as Mistral's templates demand; the same for the same place in the conversation.
    std::string madeUpId()
    {
        std::string id = std::to_string(++m_madeUp);
        return "call" + std::string(id.size() < 5 ? 5 - id.size() : 0, '0') + id;
    }

    std::string answeredCall(const ChatMessage& message)
    {
        std::string id = message.toolCallId;
        if (id.empty())
            id = m_open.empty() ? madeUpId() : m_open.front(); // in the order of the calls
        if (!m_open.empty())
            m_open.pop_front();
        return id;
    }

    const ChatInput& m_input;
    Machine& m_machine;
    std::deque<std::string> m_open; // ids of the calls that have had no answer
    int m_madeUp = 0;
};

} // namespace

std::string_view roleName(Role role)
{
    switch (role) {
    case Role::System: return "system";
    case Role::User: return "user";
    case Role::Assistant: return "assistant";
    case Role::Tool: return "tool";
    }
    return "user";
}

void fillChatVariables(const ChatInput& input, Machine& machine, jinja::Scope& scope)
{
    if (!input.variables.empty()) {
        const auto variables = jinja::valueFromJson(machine, input.variables);
        if (!variables || !variables->isDict())
            machine.fail("its variables are not a JSON object");
        for (const auto& [name, value] : variables->dict->items)
            scope.set(name.text->view(), value);
    }
    Builder builder(input, machine);
    scope.set("messages", builder.messages());
    scope.set("tools", builder.tools());
    scope.set("documents", Value::none());
    scope.set("add_generation_prompt", Value::boolOf(input.forReply && !input.continues()));
    scope.set("bos_token", machine.string(input.bos));
    scope.set("eos_token", machine.string(input.eos));
}

} // namespace qwill::engine
