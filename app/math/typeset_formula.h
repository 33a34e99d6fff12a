#pragma once
// TypesetFormula: a formula as a picture, or the sentence that says why there is none. A plain value; any thread.

#include <QByteArray>
#include <QString>

namespace qwill::app {

struct TypesetFormula {
    QByteArray svg; // its ink is "currentColor"
    // In ex, the height of a small x in the text around.
    double width = 0;
    double height = 0;
    double depth = 0; // of it below the baseline
    QString error; // empty = it could be set

    bool isSet() const { return error.isEmpty(); }
};

} // namespace qwill::app
