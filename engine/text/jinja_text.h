#pragma once
// Text: a string of the template interpreter that remembers, byte by byte, who wrote it: the template, whose special
// tokens are markup, or somebody else, whose never are. Every operation on strings keeps that. Values only; any thread.

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace qwill::engine::jinja {

enum class Origin : std::uint8_t {
    Template, // a literal of the template, or text around its tags
    Data, // a message, a tool's description, a variable from outside
    Mark, // one byte put behind the last message to find where it ends in what was rendered
};

class Text {
public:
    struct Run {
        std::size_t end = 0; // byte behind the run
        Origin origin = Origin::Template;
    };

    Text() = default;
    Text(std::string_view bytes, Origin origin) { append(bytes, origin); }

    std::string_view view() const { return m_bytes; }
    std::size_t size() const { return m_bytes.size(); }
    bool empty() const { return m_bytes.empty(); }
    const std::vector<Run>& runs() const { return m_runs; } // no two neighbours of one origin, none empty
    bool isAllTemplate() const;

    void append(std::string_view bytes, Origin origin);
    void append(const Text& other) { append(other, 0, other.size()); }
    void append(const Text& other, std::size_t begin, std::size_t end);
    // What `bytes` stands for is `source`'s [begin, …): it takes over that origin.
    void appendAs(const Text& source, std::size_t begin, std::string_view bytes);
    Text slice(std::size_t begin, std::size_t end) const;

    friend bool operator==(const Text& a, const Text& b) { return a.m_bytes == b.m_bytes; } // the bytes alone

private:
    std::size_t runAt(std::size_t byte) const; // index

    std::string m_bytes;
    std::vector<Run> m_runs;
};

// What Python's str.isspace() and str.strip() take for white space.
bool isPythonSpace(char32_t c);
// [begin, end) without what `isStripped` takes away at the chosen ends; chars empty = white space.
enum class Ends { Both, Left, Right };
std::pair<std::size_t, std::size_t> stripBounds(std::string_view text, std::string_view chars, Ends ends);

} // namespace qwill::engine::jinja
