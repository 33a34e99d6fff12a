#include "markdown/formula_syntax.h"

#include "markdown/cjk_emphasis.h"

#include <cmark-gfm-extension_api.h>
#include <cmark-gfm.h>
#include <cmark-gfm/chunk.h>

#include <QStringBuilder>

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstring>
#include <utility>

namespace qwill::app {

namespace {

// Private-use code points of the last plane, where no icon font lives: U+10FF00 "\(", 01 "\)", 02 "\[", 03 "\]".
constexpr QByteArrayView kBrackets("()[]");
constexpr char kPrefix[] = "\xF4\x8F\xBC"; // of all four in UTF-8; the fourth byte is 0x80 + its index
constexpr qsizetype kMarkBytes = 4;
constexpr char16_t kHigh = 0xDBFF, kLow = 0xDF00; // the same in UTF-16
constexpr int kOpenRound = 0, kCloseRound = 1, kOpenSquare = 2, kCloseSquare = 3;

// Bytes, hence somewhat more than Formula::kMaxLength characters.
constexpr qsizetype kMaxBytes = 3 * Formula::kMaxLength;

bool isMark(QByteArrayView text, qsizetype at, int which)
{
    return text.size() - at >= kMarkBytes && std::memcmp(text.data() + at, kPrefix, 3) == 0
        && text[at + 3] == static_cast<char>(0x80 + which);
}

bool isSpace(char c)
{
    return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

bool isDigit(char c)
{
    return c >= '0' && c <= '9';
}

bool isLetter(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

QString restored(QString text, bool withBackslash)
{
    text = withoutEase(std::move(text));
    qsizetype at = text.indexOf(QChar(kHigh));
    if (at < 0)
        return text;
    QString out;
    out.reserve(text.size());
    qsizetype taken = 0;
    for (; at >= 0; at = text.indexOf(QChar(kHigh), at + 1)) {
        const char16_t low = at + 1 < text.size() ? text[at + 1].unicode() : u'\0';
        if (low < kLow || low >= kLow + kBrackets.size())
            continue;
        out += QStringView(text).sliced(taken, at - taken);
        if (withBackslash)
            out += u'\\';
        out += QLatin1Char(kBrackets[low - kLow]);
        taken = at + 2;
    }
    return out += QStringView(text).sliced(taken);
}

qsizetype dollarRun(QByteArrayView text, qsizetype at)
{
    qsizetype n = 0;
    while (at + n < text.size() && text[at + n] == '$')
        ++n;
    return n;
}

// Where the closing "$" or "$$" begins, from `at` on; −1 = there is none before the text ends or code begins.
qsizetype findDollars(QByteArrayView text, qsizetype at, qsizetype count)
{
    for (const qsizetype end = std::min(text.size(), at + kMaxBytes); at < end; ++at) {
        if (text[at] == '\\')
            ++at;
        else if (text[at] == '`')
            return -1;
        else if (text[at] == '$' && (count == 1 || dollarRun(text, at) >= 2))
            return at;
    }
    return -1;
}

qsizetype findMark(QByteArrayView text, qsizetype at, int close)
{
    for (const qsizetype end = std::min(text.size(), at + kMaxBytes); at < end; ++at) {
        if (isMark(text, at, close))
            return at;
        if (isMark(text, at, close - 1) || text[at] == '`') // one opens inside another, or code begins
            return -1;
    }
    return -1;
}

// "$5 and HK$", "5$和10$": prices on both sides of words, with nothing that only TeX has.
bool looksLikeMoney(QByteArrayView content, bool digitBefore)
{
    if (!digitBefore && !isDigit(content[0]))
        return false;
    bool words = false;
    for (qsizetype i = 0; i < content.size(); ++i) {
        if (std::strchr("\\^_{}=", content[i]))
            return false;
        const bool word =
            i + 2 < content.size() && isSpace(content[i]) && isLetter(content[i + 1]) && isLetter(content[i + 2]);
        words = words || word || static_cast<unsigned char>(content[i]) >= 0x80;
    }
    return words;
}

bool isFormulaText(QByteArrayView content)
{
    const QString text = QString::fromUtf8(content).trimmed();
    return !text.isEmpty() && text.size() <= Formula::kMaxLength;
}

cmark_node* textNode(const char* text)
{
    cmark_node* node = cmark_node_new(CMARK_NODE_TEXT);
    cmark_node_set_literal(node, text);
    return node;
}

// HTML_INLINE, since table cells admit no other kind that is ours to fill; the user data tells it from HTML.
char kInlineMark, kDisplayMark;

cmark_node* formulaNode(QByteArrayView content, FormulaStyle style)
{
    cmark_node* node = cmark_node_new(CMARK_NODE_HTML_INLINE);
    cmark_node_set_literal(node, content.toByteArray().constData());
    cmark_node_set_user_data(node, style == FormulaStyle::Display ? &kDisplayMark : &kInlineMark);
    return node;
}

cmark_node* matchDollars(QByteArrayView text, qsizetype at, cmark_inline_parser* parser)
{
    const qsizetype run = dollarRun(text, at);
    const qsizetype begin = at + run;
    const qsizetype end = run <= 2 ? findDollars(text, begin, run) : -1;
    bool good = end > begin && isFormulaText(text.sliced(begin, end - begin));
    if (good && run == 1)
        good = !isSpace(text[begin]) && !isSpace(text[end - 1]) && (end + 1 == text.size() || !isDigit(text[end + 1]))
            && !looksLikeMoney(text.sliced(begin, end - begin), at > 0 && isDigit(text[at - 1]));
    if (!good) {
        if (run == 1)
            return nullptr;
        cmark_inline_parser_set_offset(parser, static_cast<int>(begin));
        return textNode(QByteArray(run, '$').constData());
    }
    cmark_inline_parser_set_offset(parser, static_cast<int>(end + run));
    return formulaNode(text.sliced(begin, end - begin), run == 2 ? FormulaStyle::Display : FormulaStyle::Inline);
}

cmark_node* matchInline(cmark_syntax_extension*, cmark_parser*, cmark_node*, unsigned char c,
                        cmark_inline_parser* parser)
{
    const cmark_chunk* chunk = cmark_inline_parser_get_chunk(parser);
    const QByteArrayView text(chunk->data, chunk->len);
    const qsizetype at = cmark_inline_parser_get_offset(parser);
    if (c == '$')
        return matchDollars(text, at, parser);
    const bool square = isMark(text, at, kOpenSquare);
    if (!square && !isMark(text, at, kOpenRound))
        return nullptr;
    const qsizetype begin = at + kMarkBytes;
    const qsizetype end = findMark(text, begin, square ? kCloseSquare : kCloseRound);
    if (end < 0 || !isFormulaText(text.sliced(begin, end - begin)))
        return nullptr;
    cmark_inline_parser_set_offset(parser, static_cast<int>(end + kMarkBytes));
    return formulaNode(text.sliced(begin, end - begin), square ? FormulaStyle::Display : FormulaStyle::Inline);
}

// A paragraph that holds an opening "$$" takes the next one as its end.
bool hasOpenDollars(cmark_node* paragraph)
{
    const QByteArrayView text(cmark_node_get_string_content(paragraph));
    bool open = false;
    for (qsizetype at = 0; at < text.size(); ++at) {
        if (text[at] == '\\') {
            ++at;
        } else if (text[at] == '$') {
            const qsizetype run = dollarRun(text, at);
            open = open != (run == 2);
            at += run - 1;
        }
    }
    return open;
}

// CUSTOM_BLOCK: on_enter holds the lines so far, on_exit the delimiter ('$' or '[') and, once closed, what follows it.
struct BlockState {
    char delimiter;
    bool closed;
    QByteArrayView rest;
};

BlockState blockState(cmark_node* node)
{
    const QByteArrayView state(cmark_node_get_on_exit(node));
    return {state[0], state.size() > 1, state.size() > 2 ? state.sliced(2) : QByteArrayView()};
}

// Punctuation behind a display formula belongs to it: typeset, it stands where it should.
bool isPunctuation(QByteArrayView text)
{
    static const std::array<QByteArrayView, 8> kMarks{".", ",", ";", ":", "\u3002", "\uFF0C", "\uFF1B", "\uFF1A"};
    return std::find(kMarks.begin(), kMarks.end(), text) != kMarks.end();
}

// Takes a line, from behind the opening delimiter on the first one.
void takeLine(cmark_node* node, char delimiter, QByteArrayView line)
{
    const qsizetype end = delimiter == '$' ? findDollars(line, 0, 2) : findMark(line, 0, kCloseSquare);
    QByteArray content(cmark_node_get_on_enter(node));
    if (!content.isEmpty())
        content += '\n';
    content += end < 0 ? line : line.first(end);
    QByteArray state(1, delimiter);
    if (end >= 0) {
        const QByteArrayView rest = line.sliced(end + (delimiter == '$' ? 2 : kMarkBytes)).trimmed();
        state += '!';
        if (isPunctuation(rest))
            content += rest.size() == 1 ? rest.toByteArray() : "\\text{" + rest.toByteArray() + '}';
        else
            state += rest;
    }
    cmark_node_set_on_enter(node, content.constData());
    cmark_node_set_on_exit(node, state.constData());
}

QByteArrayView lineFromText(cmark_parser* parser, const unsigned char* input, int length)
{
    const int at = std::min(cmark_parser_get_first_nonspace(parser), length);
    return QByteArrayView(input + at, length - at).trimmed();
}

void consumeLine(cmark_parser* parser, const unsigned char* input, int length)
{
    cmark_parser_advance_offset(parser, reinterpret_cast<const char*>(input),
                                std::max(0, length - 1 - cmark_parser_get_offset(parser)), 0);
}

cmark_node* openBlock(cmark_syntax_extension* extension, int, cmark_parser* parser, cmark_node* parent,
                      unsigned char* input, int length)
{
    const QByteArrayView line = lineFromText(parser, input, length);
    const bool dollars = dollarRun(line, 0) == 2;
    if (!dollars && !isMark(line, 0, kOpenSquare))
        return nullptr;
    const QByteArrayView first = line.sliced(dollars ? 2 : kMarkBytes);
    if (first.contains('`'))
        return nullptr;
    const qsizetype end = dollars ? findDollars(first, 0, 2) : findMark(first, 0, kCloseSquare);
    if (end >= 0) { // closed on its first line: alone there it is a block, within text it is inline
        const QByteArrayView rest = first.sliced(end + (dollars ? 2 : kMarkBytes)).trimmed();
        if (!isFormulaText(first.first(end)) || (!rest.isEmpty() && !isPunctuation(rest)))
            return nullptr;
    }
    if (dollars && cmark_node_get_type(parent) == CMARK_NODE_PARAGRAPH && hasOpenDollars(parent))
        return nullptr;
    cmark_node* node = cmark_parser_add_child(parser, parent, CMARK_NODE_CUSTOM_BLOCK,
                                              cmark_parser_get_first_nonspace_column(parser) + 1);
    cmark_node_set_syntax_extension(node, extension);
    takeLine(node, dollars ? '$' : '[', first);
    consumeLine(parser, input, length);
    return node;
}

int continueBlock(cmark_syntax_extension*, cmark_parser* parser, unsigned char* input, int length, cmark_node* node)
{
    const BlockState state = blockState(node);
    const QByteArrayView line = lineFromText(parser, input, length);
    const auto taken = static_cast<qsizetype>(std::strlen(cmark_node_get_on_enter(node)));
    if (state.closed || line.isEmpty() || taken + line.size() > kMaxBytes)
        return 0;
    takeLine(node, state.delimiter, line);
    consumeLine(parser, input, length);
    return 1;
}

cmark_syntax_extension* formulaSyntax()
{
    static cmark_syntax_extension* const extension = [] {
        cmark_syntax_extension* made = cmark_syntax_extension_new("formula");
        cmark_syntax_extension_set_match_inline_func(made, matchInline);
        cmark_syntax_extension_set_open_block_func(made, openBlock);
        cmark_syntax_extension_set_match_block_func(made, continueBlock);
        cmark_mem* memory = cmark_get_default_mem_allocator();
        cmark_llist* bytes = nullptr;
        for (const unsigned char byte : {static_cast<unsigned char>('$'), static_cast<unsigned char>(kPrefix[0])})
            bytes = cmark_llist_append(memory, bytes, reinterpret_cast<void*>(static_cast<std::uintptr_t>(byte)));
        cmark_syntax_extension_set_special_inline_chars(made, bytes);
        return made;
    }();
    return extension;
}

} // namespace

QByteArray protectBrackets(QByteArrayView utf8)
{
    QByteArray text;
    text.reserve(utf8.size() + utf8.size() / 16);
    qsizetype taken = 0;
    for (qsizetype at = utf8.indexOf('\\'); at >= 0 && at + 1 < utf8.size(); at = utf8.indexOf('\\', at + 2)) {
        const qsizetype which = kBrackets.indexOf(utf8[at + 1]);
        if (which < 0)
            continue; // "\\" is skipped whole, so that "\\(" stays a backslash and a bracket
        text += utf8.sliced(taken, at - taken);
        text += kPrefix;
        text += static_cast<char>(0x80 + which);
        taken = at + 2;
    }
    text += utf8.sliced(taken);
    return text;
}

QString restoreText(QString text)
{
    return restored(std::move(text), false);
}

QString restoreCode(QString text)
{
    return restored(std::move(text), true);
}

void attachFormulaSyntax(cmark_parser* parser)
{
    cmark_parser_attach_syntax_extension(parser, formulaSyntax());
}

std::optional<Formula> inlineFormula(cmark_node* node)
{
    const void* mark = cmark_node_get_user_data(node);
    if (mark != &kInlineMark && mark != &kDisplayMark)
        return {};
    return Formula{restoreCode(QString::fromUtf8(cmark_node_get_literal(node))).trimmed(),
                   mark == &kDisplayMark ? FormulaStyle::Display : FormulaStyle::Inline};
}

std::optional<FormulaBlock> formulaBlock(cmark_node* node)
{
    if (cmark_node_get_type(node) != CMARK_NODE_CUSTOM_BLOCK)
        return {};
    const BlockState state = blockState(node);
    const QString content = restoreCode(QString::fromUtf8(cmark_node_get_on_enter(node)));
    FormulaBlock block;
    block.tex = content.trimmed();
    block.closed = state.closed && isFormulaText(cmark_node_get_on_enter(node));
    block.rest = restoreText(QString::fromUtf8(state.rest));
    if (!block.closed) {
        const bool dollars = state.delimiter == '$';
        block.source = QLatin1StringView(dollars ? "$$" : "\\[") % content
            % QLatin1StringView(!state.closed ? ""
                                    : dollars ? "$$"
                                              : "\\]");
    }
    return block;
}

} // namespace qwill::app
