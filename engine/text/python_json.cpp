#include "text/python_json.h"

#include <nlohmann/json.hpp>

#include <charconv>
#include <cmath>
#include <cstdint>
#include <vector>

namespace qwill::engine {

namespace {

using nlohmann::json;

constexpr std::size_t kMaxDepth = 128;

// Python's repr: the shortest digits that read back, plain from 1e-4 to below 1e16, else with an exponent of two
// digits or more.
std::string pythonFloat(double value)
{
    char digits[40];
    const auto end = std::to_chars(digits, digits + sizeof digits, value, std::chars_format::scientific).ptr;
    std::string_view scientific(digits, static_cast<std::size_t>(end - digits));
    const std::size_t e = scientific.find('e');
    const int exponent = std::atoi(std::string(scientific.substr(e + 1)).c_str());
    if (value != 0 && (exponent < -4 || exponent >= 16))
        return std::string(scientific); // "1e+16", as Python writes it
    char plain[64];
    const auto plainEnd = std::to_chars(plain, plain + sizeof plain, value, std::chars_format::fixed).ptr;
    std::string text(plain, plainEnd);
    if (text.find('.') == std::string::npos)
        text.append(".0");
    return text;
}

class Writer final : public nlohmann::json_sax<json> {
public:
    std::string text;

    bool null() override { return scalar("null"); }
    bool boolean(bool v) override { return scalar(v ? "true" : "false"); }
    bool number_integer(number_integer_t v) override { return scalar(std::to_string(v)); }
    bool number_unsigned(number_unsigned_t v) override { return scalar(std::to_string(v)); }
    bool number_float(number_float_t v, const string_t& written) override
    {
        // Whole numbers beyond 64 bits arrive here; Python keeps them.
        if (written.find_first_of(".eE") == string_t::npos)
            return scalar(written);
        return scalar(pythonFloat(v));
    }
    bool string(string_t& v) override
    {
        separate();
        quote(v);
        return true;
    }
    bool binary(binary_t&) override { return false; }
    bool key(string_t& v) override
    {
        separate();
        quote(v);
        text.append(": ");
        m_afterKey = true;
        return true;
    }
    bool start_object(std::size_t) override { return open('{'); }
    bool end_object() override { return close('}'); }
    bool start_array(std::size_t) override { return open('['); }
    bool end_array() override { return close(']'); }
    bool parse_error(std::size_t, const std::string&, const json::exception&) override { return false; }

private:
    void separate()
    {
        if (m_afterKey)
            m_afterKey = false;
        else if (!m_hasMembers.empty()) {
            if (m_hasMembers.back())
                text.append(", ");
            m_hasMembers.back() = true;
        }
    }
    bool scalar(std::string_view written)
    {
        separate();
        text.append(written);
        return true;
    }
    bool open(char bracket)
    {
        separate();
        text.push_back(bracket);
        m_hasMembers.push_back(false);
        return m_hasMembers.size() <= kMaxDepth;
    }
    bool close(char bracket)
    {
        text.push_back(bracket);
        m_hasMembers.pop_back();
        return true;
    }
    void quote(std::string_view value)
    {
        text.push_back('"');
        for (const char c : value) {
            constexpr std::string_view kEscaped = "\"\\\n\r\t\b\f", kLetters = "\"\\nrtbf";
            if (const std::size_t at = kEscaped.find(c); at != std::string_view::npos) {
                text.append({'\\', kLetters[at]});
            } else if (static_cast<unsigned char>(c) < 0x20) {
                constexpr char kHex[] = "0123456789abcdef";
                text.append("\\u00").append({kHex[c >> 4], kHex[c & 15]});
            } else
                text.push_back(c);
        }
        text.push_back('"');
    }

    std::vector<bool> m_hasMembers; // of each open container
    bool m_afterKey = false;
};

} // namespace

Result<std::string> toPythonJson(std::string_view text)
{
    Writer writer;
    if (!json::sax_parse(text.begin(), text.end(), &writer))
        return Error{ErrorCode::Invalid, "Expected JSON, found '" + std::string(text.substr(0, 40)) + "'."};
    return std::move(writer.text);
}

} // namespace qwill::engine
