#pragma once
// Replies of many shapes to replay into the window: what models usually write, and each shape that grows without an
// end. Plain functions; any thread.

#include <QString>
#include <QStringList>

namespace qwill::bench {

QStringList shapeNames();

// A reply of one shape. `before` is its beginning, fed at once; `after` is what is streamed, `afterLength` characters
// at least. `tokens` is how long the usual reply is before; the endless shapes have a length of their own.
struct Shape {
    QString before;
    QString after;
};
Shape shapeNamed(const QString& name, int tokens, qsizetype afterLength); // empty: no such shape

} // namespace qwill::bench
