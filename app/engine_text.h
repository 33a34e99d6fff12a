#pragma once
// The engine's sentences in the language of the window. The engine knows no translations and speaks English; the
// sentences a person is likely to meet are known here, others are shown as they are. Any thread.

#include <QString>

#include <string>

namespace qwill::app {

QString engineText(const std::string& sentence);

} // namespace qwill::app
