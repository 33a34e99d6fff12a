#include "chat/builtin_prompts.h"

namespace qwill::app {

namespace {

using namespace Qt::StringLiterals;

Prompt message(const QString& id, const QString& language, const QString& title, const QString& text)
{
    return {id + u'.' + language, PromptKind::Message, language, title, text, true};
}

Prompt preset(const QString& id, const QString& language, const QString& title, const QString& text)
{
    return {id + u'.' + language, PromptKind::System, language, title, text, true};
}

QList<Prompt> englishMessages()
{
    const QString en = u"en"_s;
    return {
        message(u"python-game"_s, en, u"Write a Python game"_s,
                u"Write a small game in Python with pygame: {{game=Snake}}. Give one complete file that runs as it is, "
                "explain the controls, and keep the code easy to read."_s),
        message(
            u"sql-query"_s, en, u"Generate an SQL query"_s,
            u"Write an SQL query for {{database=PostgreSQL}}.\n\nTables:\n{{tables}}\n\nThe query shall: {{task}}\n\n"
            "Explain each part in one sentence."_s),
        message(u"unit-test"_s, en, u"Write a unit test"_s,
                u"Write unit tests with {{framework=pytest}} for the code below. Cover the normal case, the edges and "
                "the errors, and give each test a name that says what it proves.\n\n{{code}}"_s),
        message(
            u"summarise"_s, en, u"Summarise"_s,
            u"Summarise the text below in {{length=five bullet points}}. Keep names, figures and dates; add nothing "
            "that is not in it.\n\n{{text}}"_s),
        message(u"translate"_s, en, u"Translate"_s,
                u"Translate the text below into {{language=Chinese}}. Keep its tone and its formatting, and leave code "
                "and names as they are.\n\n{{text}}"_s),
        message(
            u"explain-code"_s, en, u"Explain code"_s,
            u"Explain the code below to {{reader=a programmer who is new to it}}: first what it is for, then how it "
            "works step by step, then what could go wrong.\n\n{{code}}"_s),
        message(
            u"review-code"_s, en, u"Review code"_s,
            u"Review the code below. List the faults in order of their weight, each with a corrected line, and then "
            "what could be simpler.\n\n{{code}}"_s),
        message(
            u"find-bug"_s, en, u"Find the bug"_s,
            u"This code does not do what it should.\n\nExpected: {{expected}}\nWhat happens: {{actual}}\n\n{{code}}\n\n"
            "Find the cause and show the smallest change that repairs it."_s),
        message(u"improve-writing"_s, en, u"Improve writing"_s,
                u"Improve the text below: clear, correct, {{tone=friendly and brief}}. Keep its meaning. Give the new "
                "text first, then the most important changes.\n\n{{text}}"_s),
        message(u"email"_s, en, u"Write an email"_s,
                u"Write an email to {{recipient}} about {{subject}}. Tone: {{tone=polite}}. At most "
                "{{words=150}} words, with a subject line."_s),
        message(u"regex"_s, en, u"Write a regular expression"_s,
                u"Write a regular expression for {{flavour=PCRE}} that matches {{what}}. Explain it part by part and "
                "give three texts that match and three that do not."_s),
        message(u"plan"_s, en, u"Make a plan"_s,
                u"Make a plan for {{goal}} within {{time=two weeks}}: steps in order, what each needs, and how I see "
                "that it is done. Show it as a table."_s),
    };
}

QList<Prompt> chineseMessages()
{
    const QString zh = u"zh"_s;
    return {
        message(u"python-game"_s, zh, u"写 Python 游戏"_s,
                u"请用 Python 和 pygame 写一个小游戏：{{游戏=贪吃蛇}}。给出一个可以直接运行的完整文件，"
                "说明操作方法，代码要清晰易读。"_s),
        message(u"sql-query"_s, zh, u"生成 SQL 查询"_s,
                u"请为 {{数据库=PostgreSQL}} 写一条 SQL 查询。\n\n表结构：\n{{表结构}}\n\n查询要求：{{要求}}\n\n"
                "并用一句话解释每个部分。"_s),
        message(u"unit-test"_s, zh, u"编写单元测试"_s,
                u"请用 {{框架=pytest}} 为下面的代码编写单元测试，覆盖正常情况、边界情况和错误情况，"
                "每个测试的名称要说明它验证什么。\n\n{{代码}}"_s),
        message(u"summarise"_s, zh, u"总结"_s,
                u"请把下面的文字总结为{{篇幅=五个要点}}，保留人名、数字和日期，不要添加原文没有的内容。\n\n{{文字}}"_s),
        message(u"translate"_s, zh, u"翻译"_s,
                u"请把下面的文字翻译成{{语言=英文}}，保持语气和格式，代码和专有名词不译。\n\n{{文字}}"_s),
        message(u"explain-code"_s, zh, u"解释代码"_s,
                u"请向{{读者=刚接触这段代码的程序员}}解释下面的代码：先说它的用途，再逐步说明它怎样工作，"
                "最后指出可能出错的地方。\n\n{{代码}}"_s),
        message(
            u"review-code"_s, zh, u"审查代码"_s,
            u"请审查下面的代码，按严重程度列出问题并给出修改后的代码行，最后说明哪些地方可以更简单。\n\n{{代码}}"_s),
        message(
            u"find-bug"_s, zh, u"查找错误"_s,
            u"这段代码的结果不对。\n\n预期：{{预期}}\n实际：{{实际}}\n\n{{代码}}\n\n请找出原因，并给出最小的修改。"_s),
        message(u"improve-writing"_s, zh, u"润色文字"_s,
                u"请润色下面的文字，要求通顺、准确、{{语气=亲切简洁}}，不改变原意。先给出修改后的文字，"
                "再说明主要的改动。\n\n{{文字}}"_s),
        message(
            u"email"_s, zh, u"写邮件"_s,
            u"请给{{收件人}}写一封关于{{主题}}的邮件，语气{{语气=礼貌}}，不超过 {{字数=200}} 字，并附上邮件标题。"_s),
        message(u"regex"_s, zh, u"写正则表达式"_s,
                u"请写一个 {{语法=PCRE}} 正则表达式，匹配{{内容}}。逐部分解释，并各举三个匹配和不匹配的例子。"_s),
        message(u"plan"_s, zh, u"制定计划"_s,
                u"请为“{{目标}}”制定一个{{时间=两周}}的计划：按顺序列出步骤、每步需要什么、怎样算完成，用表格表示。"_s),
    };
}

QList<Prompt> presets()
{
    const QString en = u"en"_s;
    const QString zh = u"zh"_s;
    return {
        preset(u"assistant"_s, en, u"Helpful assistant"_s,
               u"You are a helpful assistant. Answer clearly and correctly, and say so when you do not know."_s),
        preset(u"programmer"_s, en, u"Programmer"_s,
               u"You are an experienced programmer. Give complete, working code with short explanations, name the "
               "language on each code block, and point out assumptions."_s),
        preset(u"translator"_s, en, u"Translator"_s,
               u"You are a translator between {{first=English}} and {{second=Chinese}}. Translate whatever is written "
               "in the one into the other. Answer with the translation only."_s),
        preset(u"editor"_s, en, u"Editor"_s,
               u"You are a careful editor. Correct spelling, grammar and style, keep the author's voice, and list what "
               "you changed."_s),
        preset(u"teacher"_s, en, u"Patient teacher"_s,
               u"You are a patient teacher of {{subject=mathematics}}. Explain step by step with small examples, and "
               "ask a question at the end to check understanding."_s),
        preset(u"brief"_s, en, u"Brief answers"_s,
               u"Answer in at most three sentences. No introduction, no repetition."_s),
        preset(u"assistant"_s, zh, u"得力助手"_s, u"你是一个乐于助人的助手。回答要清楚、准确；不知道时请直说。"_s),
        preset(
            u"programmer"_s, zh, u"程序员"_s,
            u"你是一位经验丰富的程序员。给出完整、可运行的代码和简短的说明，为每个代码块标明语言，并指出你的假设。"_s),
        preset(u"translator"_s, zh, u"翻译"_s,
               u"你是{{语言一=中文}}和{{语言二=英文}}之间的翻译。把其中一种语言的内容译成另一种，只输出译文。"_s),
        preset(u"editor"_s, zh, u"编辑"_s,
               u"你是一位细心的编辑。改正错别字、语法和文风，保留作者的语气，并列出改动。"_s),
        preset(u"teacher"_s, zh, u"耐心的老师"_s,
               u"你是一位耐心的{{科目=数学}}老师。用简单的例子逐步讲解，最后提一个问题检查理解。"_s),
        preset(u"brief"_s, zh, u"简短回答"_s, u"用不超过三句话回答，不要开场白，不要重复。"_s),
    };
}

} // namespace

const QList<Prompt>& builtInPrompts()
{
    static const QList<Prompt> prompts = englishMessages() + chineseMessages() + presets();
    return prompts;
}

} // namespace qwill::app
