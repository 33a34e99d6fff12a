#pragma once
// Trouble: why a download cannot go on, as a value that crosses threads, and the sentence a person reads about it, in
// the language of the moment. Values and pure functions; any thread.

#include <QMetaType>
#include <QString>

#include <cstdint>

namespace qwill::app {

enum class TroubleKind : std::uint8_t {
    None,
    BadAddress, // the mirror's base address is no http(s) address
    BadRedirect, // detail: where to
    TooManyRedirects,
    Unreachable, // detail: what the network said
    TlsFailed, // detail
    Stalled, // expected: seconds without a byte
    Dropped,
    NotFound,
    Forbidden,
    RangeRefused, // actual: what the server says the length is, or −1
    TooManyRequests, // expected: seconds it wants us to wait, or −1
    ServerError, // expected: the HTTP status
    WrongLength, // expected, actual
    Changed, // the file was another one at each attempt
    HashMismatch,
    BadListing, // detail: the entry that is refused, or empty
    MissingFiles, // detail: what a model cannot be without
    NoSpace, // expected: bytes needed; actual: bytes free
    DiskFailed, // detail: what the system said
    Exists, // file: the folder that is already there
    InUse, // another Qwill downloads it
    NotAModel, // detail: the engine's sentence
};

struct Trouble {
    TroubleKind kind = TroubleKind::None;
    QString host = {};
    QString file = {};
    qint64 expected = -1;
    qint64 actual = -1;
    QString detail = {};

    explicit operator bool() const { return kind != TroubleKind::None; }
    bool operator==(const Trouble&) const = default;
};

// Whether the same request may well succeed in a while.
bool isPassing(TroubleKind kind);

// One sentence or two, with what to do; empty for None.
QString sentenceOf(const Trouble& trouble);

} // namespace qwill::app

Q_DECLARE_METATYPE(qwill::app::Trouble)
