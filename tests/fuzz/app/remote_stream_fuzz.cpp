// What a server elsewhere streams: whole and in pieces it reads the same; and as an error's body, an address, and the
// text of a conversation, which comes back as it went in.

#include "base/check.h"
#include "remote/chat_stream.h"
#include "remote/remote_endpoint.h"
#include "remote/rough_tokenizer.h"

#include <cstdint>

using namespace qwill;
using namespace qwill::app;

namespace {

QString readIn(const QByteArray& bytes, qsizetype piece)
{
    ChatStream stream;
    QString all;
    const auto take = [&](const std::vector<ChatPiece>& pieces) {
        for (const ChatPiece& part : pieces) {
            all += part.text + u'|' + part.finish + u'|' + part.error + (part.done ? u'D' : u'.');
            if (part.usage)
                QWILL_CHECK(part.usage->promptTokens >= 0 && part.usage->completionTokens >= 0
                            && part.usage->cachedTokens <= part.usage->promptTokens);
        }
    };
    for (qsizetype at = 0; at < bytes.size(); at += piece)
        take(stream.feed(bytes.mid(at, piece)));
    take(stream.end());
    return all;
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    if (size == 0 || size > 8192)
        return 0;
    const QByteArray bytes(reinterpret_cast<const char*>(data), static_cast<qsizetype>(size));
    const QString whole = readIn(bytes, bytes.size());
    QWILL_CHECK(whole == readIn(bytes, 1));
    QWILL_CHECK(whole == readIn(bytes, 13));
    QWILL_CHECK(errorSaid(bytes).size() <= 401);

    if (const auto address = remoteAddress(QString::fromUtf8(bytes))) {
        QWILL_CHECK(address->scheme() == u"http" || address->scheme() == u"https");
        QWILL_CHECK(!address->host().isEmpty() && address->userInfo().isEmpty() && !address->hasQuery());
    }
    static const RoughTokenizer* tokenizer = nullptr; // it keeps the words it met: a new one now and then
    static int uses = 0;
    if (uses++ % 1000 == 0) {
        delete tokenizer;
        tokenizer = new RoughTokenizer;
    }
    const std::vector<engine::ChatMessage> chat{{engine::Role::System, bytes.toStdString(), {}},
                                                {engine::Role::User, bytes.toStdString(), {}}};
    const auto back = tokenizer->decodeChat(tokenizer->encodeChat(chat));
    QWILL_CHECK(back.size() == 2 && back[0].content == chat[0].content && back[1].role == engine::Role::User);
    return 0;
}
