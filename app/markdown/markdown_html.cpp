#include "markdown/markdown_html.h"

#include <cmark-gfm-core-extensions.h>
#include <cmark-gfm.h>

#include <QByteArray>
#include <QList>

#include <cstdlib>
#include <memory>

namespace qwill::app {

namespace {

template <auto function>
struct Call {
    template <typename T>
    void operator()(T* pointer) const
    {
        function(pointer);
    }
};
using Parser = std::unique_ptr<cmark_parser, Call<cmark_parser_free>>;
using Document = std::unique_ptr<cmark_node, Call<cmark_node_free>>;
using Text = std::unique_ptr<char, Call<std::free>>;

cmark_node* textNode(const char* literal)
{
    cmark_node* text = cmark_node_new(CMARK_NODE_TEXT);
    cmark_node_set_literal(text, literal);
    return text;
}

void putInPlace(cmark_node* old, cmark_node* replacement)
{
    cmark_node_replace(old, replacement);
    cmark_node_free(old);
}

void disarm(cmark_node* node)
{
    const cmark_node_type type = cmark_node_get_type(node);
    if (type == CMARK_NODE_HTML_INLINE) {
        putInPlace(node, textNode(cmark_node_get_literal(node)));
    } else if (type == CMARK_NODE_HTML_BLOCK) {
        cmark_node* paragraph = cmark_node_new(CMARK_NODE_PARAGRAPH);
        cmark_node_append_child(paragraph, textNode(cmark_node_get_literal(node)));
        putInPlace(node, paragraph);
    } else if (type == CMARK_NODE_IMAGE) {
        cmark_node* link = cmark_node_new(CMARK_NODE_LINK);
        cmark_node_set_url(link, cmark_node_get_url(node));
        while (cmark_node* child = cmark_node_first_child(node))
            cmark_node_append_child(link, child); // moves it
        if (!cmark_node_first_child(link))
            cmark_node_append_child(link, textNode(cmark_node_get_url(node)));
        putInPlace(node, link);
    }
}

} // namespace

QString markdownToHtml(QStringView source)
{
    cmark_gfm_core_extensions_ensure_registered();
    const int options = CMARK_OPT_VALIDATE_UTF8 | CMARK_OPT_FOOTNOTES;
    const Parser parser(cmark_parser_new(options));
    for (const char* name : {"table", "strikethrough", "autolink", "tasklist"})
        if (cmark_syntax_extension* extension = cmark_find_syntax_extension(name))
            cmark_parser_attach_syntax_extension(parser.get(), extension);
    const QByteArray utf8 = source.toUtf8();
    cmark_parser_feed(parser.get(), utf8.constData(), static_cast<std::size_t>(utf8.size()));
    const Document document(cmark_parser_finish(parser.get()));

    // Collected first: replacing a node under the iterator would end it.
    QList<cmark_node*> armed;
    cmark_iter* iterator = cmark_iter_new(document.get());
    for (cmark_event_type event; (event = cmark_iter_next(iterator)) != CMARK_EVENT_DONE;) {
        cmark_node* node = cmark_iter_get_node(iterator);
        const cmark_node_type type = cmark_node_get_type(node);
        const bool leaves = event == CMARK_EVENT_EXIT || type != CMARK_NODE_IMAGE;
        if (leaves && (type == CMARK_NODE_HTML_INLINE || type == CMARK_NODE_HTML_BLOCK || type == CMARK_NODE_IMAGE))
            armed.append(node);
    }
    cmark_iter_free(iterator);
    for (cmark_node* node : armed)
        disarm(node);
    const Text html(cmark_render_html(document.get(), options, cmark_parser_get_syntax_extensions(parser.get())));
    return QString::fromUtf8(html.get());
}

} // namespace qwill::app
