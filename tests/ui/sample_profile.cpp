#include "sample_profile.h"

#include <QDateTime>

namespace qwill::test {

namespace {

using namespace app;

struct SampleChat {
    const char16_t* title;
    const char16_t* titleZh;
    const char16_t* folder;
    int hoursAgo;
    bool pinned;
};

constexpr SampleChat kChats[] = {
    {u"Sorting a million words", u"给一百万个单词排序", u"", 0, false},
    {u"Questions for the landlord", u"问房东的几个问题", u"", 2, false},
    {u"Reading list for autumn", u"秋天的书单", u"", 5, true},
    {u"Why tides come twice a day", u"潮汐为什么一天两次", u"", 20, false},
    {u"Letter to grandmother", u"写给奶奶的信", u"", 27, false},
    {u"Unit tests for the parser", u"解析器的单元测试", u"Work", 30, false},
    {u"SQL: customers without orders", u"SQL：没有订单的客户", u"Work", 52, false},
    {u"Release notes, second draft", u"发布说明第二稿", u"Work", 75, false},
    {u"Bread with very little yeast", u"少酵母面包", u"", 98, false},
    {u"Train from Chengdu to Lhasa", u"成都到拉萨的火车", u"", 150, false},
    {u"A name for the boat", u"给小船起名字", u"", 260, false},
    {u"Explaining entropy to a child", u"给孩子讲熵", u"", 400, false},
};

const char16_t* const kQuestion =
    u"Sort a file with a million words by how often each occurs, and tell me what it costs.";
const char16_t* const kQuestionZh = u"把一个有一百万个单词的文件按出现次数排序，并说明代价。";

const char16_t* const kAnswer =
    uR"(Count first, then sort the counts: the file is read **once**, and only the distinct words are kept.

```python
from collections import Counter
from pathlib import Path


def by_frequency(path: Path) -> list[tuple[str, int]]:
    """Words of a file, the most frequent first."""
    words = Counter()
    with path.open(encoding="utf-8") as lines:
        for line in lines:
            words.update(line.lower().split())
    return words.most_common()


if __name__ == "__main__":
    for word, count in by_frequency(Path("words.txt"))[:10]:
        print(f"{count:8d}  {word}")
```

### What it costs

| Step | Time | Memory |
|:-----|:----:|-------:|
| Reading and counting | $O(n)$ | distinct words |
| Sorting the counts | $O(d\log d)$ | a list of `d` pairs |

- Here $n$ is the number of words, $d$ of distinct ones; in ordinary text $d \approx k\sqrt{n}$.
- Should even the distinct words not fit into memory:
  1. split the file by the hash of the word,
  2. count each part by itself,
  3. merge the sorted parts.

> For ten entries you need no full sort: `heapq.nlargest` does it in $O(d\log 10)$.
)";

const char16_t* const kAnswerZh = uR"(先计数，再对计数排序：文件只读**一遍**，内存里只保留不同的单词。

```python
from collections import Counter
from pathlib import Path


def by_frequency(path: Path) -> list[tuple[str, int]]:
    """按出现次数从多到少返回单词。"""
    words = Counter()
    with path.open(encoding="utf-8") as lines:
        for line in lines:
            words.update(line.lower().split())
    return words.most_common()
```

### 代价

| 步骤 | 时间 | 内存 |
|:-----|:----:|-----:|
| 读取并计数 | $O(n)$ | 不同的单词 |
| 对计数排序 | $O(d\log d)$ | `d` 个二元组 |

- $n$ 是单词总数，$d$ 是不同单词数；普通文本里 $d \approx k\sqrt{n}$。
- 如果连不同的单词也放不进内存：
  1. 按单词的哈希值把文件分成几份，
  2. 分别计数，
  3. 合并排好序的结果。

> 只要前十名时不必全部排序：`heapq.nlargest` 只需 $O(d\log 10)$。
)";

QString text(const char16_t* utf16)
{
    return QString::fromUtf16(utf16);
}

} // namespace

ConversationId fillSampleProfile(ConversationStore& store, const QString& language)
{
    const bool chinese = language.startsWith(QLatin1String("zh"));
    const QDateTime now = QDateTime::currentDateTimeUtc();
    ConversationId newest = 0;
    for (const SampleChat& sample : kChats) {
        Conversation chat;
        chat.title = text(chinese ? sample.titleZh : sample.title);
        chat.titleIsAutomatic = false;
        chat.folder = chinese && *sample.folder ? QStringLiteral("工作") : text(sample.folder);
        chat.pinned = sample.pinned;
        chat.created = chat.updated = now.addSecs(-3600LL * sample.hoursAgo);
        chat.id = store.createConversation(chat);
        Message question;
        question.content = newest ? chat.title : text(chinese ? kQuestionZh : kQuestion);
        question.created = chat.created;
        question.id = store.addMessage(chat.id, question);
        Message answer;
        answer.parent = question.id;
        answer.role = MessageRole::Assistant;
        answer.content = newest ? chat.title : text(chinese ? kAnswerZh : kAnswer);
        answer.created = chat.created;
        chat.currentLeaf = store.addMessage(chat.id, answer);
        store.updateConversation(chat);
        if (!newest)
            newest = chat.id;
    }
    return newest;
}

} // namespace qwill::test
