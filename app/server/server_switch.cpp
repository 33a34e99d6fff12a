#include "server/server_switch.h"

#include "secrets/key_file.h"
#include "settings.h"

#include <QLocale>

#include <utility>

namespace qwill::app {

namespace {

using namespace Qt::StringLiterals;

constexpr qsizetype kMostLogLines = 200;

} // namespace

ServerSwitch::ServerSwitch(EngineGate& gate, Settings& settings, QString keyFile, QObject* parent)
    : QObject(parent),
      m_settings(settings),
      m_keyFile(std::move(keyFile)),
      m_server(gate)
{
    connect(&m_server, &LocalServer::liveChanged, &m_live, &LiveRequestModel::show);
    connect(&m_server, &LocalServer::answered, this, &ServerSwitch::note);
    connect(&m_settings, &Settings::changed, this, &ServerSwitch::follow);
    follow();
}

QString ServerSwitch::address() const
{
    return u"http://127.0.0.1:%1/v1"_s.arg(isRunning() ? m_server.port() : m_settings.serverPort());
}

ServerSwitch::Wish ServerSwitch::wish() const
{
    return {m_settings.serverEnabled(), m_settings.serverPort(), m_settings.serverAsksKey()};
}

void ServerSwitch::follow()
{
    if (const Wish wanted = wish(); wanted != m_followed) {
        m_followed = wanted;
        restart();
    }
}

void ServerSwitch::restart()
{
    m_problem.clear();
    m_server.stop();
    readKey();
    if (m_followed.on && m_problem.isEmpty()) {
        ServerSettings settings;
        settings.port = static_cast<quint16>(m_followed.port);
        settings.access.key = m_key;
        if (const QString reason = m_server.start(settings); !reason.isEmpty())
            m_problem =
                tr("The server cannot listen: %1. Another program may use this port; choose another.").arg(reason);
    }
    Q_EMIT changed();
}

// A key there should be and cannot be kept: rather no server than one without.
void ServerSwitch::readKey()
{
    m_key.clear();
    if (!m_followed.asksKey)
        return;
    m_key = KeyFile::read(m_keyFile).key;
    if (!m_key.isEmpty() || !m_followed.on)
        return;
    const QByteArray made = KeyFile::make();
    m_problem = KeyFile::write(m_keyFile, made);
    if (m_problem.isEmpty())
        m_key = made;
}

void ServerSwitch::renewKey()
{
    m_problem = KeyFile::write(m_keyFile, KeyFile::make());
    if (m_problem.isEmpty())
        restart();
    else
        Q_EMIT changed();
}

void ServerSwitch::note(const AnsweredRequest& request)
{
    const QString status = request.status == 0 ? tr("client left") : QString::number(request.status);
    m_log.append(u"%1  %2  %3  %4 + %5  %6 s  %7"_s
                     .arg(request.at.toLocalTime().toString(u"HH:mm:ss"_s), request.endpoint, status)
                     .arg(request.promptTokens)
                     .arg(request.replyTokens)
                     .arg(QLocale().toString(static_cast<double>(request.ms) / 1000, 'f', 1), request.client));
    if (m_log.size() > kMostLogLines)
        m_log.removeFirst();
    Q_EMIT logChanged();
}

} // namespace qwill::app
