#pragma once
// AccessRules: who may ask. Decides from a request's headers alone whether it comes from a program of this machine (or
// one the person let in) and not from a web page in a browser, and whether it brings the key. Pure; any thread.

#include "server/api_error.h"

#include <QByteArray>
#include <QHostAddress>
#include <QHttpHeaders>
#include <QString>
#include <QStringList>

#include <optional>

namespace qwill::app {

struct AccessRules {
    QByteArray key; // empty = none is asked for
    QStringList hosts; // names, besides loopback, by which this machine may be called
    QStringList origins; // of web pages that may ask: "https://chat.example"
    bool loopbackOnly = true; // bound to loopback

    // 403 or 421 where the request must not be looked at further. Checks Host, Origin and Sec-Fetch-Site.
    std::optional<ApiError> checkCaller(const QHttpHeaders& headers) const;
    // 401 where a key is asked for and "Authorization: Bearer …" (or x-api-key) does not bring it.
    std::optional<ApiError> checkKey(const QHttpHeaders& headers) const;
    // The origin to name in Access-Control-Allow-Origin, or nothing.
    QByteArray allowedOrigin(const QHttpHeaders& headers) const;
};

// Compares in a time that depends on the lengths only.
bool equalInConstantTime(const QByteArray& one, const QByteArray& other);

// Whether a server may listen at `address` with these rules, as a sentence where it may not: beyond loopback a key is
// demanded.
QString whyNotListenAt(const QHostAddress& address, const AccessRules& rules);

} // namespace qwill::app
