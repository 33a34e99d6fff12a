#include "sampling_form.h"

#include "engine_host.h"
#include "language_switch.h"
#include "settings.h"

#include <QJsonArray>
#include <QLocale>

#include <array>
#include <cmath>
#include <optional>

namespace qwill::app {

namespace {

using namespace Qt::StringLiterals;

enum class Kind { Decimal, Whole, Seed, Lines };

struct Line {
    const char* key;
    Kind kind;
    double lowest;
    double highest;
    const char* label;
    const char* explanation;
};

constexpr int kMostTokens = 262144;

constexpr std::array kLines{
    Line{"temperature", Kind::Decimal, 0, 2, QT_TRANSLATE_NOOP("qwill::app::SamplingForm", "Temperature"),
         QT_TRANSLATE_NOOP("qwill::app::SamplingForm",
                           "How daring the choice of words is: 0 always takes the likeliest, above 1 it gets wild.")},
    Line{"topK", Kind::Whole, 0, 1000, QT_TRANSLATE_NOOP("qwill::app::SamplingForm", "Top-k"),
         QT_TRANSLATE_NOOP("qwill::app::SamplingForm", "Only the k likeliest words may be chosen; 0 = all.")},
    Line{"topP", Kind::Decimal, 0, 1, QT_TRANSLATE_NOOP("qwill::app::SamplingForm", "Top-p"),
         QT_TRANSLATE_NOOP("qwill::app::SamplingForm",
                           "Only the likeliest words that together reach this share; 1 = all.")},
    Line{"minP", Kind::Decimal, 0, 1, QT_TRANSLATE_NOOP("qwill::app::SamplingForm", "Min-p"),
         QT_TRANSLATE_NOOP("qwill::app::SamplingForm",
                           "Only words with at least this share of the likeliest one’s chance; 0 = all.")},
    Line{"repetitionPenalty", Kind::Decimal, 0.1, 2,
         QT_TRANSLATE_NOOP("qwill::app::SamplingForm", "Repetition penalty"),
         QT_TRANSLATE_NOOP("qwill::app::SamplingForm",
                           "Makes words of the prompt and the reply less likely; 1 = off, 1.05 helps against loops.")},
    Line{"presencePenalty", Kind::Decimal, -2, 2, QT_TRANSLATE_NOOP("qwill::app::SamplingForm", "Presence penalty"),
         QT_TRANSLATE_NOOP("qwill::app::SamplingForm",
                           "Taken once from every word the reply has used: favours new subjects; 0 = off.")},
    Line{"frequencyPenalty", Kind::Decimal, -2, 2, QT_TRANSLATE_NOOP("qwill::app::SamplingForm", "Frequency penalty"),
         QT_TRANSLATE_NOOP("qwill::app::SamplingForm",
                           "Taken for each use of a word in the reply: favours new words; 0 = off.")},
    Line{
        "seed", Kind::Seed, 0, 0, QT_TRANSLATE_NOOP("qwill::app::SamplingForm", "Seed"),
        QT_TRANSLATE_NOOP("qwill::app::SamplingForm",
                          "The same seed, settings and model give the same reply again; empty = a new one each time.")},
    Line{"maxTokens", Kind::Whole, 1, kMostTokens, QT_TRANSLATE_NOOP("qwill::app::SamplingForm", "Max tokens"),
         QT_TRANSLATE_NOOP("qwill::app::SamplingForm", "The longest reply; 1000 tokens are about 750 English words.")},
    Line{"stop", Kind::Lines, 0, 0, QT_TRANSLATE_NOOP("qwill::app::SamplingForm", "Stop strings"),
         QT_TRANSLATE_NOOP("qwill::app::SamplingForm",
                           "The reply ends as soon as one of these appears; one a line, \\n for a line break.")},
};

const Line& lineOf(int row)
{
    return kLines[static_cast<std::size_t>(row)];
}

QString keyOf(const Line& line)
{
    return QString::fromLatin1(line.key);
}

// As few digits as the float needs: 0.7, not 0.699999988.
QString numberText(double value)
{
    QLocale locale;
    locale.setNumberOptions(QLocale::OmitGroupSeparator);
    return locale.toString(std::round(value * 1e4) / 1e4, 'g', QLocale::FloatingPointShortest);
}

std::optional<double> numberOf(const QString& text)
{
    bool ok = false;
    double value = QLocale::c().toDouble(text, &ok);
    if (!ok)
        value = QLocale().toDouble(text, &ok);
    if (!ok || !std::isfinite(value))
        return std::nullopt;
    return value;
}

QString shownStop(const QJsonArray& strings)
{
    QStringList lines;
    for (const auto& value : strings)
        lines.append(value.toString().replace(u'\\', u"\\\\"_s).replace(u'\n', u"\\n"_s));
    return lines.join(u'\n');
}

QString unescaped(const QString& line)
{
    QString text;
    for (qsizetype i = 0; i < line.size(); ++i) {
        const bool escape = line[i] == u'\\' && i + 1 < line.size();
        if (escape && (line[i + 1] == u'n' || line[i + 1] == u'\\'))
            text += line[++i] == u'n' ? u'\n' : u'\\';
        else
            text += line[i];
    }
    return text;
}

QString shown(const Line& line, const QJsonValue& value)
{
    switch (line.kind) {
    case Kind::Decimal: return value.isDouble() ? numberText(value.toDouble()) : QString();
    case Kind::Whole:
        return value.isDouble() && value.toInt() >= line.lowest ? QString::number(value.toInt()) : QString();
    case Kind::Seed: return value.toString();
    case Kind::Lines: return shownStop(value.toArray());
    }
    return {};
}

} // namespace

SamplingForm::SamplingForm(QObject* parent) : QAbstractListModel(parent)
{
    whenLanguageChanges(this, [this] { showAll(); });
}

int SamplingForm::rowCount(const QModelIndex& parent) const
{
    return parent.isValid() ? 0 : static_cast<int>(kLines.size());
}

QVariant SamplingForm::data(const QModelIndex& index, int role) const
{
    if (!checkIndex(index, CheckIndexOption::IndexIsValid | CheckIndexOption::ParentIsInvalid))
        return {};
    const Line& line = lineOf(index.row());
    switch (role) {
    case Qt::DisplayRole:
    case LabelRole: return tr(line.label);
    case ExplanationRole: return tr(line.explanation);
    case PlaceholderRole: return placeholder(index.row());
    case TextRole: return shown(line, m_values[keyOf(line)]);
    case IsSetRole: return m_values.contains(keyOf(line));
    case LinesRole: return line.kind == Kind::Lines;
    default: return {};
    }
}

QHash<int, QByteArray> SamplingForm::roleNames() const
{
    return {{LabelRole, "label"},
            {ExplanationRole, "explanation"},
            {PlaceholderRole, "placeholder"},
            {TextRole, "text"},
            {IsSetRole, "isSet"},
            {LinesRole, "lines"}};
}

QString SamplingForm::placeholder(int row) const
{
    const Line& line = lineOf(row);
    const QString fromDefaults = m_ofChat && m_settings ? shown(line, m_settings->sampling()[keyOf(line)]) : QString();
    if (!fromDefaults.isEmpty())
        return QString(fromDefaults).replace(u'\n', u' ');
    switch (line.kind) {
    case Kind::Seed: return tr("A new one each time");
    case Kind::Lines: return tr("None");
    case Kind::Whole:
    case Kind::Decimal: break;
    }
    if (keyOf(line) == "maxTokens"_L1)
        return tr("Until the context is full");
    if (!m_host || !m_host->engine())
        return tr("As the model recommends");
    const engine::SamplingParams& own = m_host->engine()->model().recommendedSampling;
    const std::array values{static_cast<double>(own.temperature),
                            static_cast<double>(own.topK),
                            static_cast<double>(own.topP),
                            static_cast<double>(own.minP),
                            static_cast<double>(own.repetitionPenalty),
                            static_cast<double>(own.presencePenalty),
                            static_cast<double>(own.frequencyPenalty)};
    return numberText(values[static_cast<std::size_t>(row)]);
}

void SamplingForm::setSettings(Settings* settings)
{
    if (settings == m_settings)
        return;
    if (m_settings)
        m_settings->disconnect(this);
    m_settings = settings;
    if (m_settings)
        connect(m_settings, &Settings::changed, this, &SamplingForm::showAll);
    showAll();
}

void SamplingForm::setHost(EngineHost* host)
{
    if (host == m_host)
        return;
    if (m_host)
        m_host->disconnect(this);
    m_host = host;
    if (m_host)
        connect(m_host, &EngineHost::stateChanged, this, &SamplingForm::showAll);
    showAll();
}

void SamplingForm::setOfChat(bool ofChat)
{
    m_ofChat = ofChat;
    showAll();
}

void SamplingForm::setValues(const QJsonObject& values)
{
    if (values == m_values)
        return;
    m_values = values;
    showAll();
}

int SamplingForm::setCount() const
{
    int count = 0;
    for (const Line& line : kLines)
        count += m_values.contains(keyOf(line)) ? 1 : 0;
    return count;
}

void SamplingForm::showAll()
{
    Q_EMIT dataChanged(index(0), index(rowCount() - 1));
    Q_EMIT inputsChanged();
}

QString SamplingForm::enter(int row, const QString& text)
{
    if (row < 0 || row >= rowCount())
        return {};
    const Line& line = lineOf(row);
    const QString typed = text.trimmed();
    QJsonValue value;
    if (line.kind == Kind::Lines) {
        QJsonArray strings;
        for (const QString& one : text.split(u'\n'))
            if (!one.isEmpty())
                strings.append(unescaped(one));
        value = strings;
    } else if (line.kind == Kind::Seed) {
        bool ok = false;
        const quint64 seed = typed.toULongLong(&ok);
        if (!ok && !typed.isEmpty())
            return tr("A seed is a whole number from 0 to %1.").arg(std::numeric_limits<quint64>::max());
        value = QString::number(seed);
    } else if (!typed.isEmpty()) {
        const std::optional<double> number = numberOf(typed);
        const bool whole = line.kind == Kind::Whole;
        if (!number || *number < line.lowest || *number > line.highest || (whole && *number != std::floor(*number)))
            return whole ? tr("Enter a whole number from %1 to %2.").arg(line.lowest).arg(line.highest)
                         : tr("Enter a number from %1 to %2.").arg(numberText(line.lowest), numberText(line.highest));
        value = *number;
    }
    QJsonObject next = m_values;
    if (typed.isEmpty())
        next.remove(keyOf(line));
    else
        next[keyOf(line)] = value;
    if (next != m_values) {
        setValues(next);
        Q_EMIT edited(next);
    }
    return {};
}

void SamplingForm::reset(int row)
{
    enter(row, {});
}

void SamplingForm::resetAll()
{
    QJsonObject next = m_values;
    for (const Line& line : kLines)
        next.remove(keyOf(line));
    if (next == m_values)
        return;
    setValues(next);
    Q_EMIT edited(next);
}

} // namespace qwill::app
