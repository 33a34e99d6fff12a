#include "markdown/cjk_emphasis.h"

#include <QChar>
#include <QList>

#include <algorithm>
#include <array>

namespace qwill::app {

namespace {

// Punctuation at both ends, so that it serves before and behind a run; and a private character between them, so that
// nobody wrote it.
constexpr char kEase[] = "\u2E30\uF7A3\u2E30";
constexpr char16_t kEaseText[] = u"\u2E30\uF7A3\u2E30";

struct Range {
    char32_t first, last;
};

// Letters of scripts that are written without spaces, and Hangul, whose particles follow a word at once.
constexpr std::array kLetters{
    Range{0x1100, 0x11FF}, Range{0x3005, 0x3007},   Range{0x3021, 0x3029}, Range{0x3031, 0x3035}, Range{0x3038, 0x303C},
    Range{0x3041, 0x309F}, Range{0x30A1, 0x30FA},   Range{0x30FC, 0x31FF}, Range{0x3400, 0x4DBF}, Range{0x4E00, 0x9FFF},
    Range{0xAC00, 0xD7FF}, Range{0xF900, 0xFAFF},   Range{0xFF10, 0xFF19}, Range{0xFF21, 0xFF3A}, Range{0xFF41, 0xFF5A},
    Range{0xFF66, 0xFFDC}, Range{0x20000, 0x3FFFF},
};

bool isLetter(char32_t c)
{
    return std::any_of(kLetters.begin(), kLetters.end(), [c](Range r) { return c >= r.first && c <= r.last; });
}

// As cmark-gfm has it: ASCII's marks, and what Unicode calls punctuation.
bool isMark(char32_t c)
{
    return c < 0x80 ? c > 0x20 && c < 0x7F && !QChar::isLetterOrNumber(c) : QChar::isPunct(c);
}

bool isContinuation(char byte)
{
    return (static_cast<unsigned char>(byte) & 0xC0) == 0x80;
}

// The character that begins at `at`; 0 = none, or no UTF-8.
char32_t characterAt(QByteArrayView utf8, qsizetype at)
{
    if (at >= utf8.size())
        return 0;
    qsizetype end = at + 1;
    while (end < utf8.size() && end < at + 4 && isContinuation(utf8[end]))
        ++end;
    const auto decoded = QString::fromUtf8(utf8.sliced(at, end - at)).toUcs4();
    return decoded.size() == 1 ? decoded.front() : 0;
}

char32_t characterBefore(QByteArrayView utf8, qsizetype at)
{
    qsizetype begin = at - 1;
    while (begin > 0 && begin > at - 4 && isContinuation(utf8[begin]))
        --begin;
    return begin < 0 ? 0 : characterAt(utf8, begin);
}

bool isRunByte(char byte)
{
    return byte == '*' || byte == '~';
}

} // namespace

QByteArray easeEmphasis(QByteArrayView utf8)
{
    QByteArray text;
    qsizetype taken = 0;
    for (qsizetype at = 0; at < utf8.size();) {
        if (!isRunByte(utf8[at])) {
            ++at;
            continue;
        }
        const qsizetype begin = at;
        while (at < utf8.size() && utf8[at] == utf8[begin])
            ++at;
        const char32_t before = characterBefore(utf8, begin), after = characterAt(utf8, at);
        const bool lettersFirst = isLetter(before) && isMark(after);
        if (!lettersFirst && !(isMark(before) && isLetter(after)))
            continue;
        const qsizetype place = lettersFirst ? begin : at;
        text.append(utf8.sliced(taken, place - taken)).append(kEase);
        taken = place;
    }
    return text.append(utf8.sliced(taken));
}

QString withoutEase(QString text)
{
    static const QString ease = QString::fromUtf16(kEaseText);
    return text.remove(ease);
}

} // namespace qwill::app
