#pragma once
// Formula: one piece of TeX and how it is set. In a block's rich text an inline formula stands as an image whose
// address carries it, so that the window can set it without asking back. A plain value; any thread.

#include <QHashFunctions>
#include <QString>

#include <optional>

namespace qwill::app {

enum class FormulaStyle { Inline, Display };

struct Formula {
    // Longer is text: nobody reads a formula of three pages, and typesetting time is bounded by it.
    static constexpr qsizetype kMaxLength = 4000;

    QString tex; // without delimiters
    FormulaStyle style = FormulaStyle::Inline;

    QString source() const; // with delimiters, as Markdown
    QString url() const; // "formula:inline/…" or "formula:display/…"
    static std::optional<Formula> fromUrl(QStringView url);

    bool operator==(const Formula&) const = default;
};

inline std::size_t qHash(const Formula& formula, std::size_t seed = 0)
{
    return qHashMulti(seed, formula.tex, static_cast<int>(formula.style));
}

} // namespace qwill::app
