#include "text/stream_decoder.h"

#include "text/utf8.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <random>
#include <string>
#include <vector>

using namespace qwill::engine;

namespace {

// The whole text at once: invalid sequences replaced, cut before the earliest stop string.
std::string wholeText(std::string_view bytes, const std::vector<std::string>& stops, bool& stopped)
{
    std::string text;
    for (std::size_t i = 0; i < bytes.size();) {
        const Utf8Step step = decodeUtf8(bytes.substr(i));
        if (step.kind == Utf8Step::Kind::Valid)
            text.append(bytes.substr(i, static_cast<std::size_t>(step.length)));
        else
            text += "\xef\xbf\xbd";
        i += static_cast<std::size_t>(step.length);
    }
    std::size_t cut = std::string::npos;
    for (const std::string& stop : stops)
        if (!stop.empty())
            cut = std::min(cut, text.find(stop));
    stopped = cut != std::string::npos;
    return text.substr(0, cut);
}

std::string streamed(const std::vector<std::string>& parts, const std::vector<std::string>& stops, bool& stopped)
{
    StreamDecoder decoder(stops);
    std::string text;
    for (const std::string& part : parts) {
        std::string out;
        decoder.push(part, out);
        CHECK(findInvalidUtf8(out) == out.size()); // whole code points at every step
        text += out;
    }
    decoder.flush(text);
    stopped = decoder.stopped();
    return text;
}

const std::vector<std::string> kSamples = {
    "",
    "plain",
    "héllo 世界 🙂!",
    "\xe4\xb8\x96\xe7\x95",
    "\xff\xfe\x80\x80",
    "a\xf0\x9f\x98z",
    "\xed\xa0\x80\xe0\x80\x80\xf4\x90\x80\x80",
    "\xf0\x9f\x98\x80\xf0\x9f\xc2\xa9",
    "end<|im_end|>rest",
    "aab aaab STOP",
    "世世界世界界",
    "ababababc",
};
const std::vector<std::vector<std::string>> kStops = {
    {}, {""}, {"STOP"}, {"ab", "aab"}, {"<|im_end|>", "<|"}, {"世界"}, {"ababc"}, {"界", "世界界"}, {"\xef\xbf\xbd"}};

} // namespace

TEST_CASE("everySplitOfEverySampleGivesTheWholeText")
{
    for (const std::string& sample : kSamples)
        for (const auto& stops : kStops) {
            bool expectedStop = false, actualStop = false;
            const std::string expected = wholeText(sample, stops, expectedStop);
            const std::size_t cuts = sample.empty() ? 0 : sample.size() - 1;
            for (std::size_t mask = 0; mask < (std::size_t{1} << std::min<std::size_t>(cuts, 11)); ++mask) {
                std::vector<std::string> parts(1);
                for (std::size_t i = 0; i < sample.size(); ++i) {
                    parts.back() += sample[i];
                    if ((mask >> (i % 11)) & 1)
                        parts.emplace_back();
                }
                CAPTURE(sample);
                REQUIRE(streamed(parts, stops, actualStop) == expected);
                REQUIRE(actualStop == expectedStop);
            }
        }
}

TEST_CASE("replacesWhatPythonReplaces")
{
    // bytes.decode("utf-8", errors="replace")
    const std::pair<std::string, int> cases[] = {{"\xff", 1},         {"\xc0\xaf", 2},         {"\xe0\x80\x80", 3},
                                                 {"\xe2\x82", 1},     {"\xf0\x9f\x98", 1},     {"\xed\xa0\x80", 3},
                                                 {"\xf4\x90\x80", 3}, {"\xf0\x9f\x98\xe2", 2}, {"\x80", 1}};
    for (const auto& [bytes, replacements] : cases) {
        bool stopped = false;
        CHECK(streamed({bytes}, {}, stopped).size() == static_cast<std::size_t>(replacements) * 3);
    }
}

TEST_CASE("randomBytesGiveTheWholeTextToo")
{
    std::mt19937 random(7);
    const std::string alphabet = "ab\x80\xbf\xc3\xe4\xb8\xf0\x9f\xed\xff";
    for (int round = 0; round < 20000; ++round) {
        std::string bytes;
        std::vector<std::string> parts(1);
        for (std::size_t i = random() % 24; i > 0; --i) {
            const char c = alphabet[random() % alphabet.size()];
            bytes += c;
            parts.back() += c;
            if (random() % 3 == 0)
                parts.emplace_back();
        }
        const std::vector<std::string> stops = {"abab", "ba\xef\xbf\xbd", "aa"};
        bool expectedStop = false, actualStop = false;
        const std::string expected = wholeText(bytes, stops, expectedStop);
        REQUIRE(streamed(parts, stops, actualStop) == expected);
        REQUIRE(actualStop == expectedStop);
    }
}

TEST_CASE("holdsBackOnlyWhatMayBecomeAStopString")
{
    StreamDecoder decoder({"STOP"});
    std::string out;
    CHECK_FALSE(decoder.push("a S", out));
    CHECK(out == "a ");
    CHECK_FALSE(decoder.push("TO", out));
    CHECK(out == "a ");
    CHECK_FALSE(decoder.push("X", out));
    CHECK(out == "a STOX");
    CHECK(decoder.push(" STOP and more", out));
    CHECK(out == "a STOX ");
    CHECK(decoder.push("nothing", out));
    CHECK(out == "a STOX ");
    CHECK(decoder.matchedStop() == 0);
    decoder.reset();
    CHECK_FALSE(decoder.push("again", out));
    CHECK(out == "a STOX again");
}
