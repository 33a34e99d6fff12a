#include "markdown/block_builder.h"

#include "markdown/cjk_emphasis.h"
#include "markdown/formula_syntax.h"

#include <cmark-gfm-core-extensions.h>
#include <cmark-gfm.h>

#include <QStringBuilder>

#include <memory>

namespace qwill::app {

namespace {

constexpr int kMaxNesting = 64; // containers deeper than this are shown at this depth
constexpr int kTableRows = 30; // about a screen: a longer table goes on in another block

struct FreeNode {
    void operator()(cmark_node* node) const { cmark_node_free(node); }
};
using Document = std::unique_ptr<cmark_node, FreeNode>;

Document parse(QByteArrayView utf8, Footnotes footnotes)
{
    cmark_gfm_core_extensions_ensure_registered();
    cmark_parser* parser =
        cmark_parser_new(CMARK_OPT_VALIDATE_UTF8 | (footnotes == Footnotes::Yes ? CMARK_OPT_FOOTNOTES : 0));
    attachFormulaSyntax(parser); // before the tables, which take every line of a paragraph for themselves
    for (const char* name : {"table", "strikethrough", "autolink", "tasklist"})
        if (cmark_syntax_extension* extension = cmark_find_syntax_extension(name))
            cmark_parser_attach_syntax_extension(parser, extension);
    const QByteArray text = easeEmphasis(protectBrackets(utf8));
    cmark_parser_feed(parser, text.data(), static_cast<std::size_t>(text.size()));
    Document document(cmark_parser_finish(parser));
    cmark_parser_free(parser);
    return document;
}

QString literalText(cmark_node* node)
{
    return restoreText(QString::fromUtf8(cmark_node_get_literal(node)));
}

QString literalCode(cmark_node* node)
{
    return restoreCode(QString::fromUtf8(cmark_node_get_literal(node)));
}

bool isType(cmark_node* node, const char* name)
{
    return qstrcmp(cmark_node_get_type_string(node), name) == 0;
}

// Chinese and Japanese: ideographs, kana, and the punctuation that goes with them. Not Hangul, which has spaces.
bool isUnspaced(QChar c)
{
    const char16_t u = c.unicode();
    return (u >= 0x2E80 && u <= 0x30FF) || (u >= 0x3400 && u <= 0x9FFF) || (u >= 0xF900 && u <= 0xFAFF)
        || (u >= 0xFE30 && u <= 0xFE4F) || (u >= 0xFF01 && u <= 0xFF60);
}

// Inline nodes as rich text and as plain text, side by side.
class InlineWriter {
public:
    explicit InlineWriter(const BlockStyle& style) : m_style(style) { }

    void writeChildren(cmark_node* parent)
    {
        for (cmark_node* node = cmark_node_first_child(parent); node; node = cmark_node_next(node))
            write(node);
    }

    const QString& rich() const { return m_rich; }
    const QString& plain() const { return m_plain; }

private:
    void text(const QString& text)
    {
        m_rich += text.toHtmlEscaped();
        m_plain += text;
    }

    // A line that ends in the middle of a paragraph is a space, but not between characters that are written without
    // any.
    void softBreak(cmark_node* node)
    {
        cmark_node* next = cmark_node_next(node);
        while (next && cmark_node_get_type(next) != CMARK_NODE_TEXT && cmark_node_first_child(next))
            next = cmark_node_first_child(next);
        const bool textFollows = next && cmark_node_get_type(next) == CMARK_NODE_TEXT;
        const QString after = textFollows ? literalText(next) : QString();
        if (m_plain.isEmpty() || after.isEmpty() || !isUnspaced(m_plain.back()) || !isUnspaced(after.front()))
            text(QStringLiteral(" "));
    }

    void wrapped(cmark_node* node, QLatin1StringView tag)
    {
        m_rich += u'<' % tag % u'>';
        writeChildren(node);
        m_rich += QLatin1StringView("</") % tag % u'>';
    }

    void link(cmark_node* node)
    {
        const QString url = restoreText(QString::fromUtf8(cmark_node_get_url(node)));
        m_rich += QLatin1StringView("<a href=\"") % url.toHtmlEscaped() % QLatin1StringView("\" style=\"color:")
            % m_style.link % QLatin1StringView("\">");
        const bool image = cmark_node_get_type(node) == CMARK_NODE_IMAGE;
        const qsizetype before = m_plain.size();
        if (image)
            m_rich += QLatin1StringView("&#128444; "); // a framed picture: named, never fetched
        writeChildren(node);
        if (m_plain.size() == before)
            text(url);
        m_rich += QLatin1StringView("</a>");
    }

    void code(const QString& code)
    {
        m_rich += QLatin1StringView("<span style=\"font-family:'") % m_style.codeFont
            % QLatin1StringView("';background-color:") % m_style.codeBackground % QLatin1StringView("\">")
            % code.toHtmlEscaped().replace(u' ', QChar::Nbsp) % QLatin1StringView("</span>");
        m_plain += code;
    }

    void formula(const Formula& formula)
    {
        m_rich += QLatin1StringView("<img src=\"") % formula.url()
            % QLatin1StringView("\" width=\"8\" height=\"8\">"); // sized, so that nobody looks for a file of that name
        m_plain += formula.source();
    }

    void footnoteReference(cmark_node* node)
    {
        const QString number = literalText(node);
        m_rich += QLatin1StringView("<sup>") % number.toHtmlEscaped() % QLatin1StringView("</sup>");
        m_plain += u'[' % number % u']';
    }

    void write(cmark_node* node)
    {
        if (++m_depth <= kMaxNesting) {
            switch (cmark_node_get_type(node)) {
            case CMARK_NODE_TEXT: text(literalText(node)); break;
            case CMARK_NODE_SOFTBREAK: softBreak(node); break;
            case CMARK_NODE_LINEBREAK:
                m_rich += QLatin1StringView("<br>");
                m_plain += u'\n';
                break;
            case CMARK_NODE_CODE: code(literalCode(node)); break;
            case CMARK_NODE_HTML_INLINE:
                if (const std::optional<Formula> found = inlineFormula(node))
                    formula(*found);
                else
                    text(literalCode(node));
                break;
            case CMARK_NODE_EMPH: wrapped(node, QLatin1StringView("i")); break;
            case CMARK_NODE_STRONG: wrapped(node, QLatin1StringView("b")); break;
            case CMARK_NODE_LINK:
            case CMARK_NODE_IMAGE: link(node); break;
            default:
                if (cmark_node_get_type(node) == CMARK_NODE_FOOTNOTE_REFERENCE)
                    footnoteReference(node);
                else if (isType(node, "strikethrough"))
                    wrapped(node, QLatin1StringView("s"));
                else
                    writeChildren(node);
            }
        }
        --m_depth;
    }

    const BlockStyle& m_style;
    QString m_rich;
    QString m_plain;
    int m_depth = 0;
};

// Walks the block nodes and appends leaves.
class BlockWalker {
public:
    BlockWalker(const BlockStyle& style, Blocks& blocks) : m_style(style), m_blocks(blocks) { }

    void walk(cmark_node* node)
    {
        switch (cmark_node_get_type(node)) {
        case CMARK_NODE_PARAGRAPH: paragraph(node, BlockKind::Paragraph); return;
        case CMARK_NODE_HEADING: paragraph(node, BlockKind::Heading); return;
        case CMARK_NODE_CODE_BLOCK: code(node); return;
        case CMARK_NODE_HTML_BLOCK: verbatim(BlockKind::Html, literalCode(node)); return;
        case CMARK_NODE_THEMATIC_BREAK: append(BlockKind::Rule); return;
        case CMARK_NODE_BLOCK_QUOTE: quote(node); return;
        case CMARK_NODE_LIST: list(node); return;
        case CMARK_NODE_CUSTOM_BLOCK: formula(*formulaBlock(node)); return;
        default: break;
        }
        if (isType(node, "table"))
            table(node);
        else if (cmark_node_get_type(node) == CMARK_NODE_FOOTNOTE_DEFINITION)
            footnote(node);
        else
            walkChildren(node);
    }

private:
    void walkChildren(cmark_node* parent)
    {
        if (++m_depth <= kMaxNesting) // a reply of ten thousand '>' must not take the stack
            for (cmark_node* node = cmark_node_first_child(parent); node; node = cmark_node_next(node))
                walk(node);
        --m_depth;
    }

    Block& append(BlockKind kind)
    {
        Block block;
        block.kind = kind;
        block.indent = static_cast<std::uint8_t>(std::min(m_indent, kMaxNesting));
        block.quoteDepth = static_cast<std::uint8_t>(std::min(m_quoteDepth, kMaxNesting));
        block.marker = std::exchange(m_marker, QString());
        m_blocks.append(std::move(block));
        return m_blocks.last();
    }

    void paragraph(cmark_node* node, BlockKind kind)
    {
        InlineWriter writer(m_style);
        writer.writeChildren(node);
        Block& block = append(kind);
        block.level = static_cast<std::uint8_t>(kind == BlockKind::Heading ? cmark_node_get_heading_level(node) : 0);
        block.text = writer.rich();
        block.plain = writer.plain();
    }

    void formula(const FormulaBlock& formula)
    {
        if (formula.closed) {
            Block& block = append(BlockKind::Formula);
            block.text = formula.tex;
            block.plain = formula.tex;
        } else {
            asWritten(formula.source);
        }
        if (!formula.rest.isEmpty())
            asWritten(formula.rest);
    }

    void asWritten(const QString& text)
    {
        Block& block = append(BlockKind::Paragraph);
        block.text = text.toHtmlEscaped().replace(u'\n', QLatin1StringView("<br>"));
        block.plain = text;
    }

    void verbatim(BlockKind kind, QString text)
    {
        if (text.endsWith(u'\n'))
            text.chop(1);
        append(kind).text = std::move(text);
    }

    void code(cmark_node* node)
    {
        verbatim(BlockKind::Code, literalCode(node));
        const QString info = restoreText(QString::fromUtf8(cmark_node_get_fence_info(node))).trimmed();
        m_blocks.last().language = info.section(u' ', 0, 0);
    }

    void quote(cmark_node* node)
    {
        ++m_quoteDepth;
        walkChildren(node);
        --m_quoteDepth;
    }

    void list(cmark_node* node)
    {
        const bool ordered = cmark_node_get_list_type(node) == CMARK_ORDERED_LIST;
        const QChar delimiter = cmark_node_get_list_delim(node) == CMARK_PAREN_DELIM ? u')' : u'.';
        int number = cmark_node_get_list_start(node);
        ++m_indent;
        for (cmark_node* item = cmark_node_first_child(node); item; item = cmark_node_next(item), ++number) {
            if (isType(item, "tasklist"))
                m_marker = QString(cmark_gfm_extensions_get_tasklist_item_checked(item) ? u'\u2611' : u'\u2610');
            else
                m_marker = ordered ? QString::number(number) + delimiter : QStringLiteral("•");
            walkChildren(item);
            if (!m_marker.isEmpty())
                append(BlockKind::Paragraph); // an item without content still shows its marker
        }
        --m_indent;
    }

    void footnote(cmark_node* node)
    {
        ++m_indent;
        m_marker = QString::number(++m_footnotes) + u'.';
        walkChildren(node);
        m_marker.clear();
        --m_indent;
    }

    // A long table goes on in further blocks, each below the heading again, so that none costs more than these rows do
    // when it grows and what is out of view need not exist.
    void table(cmark_node* node)
    {
        cmark_node* heading = cmark_node_first_child(node);
        QString rich, plain;
        int rows = 0, parts = 0;
        const auto end = [&] {
            Block& block = append(BlockKind::Table);
            block.level = static_cast<std::uint8_t>(parts++ > 0 ? 1 : 0); // it goes on from the one before
            block.text = std::exchange(rich, QString()) % QLatin1StringView("</table>");
            block.plain = std::exchange(plain, QString());
            rows = 0;
        };
        for (cmark_node* row = heading; row; row = cmark_node_next(row)) {
            if (rows == 0)
                rich = QLatin1StringView("<table border=\"1\" cellspacing=\"0\" cellpadding=\"6\" "
                                         "style=\"border-collapse:collapse;border-color:")
                    % m_style.border % QLatin1StringView("\">");
            if (rows == 0 && row != heading) {
                QString said;
                tableRow(node, heading, rich, said); // to be read, not to be found again
            }
            tableRow(node, row, rich, plain);
            if (++rows > kTableRows && cmark_node_next(row))
                end();
        }
        end();
    }

    void tableRow(cmark_node* table, cmark_node* row, QString& rich, QString& plain)
    {
        const int columns = cmark_gfm_extensions_get_table_columns(table);
        const std::uint8_t* alignments = cmark_gfm_extensions_get_table_alignments(table);
        const QLatin1StringView tag(cmark_gfm_extensions_get_table_row_is_header(row) ? "th" : "td");
        rich += QLatin1StringView("<tr>");
        int column = 0;
        for (cmark_node* cell = cmark_node_first_child(row); cell; cell = cmark_node_next(cell), ++column) {
            InlineWriter writer(m_style);
            writer.writeChildren(cell);
            const char align = column < columns && alignments ? static_cast<char>(alignments[column]) : 'l';
            const QLatin1StringView side(align == 'c' ? "center" : align == 'r' ? "right" : "left");
            rich += u'<' % tag % QLatin1StringView(" align=\"") % side % QLatin1StringView("\">") % writer.rich()
                % QLatin1StringView("</") % tag % u'>';
            plain += writer.plain() % (cmark_node_next(cell) ? u'\t' : u'\n');
        }
        rich += QLatin1StringView("</tr>");
    }

    const BlockStyle& m_style;
    Blocks& m_blocks;
    QString m_marker; // of the item whose first block comes next
    int m_indent = 0;
    int m_quoteDepth = 0;
    int m_footnotes = 0;
    int m_depth = 0;
};

} // namespace

// A table takes the last line of the paragraph before it as its header. What is left of the paragraph has no line of
// its own then, and the two are one unit while the table may still grow.
static bool continuesPrevious(cmark_node* node)
{
    cmark_node* previous = cmark_node_previous(node);
    return previous && isType(node, "table") && cmark_node_get_start_line(previous) == 0;
}

ParsedMarkdown buildBlocks(QByteArrayView utf8, const BlockStyle& style, Footnotes footnotes)
{
    const Document document = parse(utf8, footnotes);
    ParsedMarkdown parsed;
    BlockWalker walker(style, parsed.blocks);
    for (cmark_node* node = cmark_node_first_child(document.get()); node; node = cmark_node_next(node)) {
        if (!continuesPrevious(node))
            parsed.lastNodeBlock = parsed.blocks.size();
        parsed.lastNodeLine = std::max(1, cmark_node_get_start_line(node));
        walker.walk(node);
    }
    return parsed;
}

} // namespace qwill::app
