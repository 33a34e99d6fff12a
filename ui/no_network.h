#pragma once
// NoNetwork: what QML gets when it wants the network: a manager that refuses every address but resources inside the
// program. No text, whatever a model wrote into it, can fetch anything. Any thread: Qt loads pictures on its own.

#include <QNetworkAccessManager>
#include <QQmlNetworkAccessManagerFactory>

#include <atomic>

namespace qwill::ui {

class NoNetwork : public QQmlNetworkAccessManagerFactory {
public:
    QNetworkAccessManager* create(QObject* parent) override;
    int refused() const { return m_refused; } // requests so far

private:
    std::atomic<int> m_refused{0};
};

} // namespace qwill::ui
