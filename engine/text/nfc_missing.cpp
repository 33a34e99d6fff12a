// Stands in for nfc.cpp in a build without utf8proc.

#include "base/check.h"
#include "text/nfc.h"

namespace qwill::engine {

bool nfcAvailable()
{
    return false;
}

std::string_view toNfc(std::string_view text, NfcBuffers&)
{
    QWILL_CHECK(nfcAvailable());
    return text;
}

} // namespace qwill::engine
