#pragma once
// Emphasis beside Chinese, Japanese and Korean text. CommonMark tells an opening from a closing run of asterisks by the
// spaces and punctuation around it, and these scripts have no spaces: "**注意：**请" would show its asterisks, and
// models write it all the time. Such a run is given an invisible punctuation mark as a neighbour while the text is
// parsed, so that it may open and close. Any thread.

#include <QByteArray>
#include <QByteArrayView>
#include <QString>

namespace qwill::app {

QByteArray easeEmphasis(QByteArrayView utf8); // the number of lines stays
QString withoutEase(QString text); // what easeEmphasis() put in is gone

} // namespace qwill::app
