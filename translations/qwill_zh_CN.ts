<?xml version="1.0" encoding="utf-8"?>
<!DOCTYPE TS>
<TS version="2.1" language="zh_CN" sourcelanguage="en">
<context>
    <name>AboutSection</name>
    <message>
        <source>Qwill %1</source>
        <translation>Qwill %1</translation>
    </message>
    <message>
        <source>Chat with a language model on this machine: native, private, free. Everything is computed here by an engine of our own.</source>
        <translation>在本机上与语言模型对话：原生、私密、自由。一切都由我们自己的推理引擎在本机计算。</translation>
    </message>
    <message>
        <source>Built with</source>
        <translation>所用组件</translation>
    </message>
    <message>
        <source>the window, storage, text</source>
        <translation>窗口、存储、文字</translation>
    </message>
    <message>
        <source>colours in code</source>
        <translation>代码高亮</translation>
    </message>
    <message>
        <source>Markdown</source>
        <translation>Markdown</translation>
    </message>
    <message>
        <source>the database of chats</source>
        <translation>对话数据库</translation>
    </message>
    <message>
        <source>public domain</source>
        <translation>公有领域</translation>
    </message>
    <message>
        <source>splitting text into tokens</source>
        <translation>把文字切分为词元</translation>
    </message>
    <message>
        <source>Unicode forms</source>
        <translation>Unicode 规范化</translation>
    </message>
    <message>
        <source>tokens of some models</source>
        <translation>部分模型的分词</translation>
    </message>
    <message>
        <source>model files’ headers</source>
        <translation>模型文件的头部</translation>
    </message>
    <message>
        <source>the command line</source>
        <translation>命令行</translation>
    </message>
    <message>
        <source>Commit</source>
        <translation>提交</translation>
    </message>
    <message>
        <source>formulas</source>
        <translation>公式</translation>
    </message>
    <message>
        <source>Read the licences</source>
        <translation>查看许可证</translation>
    </message>
    <message>
        <source>Build</source>
        <translation>构建</translation>
    </message>
</context>
<context>
    <name>AppearanceSection</name>
    <message>
        <source>Appearance</source>
        <translation>外观</translation>
    </message>
    <message>
        <source>Theme</source>
        <translation>主题</translation>
    </message>
    <message>
        <source>Dark</source>
        <translation>深色</translation>
    </message>
    <message>
        <source>Light</source>
        <translation>浅色</translation>
    </message>
    <message>
        <source>Follow the system</source>
        <translation>跟随系统</translation>
    </message>
    <message>
        <source>Font size</source>
        <translation>字体大小</translation>
    </message>
    <message>
        <source>Text, code and interface grow together.</source>
        <translation>正文、代码和界面一起变化。</translation>
    </message>
    <message>
        <source>%1 %</source>
        <translation>%1%</translation>
    </message>
    <message>
        <source>Reduce motion</source>
        <translation>减少动画</translation>
    </message>
    <message>
        <source>Nothing slides or fades.</source>
        <translation>不再有滑动和淡入淡出。</translation>
    </message>
    <message>
        <source>Sidebar</source>
        <translation>侧栏</translation>
    </message>
    <message>
        <source>The list of chats beside the page.</source>
        <translation>页面旁边的对话列表。</translation>
    </message>
</context>
<context>
    <name>ApplyNote</name>
    <message>
        <source>The model was loaded with other settings.</source>
        <translation>当前模型是按之前的设置加载的。</translation>
    </message>
    <message>
        <source>Load again to apply</source>
        <translation>重新加载以生效</translation>
    </message>
</context>
<context>
    <name>AttachmentChip</name>
    <message>
        <source>Attachment: %1</source>
        <translation>附件：%1</translation>
    </message>
</context>
<context>
    <name>AttachmentReader</name>
    <message>
        <source>%1 is too large to attach: %2, where %3 are the most.</source>
        <translation>%1 太大，无法附加：大小为 %2，上限为 %3。</translation>
    </message>
    <message>
        <source>%1 is a PDF, which cannot be read yet; copy its text and paste it.</source>
        <translation>%1 是 PDF，暂时无法读取；请复制其中的文字再粘贴。</translation>
    </message>
    <message>
        <source>%1 is not text in UTF-8 or UTF-16; save it as UTF-8 and attach it again.</source>
        <translation>%1 不是 UTF-8 或 UTF-16 文本；请另存为 UTF-8 后再附加。</translation>
    </message>
    <message>
        <source>Pasted text</source>
        <translation>粘贴的文字</translation>
    </message>
    <message>
        <source>%1 is a folder; attach the files in it.</source>
        <translation>%1 是文件夹；请附加其中的文件。</translation>
    </message>
    <message>
        <source>There is no file %1.</source>
        <translation>没有文件 %1。</translation>
    </message>
    <message>
        <source>%1 cannot be read: %2</source>
        <translation>无法读取 %1：%2</translation>
    </message>
</context>
<context>
    <name>AttachmentStrip</name>
    <message>
        <source>Remove %1</source>
        <translation>移除 %1</translation>
    </message>
</context>
<context>
    <name>CatalogueRow</name>
    <message>
        <source>Recommended</source>
        <translation>推荐</translation>
    </message>
    <message>
        <source>Downloaded</source>
        <translation>已下载</translation>
    </message>
    <message>
        <source>Under way</source>
        <translation>进行中</translation>
    </message>
    <message>
        <source>Download</source>
        <translation>下载</translation>
    </message>
    <message>
        <source>Download %1, %2, %3</source>
        <translation>下载 %1，%2，%3</translation>
    </message>
</context>
<context>
    <name>ChatCommands</name>
    <message>
        <source>Find in this chat</source>
        <translation>在此对话中查找</translation>
    </message>
    <message>
        <source>Stop the reply</source>
        <translation>停止回复</translation>
    </message>
    <message>
        <source>Write the last reply again</source>
        <translation>重写上一条回复</translation>
    </message>
    <message>
        <source>Continue the last reply</source>
        <translation>续写上一条回复</translation>
    </message>
    <message>
        <source>Copy the last reply</source>
        <translation>复制上一条回复</translation>
    </message>
    <message>
        <source>Copy the chat as Markdown</source>
        <translation>将对话复制为 Markdown</translation>
    </message>
    <message>
        <source>Export the chat…</source>
        <translation>导出对话…</translation>
    </message>
    <message>
        <source>Export as JSON</source>
        <translation>导出为 JSON</translation>
    </message>
    <message>
        <source>Export as HTML</source>
        <translation>导出为 HTML</translation>
    </message>
    <message>
        <source>Export as PDF</source>
        <translation>导出为 PDF</translation>
    </message>
    <message>
        <source>Rename the chat</source>
        <translation>重命名对话</translation>
    </message>
    <message>
        <source>Pin or unpin the chat</source>
        <translation>置顶或取消置顶</translation>
    </message>
    <message>
        <source>Move the chat to the trash</source>
        <translation>将对话移入回收站</translation>
    </message>
    <message>
        <source>Settings of this chat</source>
        <translation>此对话的设置</translation>
    </message>
</context>
<context>
    <name>ChatExport</name>
    <message>
        <source>Attachment:</source>
        <translation>附件：</translation>
    </message>
    <message>
        <source>System prompt</source>
        <translation>系统提示词</translation>
    </message>
    <message>
        <source>temperature</source>
        <translation>温度</translation>
    </message>
    <message>
        <source>repetition penalty</source>
        <translation>重复惩罚</translation>
    </message>
    <message>
        <source>presence penalty</source>
        <translation>存在惩罚</translation>
    </message>
    <message>
        <source>frequency penalty</source>
        <translation>频率惩罚</translation>
    </message>
    <message>
        <source>seed</source>
        <translation>种子</translation>
    </message>
    <message>
        <source>stop strings</source>
        <translation>停止字符串</translation>
    </message>
    <message>
        <source>longest reply</source>
        <translation>最长回复</translation>
    </message>
    <message>
        <source>Another branch (%1)</source>
        <translation>另一个分支（%1）</translation>
    </message>
    <message>
        <source>Untitled chat</source>
        <translation>未命名对话</translation>
    </message>
    <message>
        <source>Date</source>
        <translation>日期</translation>
    </message>
    <message>
        <source>Model</source>
        <translation>模型</translation>
    </message>
    <message>
        <source>Settings</source>
        <translation>设置</translation>
    </message>
    <message>
        <source>You</source>
        <translation>您</translation>
    </message>
    <message>
        <source>Tool</source>
        <translation>工具</translation>
    </message>
    <message>
        <source>Reply</source>
        <translation>回复</translation>
    </message>
    <message>
        <source>Stopped before its end.</source>
        <translation>未写完即停止。</translation>
    </message>
    <message>
        <source>Cut off: the longest reply or the context was reached.</source>
        <translation>已截断：达到了最长回复或上下文上限。</translation>
    </message>
    <message>
        <source>Failed.</source>
        <translation>失败。</translation>
    </message>
    <message>
        <source>Failed: %1</source>
        <translation>失败：%1</translation>
    </message>
    <message>
        <source>Not on this machine</source>
        <translation>不在本机</translation>
    </message>
    <message>
        <source>%1 (not on this machine)</source>
        <translation>%1（不在本机）</translation>
    </message>
</context>
<context>
    <name>ChatHeader</name>
    <message>
        <source>Show the sidebar</source>
        <translation>显示侧栏</translation>
    </message>
    <message>
        <source>Temporary chat – not saved</source>
        <translation>临时对话 – 不保存</translation>
    </message>
    <message>
        <source>New chat</source>
        <translation>新对话</translation>
    </message>
</context>
<context>
    <name>ChatImport</name>
    <message>
        <source>This file is too large to import: %1 MiB, where %2 are the most.</source>
        <translation>文件太大，无法导入：%1 MiB，上限为 %2 MiB。</translation>
    </message>
    <message>
        <source>This is no file of chats Qwill knows: it reads its own JSON, ChatGPT’s conversations.json, and Open WebUI’s export.</source>
        <translation>Qwill 不认识这个对话文件：它能读取自己的 JSON、ChatGPT 的 conversations.json 和 Open WebUI 的导出文件。</translation>
    </message>
    <message numerus="yes">
        <source>This file holds %n conversation(s), but no message that can be shown.</source>
        <translation>
            <numerusform>文件中有 %n 个对话，但没有可以显示的消息。</numerusform>
        </translation>
    </message>
    <message>
        <source>This is a ZIP archive: unpack it and import the conversations.json in it.</source>
        <translation>这是 ZIP 压缩包：请解压后导入其中的 conversations.json。</translation>
    </message>
    <message>
        <source>This JSON file is nested too deeply to be a file of chats.</source>
        <translation>这个 JSON 文件嵌套过深，不是对话文件。</translation>
    </message>
    <message>
        <source>This file is not valid JSON (at byte %1: %2); is it complete?</source>
        <translation>文件不是有效的 JSON（第 %1 字节：%2）；它完整吗？</translation>
    </message>
    <message>
        <source>There is no file %1.</source>
        <translation>没有文件 %1。</translation>
    </message>
    <message>
        <source>%1 cannot be read: %2</source>
        <translation>无法读取 %1：%2</translation>
    </message>
    <message>
        <source>(a picture, not part of the export)</source>
        <translation>（图片，未包含在导出中）</translation>
    </message>
</context>
<context>
    <name>ChatJson</name>
    <message>
        <source>The chat “%1” in this file is damaged: it has no messages or no proper number.</source>
        <translation>文件中的对话“%1”已损坏：没有消息或编号不正确。</translation>
    </message>
    <message>
        <source>Message %1 of the chat “%2” in this file is damaged; nothing was imported.</source>
        <translation>文件中对话“%2”的消息 %1 已损坏；没有导入任何内容。</translation>
    </message>
    <message>
        <source>The chat “%1” in this file ends in a message that is not there; nothing was imported.</source>
        <translation>文件中的对话“%1”以一条不存在的消息结尾；没有导入任何内容。</translation>
    </message>
    <message>
        <source>This file was written by a newer Qwill (its version is %1, this one reads up to %2).</source>
        <translation>这个文件由更新版本的 Qwill 写成（文件版本 %1，本程序最高支持 %2）。</translation>
    </message>
    <message>
        <source>This file of Qwill chats is damaged: it has no version or no list of chats.</source>
        <translation>这个 Qwill 对话文件已损坏：缺少版本号或对话列表。</translation>
    </message>
</context>
<context>
    <name>ChatList</name>
    <message>
        <source>Chats</source>
        <translation>对话</translation>
    </message>
    <message>
        <source>Your chats will be listed here. They stay on this machine.</source>
        <translation>您的对话会列在这里，只保存在本机。</translation>
    </message>
</context>
<context>
    <name>ChatMenu</name>
    <message>
        <source>Unpin</source>
        <translation>取消置顶</translation>
    </message>
    <message>
        <source>Pin</source>
        <translation>置顶</translation>
    </message>
    <message>
        <source>Rename</source>
        <translation>重命名</translation>
    </message>
    <message>
        <source>Folder</source>
        <translation>文件夹</translation>
    </message>
    <message>
        <source>No folder</source>
        <translation>无文件夹</translation>
    </message>
    <message>
        <source>New folder…</source>
        <translation>新建文件夹…</translation>
    </message>
    <message>
        <source>Export…</source>
        <translation>导出…</translation>
    </message>
    <message>
        <source>Move to trash</source>
        <translation>移入回收站</translation>
    </message>
    <message>
        <source>Del</source>
        <translation>Del</translation>
    </message>
</context>
<context>
    <name>ChatPage</name>
    <message>
        <source>Chat settings</source>
        <translation>对话设置</translation>
    </message>
    <message>
        <source>Choose a model</source>
        <translation>选择模型</translation>
    </message>
</context>
<context>
    <name>ChatRow</name>
    <message>
        <source>New chat</source>
        <translation>新对话</translation>
    </message>
    <message>
        <source>%1, a reply is being written</source>
        <translation>%1，正在写回复</translation>
    </message>
    <message>
        <source>Title</source>
        <translation>标题</translation>
    </message>
    <message>
        <source>What to do with this chat</source>
        <translation>对此对话的操作</translation>
    </message>
</context>
<context>
    <name>ChatSection</name>
    <message>
        <source>System prompt</source>
        <translation>系统提示词</translation>
    </message>
    <message>
        <source>What the model is told before a new chat begins. A chat keeps its own; change it under the sliders in its header.</source>
        <translation>新对话开始前告诉模型的内容。每个对话保留自己的一份，可在标题栏的滑块图标处修改。</translation>
    </message>
    <message>
        <source>Sampling</source>
        <translation>采样</translation>
    </message>
    <message>
        <source>How the next word is chosen. In an empty field stands what the model’s makers recommend.</source>
        <translation>如何选择下一个词。留空时采用模型作者推荐的值（以灰色显示）。</translation>
    </message>
    <message>
        <source>Reset all to the model’s values</source>
        <translation>全部恢复为模型推荐值</translation>
    </message>
</context>
<context>
    <name>ChatSettings</name>
    <message>
        <source>Chat settings</source>
        <translation>对话设置</translation>
    </message>
    <message>
        <source>System prompt</source>
        <translation>系统提示词</translation>
    </message>
    <message>
        <source>Sampling</source>
        <translation>采样</translation>
    </message>
    <message>
        <source>For this chat only. In an empty field stands what holds otherwise.</source>
        <translation>仅对此对话有效。留空时采用默认值（以灰色显示）。</translation>
    </message>
    <message>
        <source>Done</source>
        <translation>完成</translation>
    </message>
    <message>
        <source>Reset to the defaults</source>
        <translation>恢复默认值</translation>
    </message>
</context>
<context>
    <name>CodeBlock</name>
    <message>
        <source>Wrap long lines</source>
        <translation>自动换行</translation>
    </message>
    <message>
        <source>Copy the code</source>
        <translation>复制代码</translation>
    </message>
</context>
<context>
    <name>Composer</name>
    <message>
        <source>Write the next message; it is sent when the reply has ended</source>
        <translation>写下一条消息，回复结束后发送</translation>
    </message>
    <message>
        <source>Write a message, / for templates</source>
        <translation>输入消息，按 / 选择模板</translation>
    </message>
    <message>
        <source>Attach text, code or Markdown</source>
        <translation>附加文本、代码或 Markdown</translation>
    </message>
    <message>
        <source>Pasted text.md</source>
        <translation>粘贴的文字.md</translation>
    </message>
</context>
<context>
    <name>ComposerTools</name>
    <message>
        <source>Attach a file</source>
        <translation>附加文件</translation>
    </message>
    <message>
        <source>Templates</source>
        <translation>模板</translation>
    </message>
    <message>
        <source>Stop</source>
        <translation>停止</translation>
    </message>
    <message>
        <source>Send when the reply has ended</source>
        <translation>回复结束后发送</translation>
    </message>
    <message>
        <source>Send</source>
        <translation>发送</translation>
    </message>
</context>
<context>
    <name>ConnectionsSection</name>
    <message>
        <source>Connections</source>
        <translation>连接</translation>
    </message>
    <message>
        <source>Qwill has never opened a connection.</source>
        <translation>Qwill 从未建立过网络连接。</translation>
    </message>
    <message>
        <source>Nothing opens a connection but a download you asked for, and a model elsewhere while you use it: only then do messages leave this machine. There is no account, no telemetry and no search for updates. Each connection Qwill ever made is listed here.</source>
        <translation>只有您要求的下载，以及使用中的其他机器上的模型，才会建立连接：消息只在后一种情况下离开本机。没有账户，没有遥测，也不检查更新。Qwill 建立过的每个连接都列在这里。</translation>
    </message>
</context>
<context>
    <name>ContextBar</name>
    <message>
        <source>Context: %L1 of %L2 tokens</source>
        <translation>上下文：%L1 / %L2 词元</translation>
    </message>
    <message>
        <source>%L1 / %L2</source>
        <translation>%L1 / %L2</translation>
    </message>
    <message>
        <source>System prompt %L1
Earlier messages %L2
Attachments %L3
Your draft %L4
Kept for the reply %L5
of %L6 tokens</source>
        <translation>系统提示词 %L1
此前的消息 %L2
附件 %L3
您的草稿 %L4
为回复预留 %L5
共 %L6 词元</translation>
    </message>
    <message>
        <source>About: the model’s own count is not on this machine</source>
        <translation>约数：该模型自己的计数不在本机</translation>
    </message>
</context>
<context>
    <name>ContextLine</name>
    <message>
        <source>The model sees from here</source>
        <translation>模型从这里开始看得见</translation>
    </message>
</context>
<context>
    <name>ContextSection</name>
    <message>
        <source>Context length</source>
        <translation>上下文长度</translation>
    </message>
    <message>
        <source>All that the model can see at once: system prompt, messages, attachments and the reply. A longer context takes more memory.</source>
        <translation>模型一次能看到的全部内容：系统提示词、消息、附件和回复。上下文越长，占用内存越多。</translation>
    </message>
    <message>
        <source>%1, %2 in all</source>
        <translation>%1，共 %2</translation>
    </message>
    <message>
        <source>%1 in all: does not fit</source>
        <translation>共 %1：放不下</translation>
    </message>
</context>
<context>
    <name>CopyLine</name>
    <message>
        <source>Copied</source>
        <translation>已复制</translation>
    </message>
    <message>
        <source>Copy: %1</source>
        <translation>复制：%1</translation>
    </message>
</context>
<context>
    <name>DataSection</name>
    <message>
        <source>Data</source>
        <translation>数据</translation>
    </message>
    <message>
        <source>Everything stays on this machine: chats in one database, templates beside it. To keep a copy, copy the folder while Qwill is closed.</source>
        <translation>一切都在本机：对话存于一个数据库，模板在它旁边。如需备份，请在关闭 Qwill 后复制该文件夹。</translation>
    </message>
    <message>
        <source>Chats and templates</source>
        <translation>对话和模板</translation>
    </message>
    <message>
        <source>Models</source>
        <translation>模型</translation>
    </message>
    <message>
        <source>Prepared weights</source>
        <translation>预处理的权重</translation>
    </message>
    <message>
        <source>Made at the first load of a model, so that the next is quick. Qwill makes them again when they are deleted.</source>
        <translation>首次加载模型时生成，使之后的加载更快。删除后 Qwill 会重新生成。</translation>
    </message>
    <message>
        <source>Trash</source>
        <translation>回收站</translation>
    </message>
    <message>
        <source>The trash is empty</source>
        <translation>回收站是空的</translation>
    </message>
    <message numerus="yes">
        <source>%n chat(s) in the trash</source>
        <translation>
            <numerusform>回收站中有 %n 个对话</numerusform>
        </translation>
    </message>
    <message>
        <source>A deleted chat stays here until the trash is emptied.</source>
        <translation>删除的对话会留在这里，直到清空回收站。</translation>
    </message>
    <message>
        <source>Empty the trash…</source>
        <translation>清空回收站…</translation>
    </message>
    <message>
        <source>Delete for good?</source>
        <translation>彻底删除？</translation>
    </message>
    <message numerus="yes">
        <source>%n chat(s) will be deleted. This cannot be undone.</source>
        <translation>
            <numerusform>将删除 %n 个对话，无法撤销。</numerusform>
        </translation>
    </message>
    <message>
        <source>Delete for good</source>
        <translation>彻底删除</translation>
    </message>
    <message>
        <source>Cancel</source>
        <translation>取消</translation>
    </message>
    <message>
        <source>Clear</source>
        <translation>清除</translation>
    </message>
    <message>
        <source>Clear the prepared weights</source>
        <translation>清除预处理的权重</translation>
    </message>
</context>
<context>
    <name>DeleteModel</name>
    <message>
        <source>Delete “%1”?</source>
        <translation>删除“%1”？</translation>
    </message>
    <message>
        <source>Where it lies</source>
        <translation>所在位置</translation>
    </message>
    <message>
        <source>Delete</source>
        <translation>删除</translation>
    </message>
    <message>
        <source>Keep it</source>
        <translation>保留</translation>
    </message>
</context>
<context>
    <name>DiagnosticsSection</name>
    <message>
        <source>Diagnostics</source>
        <translation>诊断</translation>
    </message>
    <message>
        <source>Holds no text of any chat.</source>
        <translation>不含任何对话文字。</translation>
    </message>
    <message>
        <source>Copy as text</source>
        <translation>复制为文本</translation>
    </message>
    <message>
        <source>Log</source>
        <translation>日志</translation>
    </message>
    <message>
        <source>Nothing was said yet.</source>
        <translation>还没有任何记录。</translation>
    </message>
</context>
<context>
    <name>DownloadActions</name>
    <message>
        <source>Pause</source>
        <translation>暂停</translation>
    </message>
    <message>
        <source>Pause the download of %1</source>
        <translation>暂停下载 %1</translation>
    </message>
    <message>
        <source>Resume</source>
        <translation>继续</translation>
    </message>
    <message>
        <source>Resume the download of %1</source>
        <translation>继续下载 %1</translation>
    </message>
    <message>
        <source>Use it</source>
        <translation>使用</translation>
    </message>
    <message>
        <source>Load %1 now</source>
        <translation>立即加载 %1</translation>
    </message>
    <message>
        <source>Cancel</source>
        <translation>取消</translation>
    </message>
    <message>
        <source>Cancel the download of %1 and remove what came</source>
        <translation>取消下载 %1，并删除已下载的部分</translation>
    </message>
    <message>
        <source>Put this line away; the model stays</source>
        <translation>收起此行；模型保留</translation>
    </message>
</context>
<context>
    <name>DownloadRow</name>
    <message>
        <source>Download of %1: %2</source>
        <translation>下载 %1：%2</translation>
    </message>
    <message>
        <source>%1 %</source>
        <translation>%1%</translation>
    </message>
</context>
<context>
    <name>DropCurtain</name>
    <message>
        <source>Drop to attach</source>
        <translation>松开即可附加</translation>
    </message>
    <message>
        <source>Drop to add the model</source>
        <translation>松开即可添加模型</translation>
    </message>
</context>
<context>
    <name>EmptyChat</name>
    <message>
        <source>What would you like to know?</source>
        <translation>您想了解什么？</translation>
    </message>
    <message>
        <source>The guide answers: a small model that comes with Qwill and knows only Qwill. Everything stays on this machine.</source>
        <translation>由“向导”回答：它是 Qwill 自带的小模型，只了解 Qwill。一切都留在本机。</translation>
    </message>
    <message>
        <source>Everything stays on this machine.</source>
        <translation>一切都留在本机。</translation>
    </message>
    <message>
        <source>What can Qwill do?</source>
        <translation>Qwill 能做什么？</translation>
    </message>
    <message>
        <source>Which model fits this machine?</source>
        <translation>这台电脑适合用哪个模型？</translation>
    </message>
    <message>
        <source>How do I export a chat?</source>
        <translation>怎么导出对话？</translation>
    </message>
    <message>
        <source>A model answers that is not on this machine: what you send goes to %1.</source>
        <translation>回答的模型不在本机：您发送的内容会传到 %1。</translation>
    </message>
</context>
<context>
    <name>EngineSection</name>
    <message>
        <source>Engine</source>
        <translation>引擎</translation>
    </message>
    <message>
        <source>Device</source>
        <translation>设备</translation>
    </message>
    <message>
        <source>Automatic</source>
        <translation>自动</translation>
    </message>
    <message>
        <source>CPU</source>
        <translation>CPU</translation>
    </message>
    <message>
        <source>NVIDIA card (CUDA)</source>
        <translation>NVIDIA 显卡（CUDA）</translation>
    </message>
    <message>
        <source>Threads</source>
        <translation>线程数</translation>
    </message>
    <message>
        <source>Precision of the weights</source>
        <translation>权重精度</translation>
    </message>
    <message>
        <source>4 bits need the least memory and are fastest on a CPU; 8 bits are practically as good as the original.</source>
        <translation>4 位占用内存最少，在 CPU 上也最快；8 位与原始精度几乎无差别。</translation>
    </message>
    <message>
        <source>32 bits</source>
        <translation>32 位</translation>
    </message>
    <message>
        <source>16 bits</source>
        <translation>16 位</translation>
    </message>
    <message>
        <source>8 bits</source>
        <translation>8 位</translation>
    </message>
    <message>
        <source>4 bits</source>
        <translation>4 位</translation>
    </message>
    <message>
        <source>Precision of the context (KV cache)</source>
        <translation>上下文精度（KV 缓存）</translation>
    </message>
    <message>
        <source>8 bits halve the memory of a long context with hardly any loss.</source>
        <translation>8 位使长上下文的内存减半，质量几乎不变。</translation>
    </message>
    <message>
        <source>Memory</source>
        <translation>内存</translation>
    </message>
    <message>
        <source>Unload the model when idle</source>
        <translation>闲置时卸载模型</translation>
    </message>
    <message>
        <source>Its memory is given back; the next message loads it again.</source>
        <translation>释放它占用的内存；下次发消息时自动重新加载。</translation>
    </message>
    <message>
        <source>Never</source>
        <translation>从不</translation>
    </message>
    <message numerus="yes">
        <source>After %n minute(s)</source>
        <translation>
            <numerusform>%n 分钟后</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>After %n hour(s)</source>
        <translation>
            <numerusform>%n 小时后</numerusform>
        </translation>
    </message>
    <message>
        <source>Automatic is nearly always best: it tells fast cores from slow ones. Fewer threads keep the machine cool.</source>
        <translation>自动几乎总是最好：它能区分快核与慢核。线程少一些，机器更凉。</translation>
    </message>
</context>
<context>
    <name>EngineText</name>
    <message>
        <source>The CPU was asked for: the CPU&apos;s %1 kernels.</source>
        <translation>已指定使用 CPU：%1 内核。</translation>
    </message>
    <message>
        <source>Loading was cancelled.</source>
        <translation>加载已取消。</translation>
    </message>
    <message>
        <source>The model was unloaded.</source>
        <translation>模型已卸载。</translation>
    </message>
    <message>
        <source>No model was named.</source>
        <translation>没有指定模型。</translation>
    </message>
    <message>
        <source>There is no model at %1.</source>
        <translation>%1 处没有模型。</translation>
    </message>
    <message>
        <source>There is nothing at %1.</source>
        <translation>%1 处什么也没有。</translation>
    </message>
    <message>
        <source>There is no file %1.</source>
        <translation>没有文件 %1。</translation>
    </message>
    <message>
        <source>Cannot read %1: %2.</source>
        <translation>无法读取 %1：%2。</translation>
    </message>
    <message>
        <source>Cannot write %1: %2.</source>
        <translation>无法写入 %1：%2。</translation>
    </message>
    <message>
        <source>The directory %1 has no config.json, so it is no model.</source>
        <translation>文件夹 %1 中没有 config.json，因此不是模型。</translation>
    </message>
    <message>
        <source>The directory %1 holds no tokenizer.json and no tokenizer.model.</source>
        <translation>文件夹 %1 中没有 tokenizer.json 或 tokenizer.model。</translation>
    </message>
    <message>
        <source>The directory %1 has no .safetensors file.</source>
        <translation>文件夹 %1 中没有 .safetensors 文件。</translation>
    </message>
    <message>
        <source>The directory %1 has no .safetensors file; PyTorch .bin files are not supported.</source>
        <translation>文件夹 %1 中没有 .safetensors 文件；不支持 PyTorch 的 .bin 文件。</translation>
    </message>
    <message>
        <source>The shard %1 named by %2 is missing.</source>
        <translation>缺少 %2 中列出的分片 %1。</translation>
    </message>
    <message>
        <source>The model lacks the tensor %1.</source>
        <translation>模型缺少张量 %1。</translation>
    </message>
    <message>
        <source>The prompt has %1 tokens, but the context holds %2 including the reply: shorten the prompt or load the model with a longer context.</source>
        <translation>提示有 %1 个词元，而上下文连同回复只能容纳 %2 个：请缩短提示，或用更长的上下文加载模型。</translation>
    </message>
    <message>
        <source>The text has %1 tokens, but the context holds %2.</source>
        <translation>文本有 %1 个词元，而上下文只能容纳 %2 个。</translation>
    </message>
    <message>
        <source>The architecture %1 is not supported; this engine runs Qwen3, Qwen2, Llama, Mistral, Gemma, Phi-3 and SmolLM3.</source>
        <translation>不支持架构 %1；本引擎可运行 Qwen3、Qwen2、Llama、Mistral、Gemma、Phi-3 和 SmolLM3。</translation>
    </message>
    <message>
        <source>The CPU computes, with its %1 kernels.</source>
        <translation>由 CPU 计算，使用 %1 内核。</translation>
    </message>
    <message>
        <source>Choose the device auto or cpu.</source>
        <translation>请把设备设为“自动”或“CPU”。</translation>
    </message>
    <message>
        <source>The %1 computes, with CUDA.</source>
        <translation>由 %1 通过 CUDA 计算。</translation>
    </message>
    <message>
        <source>There is no NVIDIA driver.</source>
        <translation>没有 NVIDIA 驱动程序。</translation>
    </message>
    <message>
        <source>The NVIDIA driver knows no card.</source>
        <translation>NVIDIA 驱动程序没有发现显卡。</translation>
    </message>
    <message>
        <source>The NVIDIA driver did not start (error %1).</source>
        <translation>NVIDIA 驱动程序未能启动（错误 %1）。</translation>
    </message>
    <message>
        <source>The NVIDIA driver is too old for Qwill.</source>
        <translation>NVIDIA 驱动程序太旧，Qwill 无法使用。</translation>
    </message>
    <message>
        <source>The NVIDIA driver is too old: it serves CUDA %1, and Qwill needs %2.</source>
        <translation>NVIDIA 驱动程序太旧：它支持 CUDA %1，而 Qwill 需要 %2。</translation>
    </message>
    <message>
        <source>The %1 is too old for CUDA in Qwill, which needs a card of 2018 or later.</source>
        <translation>%1 太旧，Qwill 的 CUDA 需要 2018 年或之后的显卡。</translation>
    </message>
    <message>
        <source>Qwill&apos;s CUDA module is not installed.</source>
        <translation>未安装 Qwill 的 CUDA 模块。</translation>
    </message>
    <message>
        <source>Qwill&apos;s CUDA module cannot be used: it was built for version %1, and this is %2.</source>
        <translation>无法使用 Qwill 的 CUDA 模块：它是为版本 %1 构建的，而当前版本是 %2。</translation>
    </message>
    <message>
        <source>Qwill&apos;s CUDA module cannot be used: %1.</source>
        <translation>无法使用 Qwill 的 CUDA 模块：%1。</translation>
    </message>
    <message>
        <source>Qwill&apos;s CUDA module was not built for the %1.</source>
        <translation>Qwill 的 CUDA 模块不是为 %1 构建的。</translation>
    </message>
    <message>
        <source>The %1 does not answer.</source>
        <translation>%1 没有响应。</translation>
    </message>
    <message>
        <source>The model needs %1 of the card&apos;s memory, and %2 are free.</source>
        <translation>模型需要 %1 显存，而可用的有 %2。</translation>
    </message>
    <message>
        <source>The card&apos;s memory holds a context of %1 tokens, not of %2.</source>
        <translation>显存可容纳 %1 个词元的上下文，而不是 %2 个。</translation>
    </message>
    <message>
        <source>The context is kept in 8 bits to fit the card&apos;s memory.</source>
        <translation>为适应显存，上下文以 8 位保存。</translation>
    </message>
    <message>
        <source>The weights are kept in 4 bits to fit the card&apos;s memory.</source>
        <translation>为适应显存，权重以 4 位保存。</translation>
    </message>
    <message>
        <source>The card could not be opened: %1.</source>
        <translation>无法打开显卡：%1。</translation>
    </message>
    <message>
        <source>The card refused %1 of memory: %2.</source>
        <translation>显卡拒绝分配 %1 显存：%2。</translation>
    </message>
    <message>
        <source>There are no CUDA kernels yet for weights in the form %1.</source>
        <translation>CUDA 尚不支持 %1 形式的权重。</translation>
    </message>
    <message>
        <source>The graphics card&apos;s memory ran out: close what else uses it, then continue the reply, or load the model with a shorter context.</source>
        <translation>显存不足：请关闭其他占用显存的程序后继续回复，或以更短的上下文加载模型。</translation>
    </message>
    <message>
        <source>cuBLASLt %1 multiplies long prompts where weights have 16 bits.</source>
        <translation>权重为 16 位时，长提示词由 cuBLASLt %1 做矩阵乘法。</translation>
    </message>
    <message>
        <source>cuBLASLt was asked for, but %1: Qwill&apos;s own kernels multiply.</source>
        <translation>要求使用 cuBLASLt，但 %1：改由 Qwill 自己的内核计算。</translation>
    </message>
    <message>
        <source>cuBLASLt %1 does not start (%2): Qwill&apos;s own kernels multiply.</source>
        <translation>cuBLASLt %1 无法启动（%2）：改由 Qwill 自己的内核计算。</translation>
    </message>
</context>
<context>
    <name>ExportDialog</name>
    <message>
        <source>Export chat</source>
        <translation>导出对话</translation>
    </message>
    <message>
        <source>Format</source>
        <translation>格式</translation>
    </message>
    <message>
        <source>Markdown</source>
        <translation>Markdown</translation>
    </message>
    <message>
        <source>HTML, one page</source>
        <translation>HTML（单页）</translation>
    </message>
    <message>
        <source>PDF</source>
        <translation>PDF</translation>
    </message>
    <message>
        <source>JSON, can be imported again</source>
        <translation>JSON（可重新导入）</translation>
    </message>
    <message>
        <source>What</source>
        <translation>内容</translation>
    </message>
    <message>
        <source>Whole chat, all branches</source>
        <translation>整个对话（含所有分支）</translation>
    </message>
    <message>
        <source>The branch that is shown</source>
        <translation>当前显示的分支</translation>
    </message>
    <message>
        <source>This message</source>
        <translation>这条消息</translation>
    </message>
    <message>
        <source>Save…</source>
        <translation>保存…</translation>
    </message>
    <message>
        <source>Copy</source>
        <translation>复制</translation>
    </message>
    <message>
        <source>Cancel</source>
        <translation>取消</translation>
    </message>
</context>
<context>
    <name>FileDialog</name>
    <message>
        <source>File name</source>
        <translation>文件名</translation>
    </message>
    <message>
        <source>Filter</source>
        <translation>类型</translation>
    </message>
    <message>
        <source>Overwrite file?</source>
        <translation>覆盖文件？</translation>
    </message>
    <message>
        <source>“%1” already exists.
Do you want to replace it?</source>
        <translation>“%1”已存在。
要替换它吗？</translation>
    </message>
</context>
<context>
    <name>FindBar</name>
    <message>
        <source>Find in this chat</source>
        <translation>在此对话中查找</translation>
    </message>
    <message>
        <source>None</source>
        <translation>无</translation>
    </message>
    <message>
        <source>Match %1 of %2</source>
        <translation>第 %1 处，共 %2 处</translation>
    </message>
    <message>
        <source>Previous match</source>
        <translation>上一处</translation>
    </message>
    <message>
        <source>Next match</source>
        <translation>下一处</translation>
    </message>
    <message>
        <source>Close the find bar</source>
        <translation>关闭查找栏</translation>
    </message>
</context>
<context>
    <name>FolderDialog</name>
    <message>
        <source>New folder</source>
        <translation>新建文件夹</translation>
    </message>
    <message>
        <source>Name of the folder</source>
        <translation>文件夹名称</translation>
    </message>
    <message>
        <source>Move chat there</source>
        <translation>将对话移到那里</translation>
    </message>
    <message>
        <source>Cancel</source>
        <translation>取消</translation>
    </message>
</context>
<context>
    <name>FontNotice</name>
    <message>
        <source>This system has no font with Chinese characters. Install one, such as fonts-noto-cjk, and start Qwill again.</source>
        <translation>No font with Chinese characters was found: install one, such as fonts-noto-cjk, and start Qwill again. 未找到中文字体，请安装一种（如 fonts-noto-cjk）后重新启动 Qwill。</translation>
    </message>
</context>
<context>
    <name>FooterBlock</name>
    <message>
        <source>Thinking…</source>
        <translation>思考中…</translation>
    </message>
    <message>
        <source>The reply was cut off at its longest length.</source>
        <translation>回复已达最大长度而截断。</translation>
    </message>
    <message>
        <source>Stopped.</source>
        <translation>已停止。</translation>
    </message>
    <message>
        <source>Continue</source>
        <translation>继续</translation>
    </message>
    <message>
        <source>Try again</source>
        <translation>重试</translation>
    </message>
</context>
<context>
    <name>FormRow</name>
    <message>
        <source>Reset: %1</source>
        <translation>重置：%1</translation>
    </message>
</context>
<context>
    <name>FormulaBlock</name>
    <message>
        <source>Copy as TeX</source>
        <translation>复制为 TeX</translation>
    </message>
    <message>
        <source>Copy as MathML</source>
        <translation>复制为 MathML</translation>
    </message>
</context>
<context>
    <name>GetModels</name>
    <message>
        <source>Models folder</source>
        <translation>模型文件夹</translation>
    </message>
    <message>
        <source>Get a model</source>
        <translation>获取模型</translation>
    </message>
    <message>
        <source>Nothing is fetched before you press Download. Each file is checked before the model appears above; a download goes on where it stopped, also after Qwill was closed.</source>
        <translation>按下“下载”之前不会获取任何内容。每个文件校验无误后，模型才会出现在上方；下载中断后可从中断处继续，关闭 Qwill 之后也一样。</translation>
    </message>
</context>
<context>
    <name>ImportDrop</name>
    <message>
        <source>Drop to import these chats</source>
        <translation>松开即可导入这些对话</translation>
    </message>
</context>
<context>
    <name>ImportFiles</name>
    <message>
        <source>Import chats</source>
        <translation>导入对话</translation>
    </message>
    <message>
        <source>Chats of Qwill, ChatGPT or Open WebUI (*.json)</source>
        <translation>Qwill、ChatGPT 或 Open WebUI 的对话 (*.json)</translation>
    </message>
    <message>
        <source>All files (*)</source>
        <translation>所有文件 (*)</translation>
    </message>
    <message>
        <source>Importing chats, %1 %</source>
        <translation>正在导入对话，%1%</translation>
    </message>
    <message>
        <source>Reading the file…</source>
        <translation>正在读取文件…</translation>
    </message>
</context>
<context>
    <name>KeyList</name>
    <message>
        <source>Keyboard shortcuts</source>
        <translation>键盘快捷键</translation>
    </message>
    <message>
        <source>Send the message</source>
        <translation>发送消息</translation>
    </message>
    <message>
        <source>Begin a new line in it</source>
        <translation>在消息中换行</translation>
    </message>
    <message>
        <source>Templates, in an empty message</source>
        <translation>模板（在空消息中）</translation>
    </message>
    <message>
        <source>Next match, previous match</source>
        <translation>下一处、上一处</translation>
    </message>
    <message>
        <source>Move to the trash, in the list of chats</source>
        <translation>移入回收站（在对话列表中）</translation>
    </message>
    <message>
        <source>Del</source>
        <translation>Del</translation>
    </message>
    <message>
        <source>Bring it back, in the list of chats</source>
        <translation>恢复（在对话列表中）</translation>
    </message>
    <message>
        <source>Close</source>
        <translation>关闭</translation>
    </message>
</context>
<context>
    <name>LanguageSection</name>
    <message>
        <source>Language</source>
        <translation>语言</translation>
    </message>
    <message>
        <source>Language of the window</source>
        <translation>界面语言</translation>
    </message>
    <message>
        <source>At once, without a restart. In which language a model answers is up to you and the model.</source>
        <translation>立即生效，无需重启。模型用什么语言回答，取决于您和模型。</translation>
    </message>
    <message>
        <source>As the system</source>
        <translation>跟随系统</translation>
    </message>
    <message>
        <source>Keys</source>
        <translation>按键</translation>
    </message>
    <message>
        <source>Send a message with</source>
        <translation>发送消息</translation>
    </message>
    <message>
        <source>Shift+Enter begins a new line.</source>
        <translation>按 Shift+Enter 换行。</translation>
    </message>
    <message>
        <source>Enter begins a new line.</source>
        <translation>按 Enter 换行。</translation>
    </message>
    <message>
        <source>Enter</source>
        <translation>Enter</translation>
    </message>
    <message>
        <source>Ctrl+Enter</source>
        <translation>Ctrl+Enter</translation>
    </message>
</context>
<context>
    <name>LicencesDialog</name>
    <message>
        <source>Licences</source>
        <translation>许可证</translation>
    </message>
    <message>
        <source>Close</source>
        <translation>关闭</translation>
    </message>
</context>
<context>
    <name>LinkQuestion</name>
    <message>
        <source>Open %1?</source>
        <translation>打开 %1？</translation>
    </message>
    <message>
        <source>Open this link?</source>
        <translation>打开这个链接？</translation>
    </message>
    <message>
        <source>This link cannot be opened</source>
        <translation>无法打开这个链接</translation>
    </message>
    <message>
        <source>The model wrote this link. It leads out of Qwill, to:</source>
        <translation>这个链接由模型写出，将离开 Qwill 前往：</translation>
    </message>
    <message>
        <source>Only web and mail addresses are opened. The model wrote:</source>
        <translation>只能打开网址和邮件地址。模型写的是：</translation>
    </message>
    <message>
        <source>Open</source>
        <translation>打开</translation>
    </message>
    <message>
        <source>Copy the link</source>
        <translation>复制链接</translation>
    </message>
    <message>
        <source>Cancel</source>
        <translation>取消</translation>
    </message>
    <message>
        <source>Close</source>
        <translation>关闭</translation>
    </message>
</context>
<context>
    <name>LookCommands</name>
    <message>
        <source>Dark theme</source>
        <translation>深色主题</translation>
    </message>
    <message>
        <source>Light theme</source>
        <translation>浅色主题</translation>
    </message>
    <message>
        <source>Theme of the system</source>
        <translation>跟随系统主题</translation>
    </message>
    <message>
        <source>Larger text</source>
        <translation>放大文字</translation>
    </message>
    <message>
        <source>Smaller text</source>
        <translation>缩小文字</translation>
    </message>
    <message>
        <source>Text in its usual size</source>
        <translation>恢复文字大小</translation>
    </message>
</context>
<context>
    <name>MathText</name>
    <message>
        <source>This formula is too long to be shown as one.</source>
        <translation>公式太长，无法排版显示。</translation>
    </message>
    <message>
        <source>This build shows formulas as they are written.</source>
        <translation>此版本按原文显示公式。</translation>
    </message>
    <message>
        <source>This formula took too long to set.</source>
        <translation>公式排版用时过长。</translation>
    </message>
    <message>
        <source>This formula cannot be set.</source>
        <translation>无法排版此公式。</translation>
    </message>
    <message>
        <source>This is not TeX that can be set: %1</source>
        <translation>无法排版的 TeX：%1</translation>
    </message>
    <message>
        <source>This formula is too large to be shown as one.</source>
        <translation>公式太大，无法排版显示。</translation>
    </message>
</context>
<context>
    <name>MemoryPlan</name>
    <message>
        <source>Weights</source>
        <translation>权重</translation>
    </message>
    <message>
        <source>Context</source>
        <translation>上下文</translation>
    </message>
    <message>
        <source>Working space</source>
        <translation>工作区</translation>
    </message>
    <message>
        <source>Where it lies</source>
        <translation>所在位置</translation>
    </message>
</context>
<context>
    <name>MemorySteps</name>
    <message>
        <source>To need less memory</source>
        <translation>减少内存占用</translation>
    </message>
    <message>
        <source>To make it fit</source>
        <translation>使它放得下</translation>
    </message>
    <message>
        <source>%1: %2</source>
        <translation>%1：%2</translation>
    </message>
    <message>
        <source>Take</source>
        <translation>采用</translation>
    </message>
    <message>
        <source>Take this step: %1</source>
        <translation>采用这一步：%1</translation>
    </message>
</context>
<context>
    <name>MessageActions</name>
    <message>
        <source>Copy</source>
        <translation>复制</translation>
    </message>
    <message>
        <source>Answer again</source>
        <translation>重新回答</translation>
    </message>
    <message>
        <source>Regenerate</source>
        <translation>重新生成</translation>
    </message>
    <message>
        <source>Edit</source>
        <translation>编辑</translation>
    </message>
    <message>
        <source>More</source>
        <translation>更多</translation>
    </message>
</context>
<context>
    <name>MessageArea</name>
    <message>
        <source>Message</source>
        <translation>消息</translation>
    </message>
</context>
<context>
    <name>MessageEditor</name>
    <message>
        <source>Edit your message</source>
        <translation>编辑您的消息</translation>
    </message>
    <message>
        <source>Edit the reply</source>
        <translation>编辑回复</translation>
    </message>
    <message>
        <source>Cancel</source>
        <translation>取消</translation>
    </message>
    <message>
        <source>Save</source>
        <translation>保存</translation>
    </message>
    <message>
        <source>Save and continue</source>
        <translation>保存并续写</translation>
    </message>
    <message>
        <source>Save and answer again</source>
        <translation>保存并重新回答</translation>
    </message>
    <message>
        <source>Edit the summary</source>
        <translation>编辑总结</translation>
    </message>
</context>
<context>
    <name>MessageMenu</name>
    <message>
        <source>Copy as Markdown</source>
        <translation>复制为 Markdown</translation>
    </message>
    <message>
        <source>Copy as rich text</source>
        <translation>复制为富文本</translation>
    </message>
    <message>
        <source>Edit</source>
        <translation>编辑</translation>
    </message>
    <message>
        <source>Answer again</source>
        <translation>重新回答</translation>
    </message>
    <message>
        <source>Regenerate</source>
        <translation>重新生成</translation>
    </message>
    <message>
        <source>Continue writing</source>
        <translation>继续写</translation>
    </message>
    <message>
        <source>New chat from here</source>
        <translation>从这里新建对话</translation>
    </message>
    <message>
        <source>Export this message…</source>
        <translation>导出这条消息…</translation>
    </message>
    <message>
        <source>Let the model see from here only</source>
        <translation>让模型只从这里开始看</translation>
    </message>
</context>
<context>
    <name>ModelActions</name>
    <message>
        <source>Cancel</source>
        <translation>取消</translation>
    </message>
    <message>
        <source>Unload</source>
        <translation>卸载</translation>
    </message>
    <message>
        <source>Load</source>
        <translation>加载</translation>
    </message>
    <message>
        <source>Load “%1”</source>
        <translation>加载“%1”</translation>
    </message>
    <message>
        <source>Take “%1” off the list; its files stay</source>
        <translation>将“%1”移出列表；文件保留</translation>
    </message>
    <message>
        <source>Delete “%1” from the disk…</source>
        <translation>从磁盘删除“%1”…</translation>
    </message>
</context>
<context>
    <name>ModelChip</name>
    <message>
        <source>Loading %1 %</source>
        <translation>正在加载 %1%</translation>
    </message>
    <message>
        <source>Cannot be opened</source>
        <translation>无法打开</translation>
    </message>
    <message>
        <source>No model</source>
        <translation>无模型</translation>
    </message>
    <message>
        <source>Resting until you write</source>
        <translation>休息中，写消息时唤醒</translation>
    </message>
    <message>
        <source>Guide</source>
        <translation>向导</translation>
    </message>
    <message>
        <source>not on this machine</source>
        <translation>不在本机</translation>
    </message>
</context>
<context>
    <name>ModelDrop</name>
    <message>
        <source>Drop to add the model</source>
        <translation>松开即可添加模型</translation>
    </message>
</context>
<context>
    <name>ModelNews</name>
    <message>
        <source>Dismiss</source>
        <translation>关闭</translation>
    </message>
</context>
<context>
    <name>ModelNotices</name>
    <message>
        <source>Try again, load another model, or take one of the steps under the model’s plan of memory.</source>
        <translation>请重试、加载其他模型，或在模型的内存计划下采用某一步骤。</translation>
    </message>
    <message>
        <source>Try again</source>
        <translation>重试</translation>
    </message>
    <message>
        <source>Qwill reads folders in the layout of Hugging Face, with a config.json, and .gguf files.</source>
        <translation>Qwill 可读取含 config.json 的 Hugging Face 格式文件夹，以及 .gguf 文件。</translation>
    </message>
    <message>
        <source>Dismiss</source>
        <translation>关闭</translation>
    </message>
</context>
<context>
    <name>ModelRow</name>
    <message>
        <source>Hides the plan of memory</source>
        <translation>隐藏内存计划</translation>
    </message>
    <message>
        <source>Shows the plan of memory</source>
        <translation>显示内存计划</translation>
    </message>
    <message>
        <source>Comes with Qwill and knows only Qwill. %1</source>
        <translation>Qwill 自带，只了解 Qwill。%1</translation>
    </message>
    <message>
        <source>Loading %1 %</source>
        <translation>正在加载 %1%</translation>
    </message>
</context>
<context>
    <name>ModelWords</name>
    <message>
        <source>Loaded</source>
        <translation>已加载</translation>
    </message>
</context>
<context>
    <name>ModelsPage</name>
    <message>
        <source>A model’s folder</source>
        <translation>模型的文件夹</translation>
    </message>
    <message>
        <source>A model’s file</source>
        <translation>模型文件</translation>
    </message>
    <message>
        <source>Models</source>
        <translation>模型</translation>
    </message>
    <message>
        <source>All files</source>
        <translation>所有文件</translation>
    </message>
    <message>
        <source>Add a file…</source>
        <translation>添加文件…</translation>
    </message>
    <message>
        <source>Add a folder…</source>
        <translation>添加文件夹…</translation>
    </message>
    <message>
        <source>Looking for models…</source>
        <translation>正在查找模型…</translation>
    </message>
    <message>
        <source>There is no model here yet. Drop a folder or a .gguf file into the window, or add one above.</source>
        <translation>这里还没有模型。把文件夹或 .gguf 文件拖进窗口，或在上方添加。</translation>
    </message>
    <message>
        <source>Look for models</source>
        <translation>查找模型</translation>
    </message>
    <message>
        <source>Lists what Hugging Face’s cache, LM Studio and GPT4All keep on this machine</source>
        <translation>列出本机上 Hugging Face 缓存、LM Studio 和 GPT4All 中的模型</translation>
    </message>
</context>
<context>
    <name>OverflowDialog</name>
    <message>
        <source>This no longer fits into the model&apos;s context</source>
        <translation>已超出模型的上下文</translation>
    </message>
    <message>
        <source>The chat with your message needs %L1 tokens; the context holds %L2. Nothing was sent.</source>
        <translation>对话连同这条消息需要 %L1 词元，而上下文只能容纳 %L2。尚未发送任何内容。</translation>
    </message>
    <message>
        <source>Summarise the oldest messages</source>
        <translation>总结最早的消息</translation>
    </message>
    <message>
        <source>Leave the oldest messages out</source>
        <translation>略去最早的消息</translation>
    </message>
    <message>
        <source>Enlarge the context</source>
        <translation>扩大上下文</translation>
    </message>
    <message>
        <source>Begin a new chat with a summary</source>
        <translation>用总结开始新对话</translation>
    </message>
    <message>
        <source>Back to the draft</source>
        <translation>返回草稿</translation>
    </message>
</context>
<context>
    <name>Overlays</name>
    <message>
        <source>“%1” was moved to the trash.</source>
        <translation>“%1”已移入回收站。</translation>
    </message>
    <message>
        <source>New chat</source>
        <translation>新对话</translation>
    </message>
    <message>
        <source>Undo</source>
        <translation>撤销</translation>
    </message>
    <message>
        <source>Copied.</source>
        <translation>已复制。</translation>
    </message>
</context>
<context>
    <name>PageHeader</name>
    <message>
        <source>Back to the chat</source>
        <translation>返回对话</translation>
    </message>
</context>
<context>
    <name>Palette</name>
    <message>
        <source>Command or chat</source>
        <translation>命令或对话</translation>
    </message>
    <message>
        <source>Commands and chats</source>
        <translation>命令和对话</translation>
    </message>
    <message>
        <source>No command and no chat is called so.</source>
        <translation>没有匹配的命令或对话。</translation>
    </message>
</context>
<context>
    <name>PresetPicker</name>
    <message>
        <source>None: the model answers as it was trained to</source>
        <translation>无：模型按其训练方式回答</translation>
    </message>
    <message>
        <source>Presets</source>
        <translation>预设</translation>
    </message>
    <message>
        <source>None</source>
        <translation>无</translation>
    </message>
    <message>
        <source>Text of the system prompt</source>
        <translation>系统提示词的内容</translation>
    </message>
</context>
<context>
    <name>PromptEditor</name>
    <message>
        <source>Change the preset</source>
        <translation>修改预设</translation>
    </message>
    <message>
        <source>New preset</source>
        <translation>新建预设</translation>
    </message>
    <message>
        <source>Change the template</source>
        <translation>修改模板</translation>
    </message>
    <message>
        <source>New template</source>
        <translation>新建模板</translation>
    </message>
    <message>
        <source>Name</source>
        <translation>名称</translation>
    </message>
    <message>
        <source>Text</source>
        <translation>内容</translation>
    </message>
    <message>
        <source>You are …</source>
        <translation>你是……</translation>
    </message>
    <message>
        <source>Explain {{subject}} to a beginner.</source>
        <translation>向初学者解释{{主题}}。</translation>
    </message>
    <message>
        <source>{{word}} becomes a field, {{word=value}} one that is filled in already.</source>
        <translation>{{词}} 会变成输入框，{{词=值}} 会预先填好。</translation>
    </message>
    <message>
        <source>Save</source>
        <translation>保存</translation>
    </message>
    <message>
        <source>Cancel</source>
        <translation>取消</translation>
    </message>
</context>
<context>
    <name>PromptList</name>
    <message>
        <source>comes with Qwill</source>
        <translation>Qwill 自带</translation>
    </message>
    <message>
        <source>Copy and change “%1”</source>
        <translation>复制并修改“%1”</translation>
    </message>
    <message>
        <source>Change “%1”</source>
        <translation>修改“%1”</translation>
    </message>
    <message>
        <source>Delete “%1”</source>
        <translation>删除“%1”</translation>
    </message>
    <message>
        <source>Add a preset</source>
        <translation>添加预设</translation>
    </message>
    <message>
        <source>Add a template</source>
        <translation>添加模板</translation>
    </message>
</context>
<context>
    <name>QueuedNote</name>
    <message>
        <source>Next</source>
        <translation>下一条</translation>
    </message>
    <message>
        <source>Take it back into the draft</source>
        <translation>放回草稿</translation>
    </message>
</context>
<context>
    <name>RemoteDialog</name>
    <message>
        <source>A model on another machine</source>
        <translation>其他机器上的模型</translation>
    </message>
    <message>
        <source>Address</source>
        <translation>地址</translation>
    </message>
    <message>
        <source>This connection is not encrypted: others on the way can read your messages and the key.</source>
        <translation>此连接未加密：途中的他人可以读到您的消息和密钥。</translation>
    </message>
    <message>
        <source>Key</source>
        <translation>密钥</translation>
    </message>
    <message>
        <source>Empty, where the server asks for none</source>
        <translation>服务器不要求时留空</translation>
    </message>
    <message>
        <source>Model, as the server calls it</source>
        <translation>模型（服务器所用的名称）</translation>
    </message>
    <message>
        <source>Context, tokens</source>
        <translation>上下文（词元）</translation>
    </message>
    <message>
        <source>Asking…</source>
        <translation>正在询问…</translation>
    </message>
    <message>
        <source>Ask the server for its models</source>
        <translation>询问服务器有哪些模型</translation>
    </message>
    <message>
        <source>Models of the server</source>
        <translation>服务器的模型</translation>
    </message>
    <message>
        <source>The key is kept in the system’s keyring, or, where there is none, in a file that only you can read.</source>
        <translation>密钥保存在系统的密钥环中；没有密钥环时，保存在只有您能读取的文件中。</translation>
    </message>
    <message>
        <source>Add</source>
        <translation>添加</translation>
    </message>
    <message>
        <source>Cancel</source>
        <translation>取消</translation>
    </message>
</context>
<context>
    <name>RemoteEndpoint</name>
    <message>
        <source>Enter the server’s address, such as https://ai.example.org/v1.</source>
        <translation>请输入服务器的地址，例如 https://ai.example.org/v1。</translation>
    </message>
    <message>
        <source>This is no address. One looks like https://ai.example.org/v1.</source>
        <translation>这不是地址。地址形如 https://ai.example.org/v1。</translation>
    </message>
    <message>
        <source>Only addresses that begin with https:// or http:// can be used.</source>
        <translation>只能使用以 https:// 或 http:// 开头的地址。</translation>
    </message>
    <message>
        <source>An address may hold no name and password: put the key below.</source>
        <translation>地址中不能含有用户名和密码：请把密钥填在下面。</translation>
    </message>
    <message>
        <source>Leave out what follows “?” or “#” in the address.</source>
        <translation>请去掉地址中“?”或“#”及其后的部分。</translation>
    </message>
</context>
<context>
    <name>RemoteReply</name>
    <message>
        <source>%1 sends more than a reply can be. The connection was closed.</source>
        <translation>%1 发来的内容超出了一条回复的限度。连接已关闭。</translation>
    </message>
    <message>
        <source>%1 stopped: “%2”</source>
        <translation>%1 中止了：“%2”</translation>
    </message>
    <message>
        <source>%1 closed the connection in the middle of the reply.</source>
        <translation>%1 在回复中途关闭了连接。</translation>
    </message>
    <message>
        <source>What answers at %1 is no server of OpenAI’s API. Check the address.</source>
        <translation>%1 上应答的不是 OpenAI API 的服务器。请检查地址。</translation>
    </message>
    <message>
        <source>%1 withheld the rest of the reply.</source>
        <translation>%1 扣下了回复的其余部分。</translation>
    </message>
    <message numerus="yes">
        <source>Nothing came from %1 for %n second(s).</source>
        <translation>
            <numerusform>%1 已有 %n 秒没有传来任何内容。</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>RemoteRow</name>
    <message>
        <source>The connection is not encrypted: others on the way can read along.</source>
        <translation>连接未加密：途中的他人可以读到内容。</translation>
    </message>
    <message>
        <source>In use</source>
        <translation>使用中</translation>
    </message>
    <message>
        <source>Stop using</source>
        <translation>停止使用</translation>
    </message>
    <message>
        <source>Use</source>
        <translation>使用</translation>
    </message>
    <message>
        <source>Stop using “%1”</source>
        <translation>停止使用“%1”</translation>
    </message>
    <message>
        <source>Use “%1”, which is not on this machine</source>
        <translation>使用不在本机的“%1”</translation>
    </message>
    <message>
        <source>Take “%1” off the list, with its key</source>
        <translation>从列表中移除“%1”及其密钥</translation>
    </message>
</context>
<context>
    <name>RemoteSection</name>
    <message>
        <source>On other machines</source>
        <translation>在其他机器上</translation>
    </message>
    <message>
        <source>A server of your own that speaks OpenAI’s API, such as vLLM, SGLang or another Qwill, can answer in your chats. It is asked only while you use its model: then what you send, and the messages before it, leave this machine.</source>
        <translation>您自己的、兼容 OpenAI API 的服务器（如 vLLM、SGLang 或另一个 Qwill）可以在您的对话中回答。只有在您使用它的模型时才会询问它：那时您发送的内容及之前的消息会离开本机。</translation>
    </message>
    <message>
        <source>Add a model elsewhere…</source>
        <translation>添加其他机器上的模型…</translation>
    </message>
</context>
<context>
    <name>RemoteTrouble</name>
    <message>
        <source>%1 does not know this model, or nothing answers at this address.</source>
        <translation>%1 不认识这个模型，或者此地址上没有应答。</translation>
    </message>
    <message>
        <source>%1 asks for payment.</source>
        <translation>%1 要求付款。</translation>
    </message>
    <message>
        <source>%1 took too long.</source>
        <translation>%1 用时过长。</translation>
    </message>
    <message>
        <source>This chat is too long for %1.</source>
        <translation>这个对话对 %1 来说太长。</translation>
    </message>
    <message>
        <source>%1 is asked too much at the moment. Try again later.</source>
        <translation>%1 目前请求过多。请稍后再试。</translation>
    </message>
    <message>
        <source>%1 did not accept the request.</source>
        <translation>%1 没有接受请求。</translation>
    </message>
    <message>
        <source>%1 sends the request elsewhere, which Qwill does not follow. Enter that address.</source>
        <translation>%1 把请求转往别处，Qwill 不会跟随。请直接输入那个地址。</translation>
    </message>
    <message>
        <source>%1 failed (%2). Try again later.</source>
        <translation>%1 出错（%2）。请稍后再试。</translation>
    </message>
    <message>
        <source>%1 It says: “%2”</source>
        <translation>%1它说：“%2”</translation>
    </message>
    <message>
        <source>Nothing answers at %1. Is the server running?</source>
        <translation>%1 上没有应答。服务器在运行吗？</translation>
    </message>
    <message>
        <source>There is no machine called %1.</source>
        <translation>没有名为 %1 的机器。</translation>
    </message>
    <message>
        <source>The connection to %1 is not secure, and nothing was sent: %2.</source>
        <translation>与 %1 的连接不安全，没有发送任何内容：%2。</translation>
    </message>
    <message>
        <source>%1 closed the connection in the middle of the reply.</source>
        <translation>%1 在回复中途关闭了连接。</translation>
    </message>
    <message>
        <source>%1 cannot be reached: %2.</source>
        <translation>无法连接 %1：%2。</translation>
    </message>
    <message>
        <source>%1 refused the key. Add the model again with the right one.</source>
        <translation>%1 拒绝了密钥。请用正确的密钥重新添加该模型。</translation>
    </message>
</context>
<context>
    <name>ReplyFigures</name>
    <message numerus="yes">
        <source>%n token(s)</source>
        <comment>of a reply</comment>
        <translation>
            <numerusform>%n 个词元</numerusform>
        </translation>
    </message>
    <message>
        <source>%1 tokens/s</source>
        <translation>%1 词元/秒</translation>
    </message>
    <message>
        <source>first word after %1 s</source>
        <translation>%1 秒后出首词</translation>
    </message>
    <message numerus="yes">
        <source>%n prompt token(s)</source>
        <translation>
            <numerusform>提示 %n 个词元</numerusform>
        </translation>
    </message>
    <message>
        <source>%1, %2 from the cache</source>
        <translation>%1，其中 %2 来自缓存</translation>
    </message>
    <message>
        <source>%1 s in all</source>
        <translation>共 %1 秒</translation>
    </message>
    <message>
        <source>%1 of %2 guessed tokens right</source>
        <extracomment>Repeated text is guessed ahead and checked by the model; right guesses make the reply faster.</extracomment>
        <translation>预测的 %2 个词元中 %1 个正确</translation>
    </message>
    <message>
        <source>not on this machine: %1</source>
        <translation>不在本机：%1</translation>
    </message>
</context>
<context>
    <name>SearchSheet</name>
    <message>
        <source>Search all chats</source>
        <translation>搜索所有对话</translation>
    </message>
    <message>
        <source>Matches</source>
        <translation>匹配结果</translation>
    </message>
    <message>
        <source>Nothing found. Chats in the trash are not searched.</source>
        <translation>没有找到。回收站中的对话不在搜索范围内。</translation>
    </message>
    <message>
        <source>Type what was said: a word, a part of one, 中文 too.</source>
        <translation>输入说过的内容：单词、单词的一部分，中文也行。</translation>
    </message>
    <message numerus="yes">
        <source>The first %n matches are shown. Type more to narrow them down.</source>
        <translation>
            <numerusform>显示前 %n 条结果。多输入一些可缩小范围。</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>ServerSection</name>
    <message>
        <source>Local server</source>
        <translation>本地服务器</translation>
    </message>
    <message>
        <source>Editors, scripts and other chat programs on this machine can use the loaded model by OpenAI&apos;s API. It listens on this machine only. Requests are answered together with your chats, and none of their text is kept.</source>
        <translation>本机上的编辑器、脚本和其他聊天程序可以通过 OpenAI 接口使用已加载的模型。它只监听本机。这些请求与你的对话一起得到回答，其文字不会被保存。</translation>
    </message>
    <message>
        <source>Serve other programs</source>
        <translation>为其他程序服务</translation>
    </message>
    <message>
        <source>On</source>
        <translation>已开启</translation>
    </message>
    <message>
        <source>Not running</source>
        <translation>未运行</translation>
    </message>
    <message>
        <source>Off</source>
        <translation>已关闭</translation>
    </message>
    <message>
        <source>Address</source>
        <translation>地址</translation>
    </message>
    <message>
        <source>What other programs call “base URL”.</source>
        <translation>其他程序中称为“Base URL”。</translation>
    </message>
    <message>
        <source>Port</source>
        <translation>端口</translation>
    </message>
    <message>
        <source>Ask for a key</source>
        <translation>要求密钥</translation>
    </message>
    <message>
        <source>Without one, every program of this machine may use the model.</source>
        <translation>没有密钥时，本机的任何程序都可以使用模型。</translation>
    </message>
    <message>
        <source>Key</source>
        <translation>密钥</translation>
    </message>
    <message>
        <source>Kept in a file that only you can read.</source>
        <translation>保存在只有你能读取的文件中。</translation>
    </message>
    <message>
        <source>New key</source>
        <translation>换新密钥</translation>
    </message>
    <message>
        <source>Requests now</source>
        <translation>当前请求</translation>
    </message>
    <message>
        <source>Nobody is asking anything.</source>
        <translation>目前没有请求。</translation>
    </message>
    <message>
        <source>The server is off.</source>
        <translation>服务器已关闭。</translation>
    </message>
    <message>
        <source>Answered</source>
        <translation>已回答</translation>
    </message>
    <message>
        <source>Time, path, status, tokens of prompt and reply, duration, client.</source>
        <translation>时间、路径、状态、提示与回复的词元数、用时、客户端。</translation>
    </message>
</context>
<context>
    <name>SettingsPage</name>
    <message>
        <source>Appearance</source>
        <translation>外观</translation>
    </message>
    <message>
        <source>Language</source>
        <translation>语言</translation>
    </message>
    <message>
        <source>Chat defaults</source>
        <translation>对话默认值</translation>
    </message>
    <message>
        <source>Engine</source>
        <translation>引擎</translation>
    </message>
    <message>
        <source>Templates</source>
        <translation>模板</translation>
    </message>
    <message>
        <source>Data</source>
        <translation>数据</translation>
    </message>
    <message>
        <source>Connections</source>
        <translation>连接</translation>
    </message>
    <message>
        <source>Diagnostics</source>
        <translation>诊断</translation>
    </message>
    <message>
        <source>About</source>
        <translation>关于</translation>
    </message>
    <message>
        <source>Settings</source>
        <translation>设置</translation>
    </message>
    <message>
        <source>Sections of the settings</source>
        <translation>设置的分类</translation>
    </message>
    <message>
        <source>Local server</source>
        <translation>本地服务器</translation>
    </message>
</context>
<context>
    <name>Sidebar</name>
    <message>
        <source>New chat</source>
        <translation>新对话</translation>
    </message>
    <message>
        <source>Temporary chat, not saved</source>
        <translation>临时对话（不保存）</translation>
    </message>
    <message>
        <source>Hide the sidebar</source>
        <translation>隐藏侧栏</translation>
    </message>
    <message>
        <source>Search all chats</source>
        <translation>搜索所有对话</translation>
    </message>
    <message>
        <source>Trash</source>
        <translation>回收站</translation>
    </message>
    <message>
        <source>Models</source>
        <translation>模型</translation>
    </message>
    <message>
        <source>Settings</source>
        <translation>设置</translation>
    </message>
</context>
<context>
    <name>SourceRows</name>
    <message>
        <source>Source of downloads</source>
        <translation>下载来源</translation>
    </message>
    <message>
        <source>The system’s proxy settings are followed. Each connection is listed under Connections.</source>
        <translation>遵循系统的代理设置。每次连接都会列在“连接”页中。</translation>
    </message>
    <message>
        <source>Hugging Face</source>
        <translation>Hugging Face</translation>
    </message>
    <message>
        <source>ModelScope</source>
        <translation>魔搭 ModelScope</translation>
    </message>
    <message>
        <source>An address of one’s own</source>
        <translation>自定义地址</translation>
    </message>
    <message>
        <source>Address</source>
        <translation>地址</translation>
    </message>
    <message>
        <source>A mirror that speaks as Hugging Face does, such as https://hf-mirror.com</source>
        <translation>与 Hugging Face 接口兼容的镜像，例如 https://hf-mirror.com</translation>
    </message>
    <message>
        <source>Address of the mirror</source>
        <translation>镜像地址</translation>
    </message>
</context>
<context>
    <name>StarterModel</name>
    <message>
        <source>Hugging Face</source>
        <translation>Hugging Face</translation>
    </message>
    <message>
        <source>ModelScope</source>
        <translation>魔搭 ModelScope</translation>
    </message>
    <message>
        <source>your own mirror</source>
        <translation>自己的镜像</translation>
    </message>
    <message>
        <source>The model recommended for this machine</source>
        <translation>推荐给这台电脑的模型</translation>
    </message>
    <message>
        <source>For real work: %1</source>
        <translation>正式使用：%1</translation>
    </message>
    <message>
        <source>It is on this machine already.</source>
        <translation>已经在这台电脑上。</translation>
    </message>
    <message>
        <source>It comes from %1, and is checked before it is used.</source>
        <translation>来自 %1，使用前会校验。</translation>
    </message>
    <message>
        <source>Use it</source>
        <translation>使用</translation>
    </message>
    <message>
        <source>Download</source>
        <translation>下载</translation>
    </message>
    <message>
        <source>Load %1 now</source>
        <translation>立即加载 %1</translation>
    </message>
    <message>
        <source>Download %1, %2</source>
        <translation>下载 %1，%2</translation>
    </message>
    <message>
        <source>Other models</source>
        <translation>其他模型</translation>
    </message>
    <message>
        <source>Choose a model</source>
        <translation>选择模型</translation>
    </message>
</context>
<context>
    <name>Stepper</name>
    <message>
        <source>Less</source>
        <translation>减少</translation>
    </message>
    <message>
        <source>More</source>
        <translation>增加</translation>
    </message>
</context>
<context>
    <name>SummaryBlock</name>
    <message>
        <source>Summary: the model reads this in place of what is above</source>
        <translation>总结：模型读它来代替上面的内容</translation>
    </message>
    <message>
        <source>Edit the summary</source>
        <translation>编辑总结</translation>
    </message>
    <message>
        <source>Take the summary back: the model reads the messages themselves again</source>
        <translation>撤回总结：模型重新读取原消息</translation>
    </message>
</context>
<context>
    <name>TemplateList</name>
    <message>
        <source>Templates</source>
        <translation>模板</translation>
    </message>
</context>
<context>
    <name>TemplatesSection</name>
    <message>
        <source>Prompt templates</source>
        <translation>提示模板</translation>
    </message>
    <message>
        <source>Type / in the composer to use one. {{word}} in a template becomes a field to fill in.</source>
        <translation>在输入框中输入 / 即可使用。模板中的 {{词}} 会变成待填的输入框。</translation>
    </message>
    <message>
        <source>Presets for the system prompt</source>
        <translation>系统提示词预设</translation>
    </message>
    <message>
        <source>Offered in the settings of each chat.</source>
        <translation>可在每个对话的设置中选用。</translation>
    </message>
</context>
<context>
    <name>ToEndButton</name>
    <message>
        <source>New text below</source>
        <translation>下方有新内容</translation>
    </message>
    <message>
        <source>To the end</source>
        <translation>到末尾</translation>
    </message>
</context>
<context>
    <name>Toast</name>
    <message>
        <source>Dismiss</source>
        <translation>关闭</translation>
    </message>
</context>
<context>
    <name>TranscriptRow</name>
    <message>
        <source>You: %1</source>
        <translation>您：%1</translation>
    </message>
</context>
<context>
    <name>TranscriptView</name>
    <message>
        <source>Messages</source>
        <translation>消息</translation>
    </message>
</context>
<context>
    <name>TrashList</name>
    <message>
        <source>Back to the chats</source>
        <translation>返回对话列表</translation>
    </message>
    <message>
        <source>Trash</source>
        <translation>回收站</translation>
    </message>
    <message>
        <source>Empty</source>
        <translation>清空</translation>
    </message>
    <message>
        <source>Empty the trash</source>
        <translation>清空回收站</translation>
    </message>
    <message>
        <source>Chats in the trash</source>
        <translation>回收站中的对话</translation>
    </message>
    <message>
        <source>New chat</source>
        <translation>新对话</translation>
    </message>
    <message>
        <source>Restore “%1”</source>
        <translation>恢复“%1”</translation>
    </message>
    <message>
        <source>Delete “%1” for good</source>
        <translation>彻底删除“%1”</translation>
    </message>
    <message>
        <source>The trash is empty.</source>
        <translation>回收站是空的。</translation>
    </message>
    <message>
        <source>Delete this chat for good?</source>
        <translation>彻底删除这个对话？</translation>
    </message>
    <message numerus="yes">
        <source>Delete %n chat(s) for good?</source>
        <translation>
            <numerusform>彻底删除 %n 个对话？</numerusform>
        </translation>
    </message>
    <message>
        <source>This cannot be undone.</source>
        <translation>此操作无法撤销。</translation>
    </message>
    <message>
        <source>Delete for good</source>
        <translation>彻底删除</translation>
    </message>
    <message>
        <source>Cancel</source>
        <translation>取消</translation>
    </message>
</context>
<context>
    <name>VariableForm</name>
    <message>
        <source>Fill in the template</source>
        <translation>填写模板</translation>
    </message>
    <message>
        <source>Insert</source>
        <translation>插入</translation>
    </message>
    <message>
        <source>Cancel</source>
        <translation>取消</translation>
    </message>
</context>
<context>
    <name>VariantSwitch</name>
    <message>
        <source>Previous variant</source>
        <translation>上一个版本</translation>
    </message>
    <message>
        <source>%1/%2</source>
        <translation>%1/%2</translation>
    </message>
    <message>
        <source>Variant %1 of %2</source>
        <translation>第 %1 个版本，共 %2 个</translation>
    </message>
    <message>
        <source>Next variant</source>
        <translation>下一个版本</translation>
    </message>
</context>
<context>
    <name>WindowCommands</name>
    <message>
        <source>New chat</source>
        <translation>新对话</translation>
    </message>
    <message>
        <source>Temporary chat, not saved</source>
        <translation>临时对话（不保存）</translation>
    </message>
    <message>
        <source>All commands and chats</source>
        <translation>所有命令和对话</translation>
    </message>
    <message>
        <source>Search all chats</source>
        <translation>搜索所有对话</translation>
    </message>
    <message>
        <source>Show or hide the sidebar</source>
        <translation>显示或隐藏侧栏</translation>
    </message>
    <message>
        <source>Write a message</source>
        <translation>写消息</translation>
    </message>
    <message>
        <source>Chat above</source>
        <translation>上一个对话</translation>
    </message>
    <message>
        <source>Chat below</source>
        <translation>下一个对话</translation>
    </message>
    <message>
        <source>Models</source>
        <translation>模型</translation>
    </message>
    <message>
        <source>Settings</source>
        <translation>设置</translation>
    </message>
    <message>
        <source>Import chats…</source>
        <translation>导入对话…</translation>
    </message>
    <message>
        <source>Keyboard shortcuts</source>
        <translation>键盘快捷键</translation>
    </message>
    <message>
        <source>Quit</source>
        <translation>退出</translation>
    </message>
</context>
<context>
    <name>main</name>
    <message>
        <source>Keep chats and settings in &lt;folder&gt; instead of the usual places.</source>
        <translation>把对话和设置保存在 &lt;文件夹&gt; 中，而不是默认位置。</translation>
    </message>
    <message>
        <source>folder</source>
        <translation>文件夹</translation>
    </message>
    <message>
        <source>Chat with a language model on this machine. “qwill serve --help” tells of the local server without a window.</source>
        <translation>与本机上的语言模型聊天。不带窗口的本地服务器见“qwill serve --help”。</translation>
    </message>
    <message>
        <source>Say version, commit and build options.</source>
        <translation>显示版本、提交和构建选项。</translation>
    </message>
    <message>
        <source>file</source>
        <translation>文件</translation>
    </message>
    <message>
        <source>A model&apos;s folder or .gguf file to load, or exported chats (.json) to import.</source>
        <translation>要加载的模型文件夹或 .gguf 文件，或要导入的聊天记录（.json）。</translation>
    </message>
</context>
<context>
    <name>qwill::app::ChatFiles</name>
    <message>
        <source>“%1” could not be written: %2. Choose another folder.</source>
        <translation>无法写入“%1”：%2。请选择其他文件夹。</translation>
    </message>
    <message>
        <source>Chats can be saved on this machine only. Choose another folder.</source>
        <translation>对话只能保存在本机。请选择其他文件夹。</translation>
    </message>
    <message>
        <source>There is nothing in this chat to export yet.</source>
        <translation>这个对话还没有可导出的内容。</translation>
    </message>
    <message>
        <source>Saved as “%1”.</source>
        <translation>已保存为“%1”。</translation>
    </message>
</context>
<context>
    <name>qwill::app::ChatImporter</name>
    <message>
        <source>Another import is running. Try again when it has ended.</source>
        <translation>另一次导入正在进行，请等它结束后再试。</translation>
    </message>
    <message numerus="yes">
        <source>%n chat(s) skipped: nothing in them can be shown.</source>
        <translation>
            <numerusform>已跳过 %n 个对话：其中没有可显示的内容。</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n chat(s) imported.</source>
        <translation>
            <numerusform>已导入 %n 个对话。</numerusform>
        </translation>
    </message>
    <message>
        <source>There are no chats in this file.</source>
        <translation>文件中没有对话。</translation>
    </message>
</context>
<context>
    <name>qwill::app::ChatSession</name>
    <message>
        <source>Only files on this machine can be attached.</source>
        <translation>只能附加本机上的文件。</translation>
    </message>
    <message>
        <source>Loading the model, %1 %…</source>
        <translation>正在加载模型，%1%…</translation>
    </message>
    <message>
        <source>Waiting for a model…</source>
        <translation>正在等待模型…</translation>
    </message>
    <message>
        <source>Reading %1 of %2 tokens…</source>
        <translation>正在阅读第 %1 / %2 个词元…</translation>
    </message>
    <message>
        <source>Reading…</source>
        <translation>正在阅读…</translation>
    </message>
    <message>
        <source>Writing…</source>
        <translation>正在书写…</translation>
    </message>
    <message>
        <source>The context is full: this reply cannot grow.</source>
        <translation>上下文已满：这条回复无法再续写。</translation>
    </message>
    <message>
        <source>Reply finished</source>
        <translation>回复完成</translation>
    </message>
    <message>
        <source>Reply ended early</source>
        <translation>回复提前结束</translation>
    </message>
    <message>
        <source>The reply failed: %1</source>
        <translation>回复失败：%1</translation>
    </message>
    <message>
        <source>Reply stopped</source>
        <translation>回复已停止</translation>
    </message>
    <message>
        <source>This message alone is longer than the context of %1 tokens: shorten it, or enlarge the context.</source>
        <translation>仅这条消息就超过了 %1 词元的上下文：请缩短消息或扩大上下文。</translation>
    </message>
    <message>
        <source>This model reads at most %1 tokens.</source>
        <translation>此模型最多读取 %1 个词元。</translation>
    </message>
    <message>
        <source>Summary finished</source>
        <translation>总结完成</translation>
    </message>
    <message>
        <source>The earlier turns could not be summarised: %1</source>
        <translation>无法总结之前的内容：%1</translation>
    </message>
    <message>
        <source>%1, continued</source>
        <translation>%1（续）</translation>
    </message>
    <message>
        <source>The model no longer sees the oldest turns. They stay in the chat.</source>
        <translation>模型不再看见最早的几轮，但它们仍留在对话中。</translation>
    </message>
    <message>
        <source>The model reads the oldest turns again and writes at most %1 tokens in their place.</source>
        <translation>模型重读最早的几轮，并以不超过 %1 个词元的总结代替它们。</translation>
    </message>
    <message>
        <source>The model reads this chat again and writes at most %1 tokens. This chat stays as it is.</source>
        <translation>模型重读此对话，并写出不超过 %1 个词元的总结。此对话保持原样。</translation>
    </message>
    <message>
        <source>%1 tokens instead of %2, for %3 more memory. The model is loaded again.</source>
        <translation>由 %2 词元扩大到 %1，多占用 %3 内存。模型将重新加载。</translation>
    </message>
    <message>
        <source>Summarising earlier turns…</source>
        <translation>正在总结之前的内容…</translation>
    </message>
    <message>
        <source>Summarising: read %1 of %2 tokens…</source>
        <translation>正在总结：已读 %1 / %2 个词元…</translation>
    </message>
    <message>
        <source>(part %1 of %2)</source>
        <translation>（第 %1 部分，共 %2 部分）</translation>
    </message>
</context>
<context>
    <name>qwill::app::ConnectionLog</name>
    <message>
        <source>Download of a model</source>
        <translation>下载模型</translation>
    </message>
    <message>
        <source>List of a model’s files</source>
        <translation>获取模型的文件列表</translation>
    </message>
    <message>
        <source>A server of your own</source>
        <translation>您自己的服务器</translation>
    </message>
    <message>
        <source>Under way</source>
        <translation>进行中</translation>
    </message>
    <message>
        <source>Qwill closed before it ended</source>
        <translation>尚未结束时 Qwill 已关闭</translation>
    </message>
    <message>
        <source>Complete</source>
        <translation>已完成</translation>
    </message>
    <message>
        <source>Earlier connections in %1 cannot be read: %2</source>
        <translation>无法读取 %1 中以前的连接：%2</translation>
    </message>
    <message>
        <source>The list of connections could not be written to %1: %2</source>
        <translation>无法把连接列表写入 %1：%2</translation>
    </message>
</context>
<context>
    <name>qwill::app::ConversationListModel</name>
    <message>
        <source>Pinned</source>
        <translation>已置顶</translation>
    </message>
    <message>
        <source>Today</source>
        <translation>今天</translation>
    </message>
    <message>
        <source>Yesterday</source>
        <translation>昨天</translation>
    </message>
    <message>
        <source>This week</source>
        <translation>本周</translation>
    </message>
    <message>
        <source>Older</source>
        <translation>更早</translation>
    </message>
</context>
<context>
    <name>qwill::app::Diagnostics</name>
    <message>
        <source>This machine</source>
        <translation>本机</translation>
    </message>
    <message>
        <source>Graphics card</source>
        <translation>显卡</translation>
    </message>
    <message>
        <source>Processor</source>
        <translation>处理器</translation>
    </message>
    <message>
        <source>Memory</source>
        <translation>内存</translation>
    </message>
    <message>
        <source>%1, of which %2 are free</source>
        <translation>共 %1，可用 %2</translation>
    </message>
    <message>
        <source>Instruction sets</source>
        <translation>指令集</translation>
    </message>
    <message>
        <source>System</source>
        <translation>系统</translation>
    </message>
    <message>
        <source>Screen</source>
        <translation>屏幕</translation>
    </message>
    <message>
        <source>Engine</source>
        <translation>引擎</translation>
    </message>
    <message>
        <source>Backend</source>
        <translation>后端</translation>
    </message>
    <message>
        <source>Reason</source>
        <translation>原因</translation>
    </message>
    <message>
        <source>Threads</source>
        <translation>线程数</translation>
    </message>
    <message>
        <source>Model</source>
        <translation>模型</translation>
    </message>
    <message>
        <source>Loaded as</source>
        <translation>加载方式</translation>
    </message>
    <message>
        <source>%1 tokens, weights at %2, context at %3</source>
        <translation>%1 词元，权重 %2，上下文 %3</translation>
    </message>
    <message>
        <source>Takes</source>
        <translation>占用</translation>
    </message>
    <message>
        <source>None is loaded</source>
        <translation>未加载</translation>
    </message>
    <message>
        <source>Versions</source>
        <translation>版本</translation>
    </message>
    <message>
        <source>Kernel</source>
        <translation>内核</translation>
    </message>
    <message>
        <source>Log</source>
        <translation>日志</translation>
    </message>
    <message>
        <source>Automatic</source>
        <translation>自动</translation>
    </message>
    <message>
        <source>Built with</source>
        <translation>构建方式</translation>
    </message>
    <message>
        <source>Where</source>
        <translation>位置</translation>
    </message>
</context>
<context>
    <name>qwill::app::DownloadModel</name>
    <message numerus="yes">
        <source>The source names no checksum for %n file(s): only the length could be checked.</source>
        <translation>
            <numerusform>来源没有提供 %n 个文件的校验值，只能核对长度。</numerusform>
        </translation>
    </message>
    <message>
        <source>%1 of %2</source>
        <translation>%1 / %2</translation>
    </message>
    <message>
        <source>Asking for the list of files…</source>
        <translation>正在获取文件列表…</translation>
    </message>
    <message>
        <source>Checking what came…</source>
        <translation>正在校验…</translation>
    </message>
    <message>
        <source>Repairing what came wrong…</source>
        <translation>正在修复出错的部分…</translation>
    </message>
    <message>
        <source>Ready: complete and checked</source>
        <translation>已就绪：完整且已校验</translation>
    </message>
    <message>
        <source>Cancelled</source>
        <translation>已取消</translation>
    </message>
    <message>
        <source>Paused at %1</source>
        <translation>已暂停，%1</translation>
    </message>
    <message>
        <source>Paused</source>
        <translation>已暂停</translation>
    </message>
    <message>
        <source>Stopped at %1</source>
        <translation>已停止，%1</translation>
    </message>
    <message>
        <source>Stopped</source>
        <translation>已停止</translation>
    </message>
    <message>
        <source>%1/s</source>
        <translation>%1/秒</translation>
    </message>
    <message numerus="yes">
        <source>%n second(s) left</source>
        <translation>
            <numerusform>剩余 %n 秒</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n minute(s) left</source>
        <translation>
            <numerusform>剩余 %n 分钟</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n hour(s) left</source>
        <translation>
            <numerusform>剩余 %n 小时</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>qwill::app::Downloads</name>
    <message>
        <source>“%1” is no web address. Correct it where the source of downloads is chosen.</source>
        <translation>“%1”不是网址。请在选择下载来源处改正。</translation>
    </message>
    <message>
        <source>%1 sent the download on to %2, which is not followed because it is less safe.</source>
        <translation>%1 把下载转向 %2；因安全性较低，未予跟随。</translation>
    </message>
    <message>
        <source>%1 sends the download round in a circle. Try again later, or choose another source.</source>
        <translation>%1 使下载循环跳转。请稍后再试，或选择其他来源。</translation>
    </message>
    <message>
        <source>%1 cannot be reached: %2. Check the network, or choose another source.</source>
        <translation>无法连接 %1：%2。请检查网络，或选择其他来源。</translation>
    </message>
    <message>
        <source>No safe connection to %1: %2. Nothing was downloaded over it.</source>
        <translation>无法与 %1 建立安全连接：%2。没有通过它下载任何内容。</translation>
    </message>
    <message numerus="yes">
        <source>%1 sent nothing for %n second(s). Resume to go on from here.</source>
        <translation>
            <numerusform>%1 已有 %n 秒没有发送数据。点“继续”可从这里接着下载。</numerusform>
        </translation>
    </message>
    <message>
        <source>%1 broke the connection off again and again. Resume to go on from here.</source>
        <translation>%1 一再中断连接。点“继续”可从这里接着下载。</translation>
    </message>
    <message>
        <source>%1 does not have this model. Choose another source.</source>
        <translation>%1 没有这个模型。请选择其他来源。</translation>
    </message>
    <message>
        <source>%1 does not give this model to everyone. Choose another source.</source>
        <translation>%1 不向所有人提供这个模型。请选择其他来源。</translation>
    </message>
    <message>
        <source>%1 refused to send the rest of %2. Cancel, and download again.</source>
        <translation>%1 拒绝发送 %2 的剩余部分。请取消后重新下载。</translation>
    </message>
    <message>
        <source>%1 has only %2 of %3, where its list says %4. Cancel, and download again.</source>
        <translation>%1 上的 %3 只有 %2，而列表中为 %4。请取消后重新下载。</translation>
    </message>
    <message>
        <source>%1 asks for fewer requests. Resume in a while.</source>
        <translation>%1 要求减少请求。请过一会儿再继续。</translation>
    </message>
    <message numerus="yes">
        <source>%1 asks for fewer requests. Resume in %n minute(s).</source>
        <translation>
            <numerusform>%1 要求减少请求。请在 %n 分钟后继续。</numerusform>
        </translation>
    </message>
    <message>
        <source>%1 has a problem of its own (status %2). Resume in a while, or choose another source.</source>
        <translation>%1 自身出现问题（状态 %2）。请过一会儿再继续，或选择其他来源。</translation>
    </message>
    <message>
        <source>%1 has %2 bytes of %3, where its list says %4. Cancel, and download again.</source>
        <translation>%1 上的 %3 有 %2 字节，而列表中为 %4。请取消后重新下载。</translation>
    </message>
    <message>
        <source>%1 on %2 keeps changing. Try again later, or choose another source.</source>
        <translation>%2 上的 %1 一直在变化。请稍后再试，或选择其他来源。</translation>
    </message>
    <message>
        <source>What %1 sent is no list of files. Choose another source.</source>
        <translation>%1 发来的不是文件列表。请选择其他来源。</translation>
    </message>
    <message>
        <source>The list of files from %1 is refused because of “%2”.</source>
        <translation>来自 %1 的文件列表因“%2”被拒绝。</translation>
    </message>
    <message>
        <source>%1 has this model without %2. Choose another source.</source>
        <translation>%1 上的这个模型缺少 %2。请选择其他来源。</translation>
    </message>
    <message>
        <source>%1 from %2 is not what its checksum says, even where it was fetched twice. It was not added to the library. Cancel, and choose another source.</source>
        <translation>来自 %2 的 %1 即使重新下载也与校验和不符，未加入模型库。请取消并选择其他来源。</translation>
    </message>
    <message>
        <source>The disk has %1 free, and the download needs %2. Make room, then resume.</source>
        <translation>磁盘剩余 %1，而下载需要 %2。请腾出空间后继续。</translation>
    </message>
    <message>
        <source>%1 could not be written: %2. Resume once that is solved.</source>
        <translation>无法写入 %1：%2。解决后请继续。</translation>
    </message>
    <message>
        <source>There is already something at %1. Move it away, then resume.</source>
        <translation>%1 处已有内容。请将其移走后继续。</translation>
    </message>
    <message>
        <source>Another window of Qwill is downloading this model.</source>
        <translation>另一个 Qwill 窗口正在下载这个模型。</translation>
    </message>
    <message>
        <source>What came is no model that can be opened: %1 It was not added to the library.</source>
        <translation>下载到的不是可以打开的模型：%1 未加入模型库。</translation>
    </message>
    <message>
        <source>the folder is not writable</source>
        <translation>文件夹不可写</translation>
    </message>
    <message>
        <source>%1 does not have %2. Cancel, and choose another source.</source>
        <translation>%1 没有 %2。请取消下载，再选择其他来源。</translation>
    </message>
</context>
<context>
    <name>qwill::app::EngineHost</name>
    <message>
        <source>not on this machine</source>
        <translation>不在本机</translation>
    </message>
    <message>
        <source>What you send here goes to %1, with the messages before it.</source>
        <translation>您在这里发送的内容及之前的消息会传到 %1。</translation>
    </message>
</context>
<context>
    <name>qwill::app::KeyFile</name>
    <message>
        <source>The key file “%1” cannot be read: %2</source>
        <translation>无法读取密钥文件“%1”：%2</translation>
    </message>
    <message>
        <source>The key file “%1” is empty: its first line is the key.</source>
        <translation>密钥文件“%1”是空的：它的第一行应为密钥。</translation>
    </message>
    <message>
        <source>The key in “%1” may hold printable ASCII letters only.</source>
        <translation>“%1”中的密钥只能包含可打印的 ASCII 字符。</translation>
    </message>
    <message>
        <source>The key could not be kept in “%1”: %2</source>
        <translation>无法将密钥保存到“%1”：%2</translation>
    </message>
</context>
<context>
    <name>qwill::app::LiveRequestModel</name>
    <message numerus="yes">
        <source>%n token(s) of prompt</source>
        <translation>
            <numerusform>提示 %n 个词元</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>Waiting for %n second(s)</source>
        <translation>
            <numerusform>已等待 %n 秒</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n second(s)</source>
        <translation>
            <numerusform>%n 秒</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n token(s) written</source>
        <translation>
            <numerusform>已写 %n 个词元</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>qwill::app::LoadPlan</name>
    <message>
        <source>for chats</source>
        <translation>用于聊天</translation>
    </message>
    <message>
        <source>for documents</source>
        <translation>用于文档</translation>
    </message>
    <message>
        <source>for code</source>
        <translation>用于代码</translation>
    </message>
    <message>
        <source>for papers</source>
        <translation>用于论文</translation>
    </message>
    <message>
        <source>for a book</source>
        <translation>用于一本书</translation>
    </message>
    <message>
        <source>for several books</source>
        <translation>用于多本书</translation>
    </message>
    <message>
        <source>%1 tokens</source>
        <translation>%1 词元</translation>
    </message>
    <message>
        <source>all this model can read</source>
        <translation>此模型的上限</translation>
    </message>
    <message>
        <source>As set</source>
        <translation>按当前设置</translation>
    </message>
    <message>
        <source>%1, weights at %2, context at %3</source>
        <translation>%1，权重 %2，上下文 %3</translation>
    </message>
    <message>
        <source>A shorter context</source>
        <translation>缩短上下文</translation>
    </message>
    <message>
        <source>The context at 8 bits</source>
        <translation>上下文用 8 位</translation>
    </message>
    <message>
        <source>half the memory, hardly any loss</source>
        <translation>内存减半，几乎无损</translation>
    </message>
    <message>
        <source>The weights at 4 bits</source>
        <translation>权重用 4 位</translation>
    </message>
    <message>
        <source>the smallest form, slightly less exact</source>
        <translation>最小的形式，精度略低</translation>
    </message>
    <message>
        <source>Automatic</source>
        <translation>自动</translation>
    </message>
    <message>
        <source>32 bits</source>
        <translation>32 位</translation>
    </message>
    <message>
        <source>16 bits</source>
        <translation>16 位</translation>
    </message>
    <message>
        <source>8 bits</source>
        <translation>8 位</translation>
    </message>
    <message>
        <source>4 bits</source>
        <translation>4 位</translation>
    </message>
    <message>
        <source>Needs %1; %2 of %3 are free</source>
        <translation>需要 %1；共 %3，可用 %2</translation>
    </message>
    <message>
        <source>Needs %1, but only %2 of %3 are free</source>
        <translation>需要 %1，但 %3 中只有 %2 可用</translation>
    </message>
    <message>
        <source>%1 tokens, weights at %2, context at %3</source>
        <translation>%1 词元，权重 %2，上下文 %3</translation>
    </message>
</context>
<context>
    <name>qwill::app::ModelCatalogue</name>
    <message>
        <source>%1 to download. %2</source>
        <translation>需下载 %1。%2</translation>
    </message>
    <message>
        <source>from %1</source>
        <translation>来自 %1</translation>
    </message>
    <message>
        <source>Needs %1 of memory.</source>
        <translation>需要 %1 内存。</translation>
    </message>
    <message>
        <source>Too large for this machine: needs %1 of %2.</source>
        <translation>超出本机内存：需要 %1，共 %2。</translation>
    </message>
    <message>
        <source>Fits once other programs are closed: needs %1, and %2 of %3 are free.</source>
        <translation>关闭其他程序后可以运行：需要 %1，当前空闲 %2，共 %3。</translation>
    </message>
    <message>
        <source>Fits this machine: needs %1 of %2.</source>
        <translation>本机可以运行：需要 %1，共 %2。</translation>
    </message>
</context>
<context>
    <name>qwill::app::ModelLibrary</name>
    <message>
        <source>Needs %1 of %2</source>
        <translation>需要 %1（共 %2）</translation>
    </message>
    <message>
        <source>Needs %1</source>
        <translation>需要 %1</translation>
    </message>
    <message>
        <source>Needs %1, but only %2 of %3 are free</source>
        <translation>需要 %1，但 %3 中只有 %2 可用</translation>
    </message>
    <message>
        <source>Guide to Qwill</source>
        <translation>Qwill 向导</translation>
    </message>
    <message>
        <source>There is nothing at %1.</source>
        <translation>%1 处什么也没有。</translation>
    </message>
    <message>
        <source>The model is listed until Qwill ends: %1 could not be written.</source>
        <translation>此模型只会列到 Qwill 退出为止：无法写入 %1。</translation>
    </message>
    <message>
        <source>There is no cache of Hugging Face on this machine, and no folder of LM Studio or GPT4All.</source>
        <translation>这台电脑上没有 Hugging Face 缓存，也没有 LM Studio 或 GPT4All 的文件夹。</translation>
    </message>
    <message>
        <source>Nothing new in the folders of %1.</source>
        <translation>%1 的文件夹里没有新模型。</translation>
    </message>
    <message numerus="yes">
        <source>%n model(s) found in the folders of %1 and listed here; nothing was copied or moved.</source>
        <translation>
            <numerusform>在 %1 的文件夹里找到 %n 个模型，已列在这里；没有复制或移动任何文件。</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n other(s) there cannot be opened by this version of Qwill.</source>
        <translation>
            <numerusform>另有 %n 个无法用这个版本的 Qwill 打开。</numerusform>
        </translation>
    </message>
    <message>
        <source>Its files are removed from the disk, which frees %1. This cannot be undone; it can be downloaded again.</source>
        <translation>将从磁盘删除它的文件，可释放 %1。此操作无法撤销；可以重新下载。</translation>
    </message>
    <message>
        <source>Its files and the form that was prepared for this machine (%1) are removed from the disk, which frees %2 in all. This cannot be undone; it can be downloaded again.</source>
        <translation>将从磁盘删除它的文件，以及为这台电脑准备的数据（%1），共释放 %2。此操作无法撤销；可以重新下载。</translation>
    </message>
    <message>
        <source>%1 freed.</source>
        <translation>已释放 %1。</translation>
    </message>
    <message>
        <source>%1 could not be deleted.</source>
        <translation>无法删除 %1。</translation>
    </message>
</context>
<context>
    <name>qwill::app::PromptTemplates</name>
    <message>
        <source>Your prompts in %1 cannot be read: %2</source>
        <translation>无法读取 %1 中您的提示：%2</translation>
    </message>
    <message>
        <source>Your prompts in %1 were written by a newer Qwill; they are left as they are.</source>
        <translation>%1 中您的提示由更新版本的 Qwill 写成，已原样保留。</translation>
    </message>
    <message>
        <source>The file of your prompts is damaged; it was set aside as %1.</source>
        <translation>您的提示文件已损坏，已另存为 %1。</translation>
    </message>
    <message>
        <source>The file of your prompts, %1, is damaged.</source>
        <translation>您的提示文件 %1 已损坏。</translation>
    </message>
    <message>
        <source>Changes of your prompts are not kept: %1 must not be overwritten.</source>
        <translation>对提示的修改不会保存：%1 不能被覆盖。</translation>
    </message>
    <message>
        <source>Your prompts could not be written to %1: %2</source>
        <translation>无法把您的提示写入 %1：%2</translation>
    </message>
</context>
<context>
    <name>qwill::app::RemoteInquiry</name>
    <message>
        <source>What %1 answers is no list of models.</source>
        <translation>%1 的应答不是模型列表。</translation>
    </message>
    <message>
        <source>%1 has no models.</source>
        <translation>%1 没有模型。</translation>
    </message>
</context>
<context>
    <name>qwill::app::RemoteModels</name>
    <message>
        <source>Not on this machine: %1 · %2 tokens</source>
        <translation>不在本机：%1 · %2 词元</translation>
    </message>
    <message>
        <source>Name the model, as the server calls it.</source>
        <translation>请填写模型在服务器上的名称。</translation>
    </message>
    <message>
        <source>A key has letters, digits and signs of ASCII only.</source>
        <translation>密钥只能由 ASCII 字母、数字和符号组成。</translation>
    </message>
    <message>
        <source>This model elsewhere is no longer in the list. Choose another.</source>
        <translation>这个其他机器上的模型已不在列表中。请选择别的模型。</translation>
    </message>
    <message>
        <source>The list of models elsewhere, %1, cannot be read: %2</source>
        <translation>无法读取其他机器上的模型的列表 %1：%2</translation>
    </message>
    <message>
        <source>The list of models elsewhere could not be kept in %1: %2</source>
        <translation>其他机器上的模型的列表无法保存到 %1：%2</translation>
    </message>
</context>
<context>
    <name>qwill::app::SamplingForm</name>
    <message>
        <source>Temperature</source>
        <translation>温度</translation>
    </message>
    <message>
        <source>How daring the choice of words is: 0 always takes the likeliest, above 1 it gets wild.</source>
        <translation>选词的大胆程度：0 总取最可能的词，大于 1 会很随意。</translation>
    </message>
    <message>
        <source>Top-k</source>
        <translation>Top-k</translation>
    </message>
    <message>
        <source>Only the k likeliest words may be chosen; 0 = all.</source>
        <translation>只在最可能的 k 个词中选择；0 = 不限。</translation>
    </message>
    <message>
        <source>Top-p</source>
        <translation>Top-p</translation>
    </message>
    <message>
        <source>Only the likeliest words that together reach this share; 1 = all.</source>
        <translation>只在累计概率达到此值的最可能的词中选择；1 = 不限。</translation>
    </message>
    <message>
        <source>Min-p</source>
        <translation>Min-p</translation>
    </message>
    <message>
        <source>Only words with at least this share of the likeliest one’s chance; 0 = all.</source>
        <translation>只保留概率不低于最可能词此比例的词；0 = 不限。</translation>
    </message>
    <message>
        <source>Repetition penalty</source>
        <translation>重复惩罚</translation>
    </message>
    <message>
        <source>Makes words of the prompt and the reply less likely; 1 = off, 1.05 helps against loops.</source>
        <translation>降低提示和回复中已出现的词的概率；1 = 关闭，1.05 可避免循环。</translation>
    </message>
    <message>
        <source>Presence penalty</source>
        <translation>存在惩罚</translation>
    </message>
    <message>
        <source>Taken once from every word the reply has used: favours new subjects; 0 = off.</source>
        <translation>对回复用过的每个词扣一次分：鼓励新话题；0 = 关闭。</translation>
    </message>
    <message>
        <source>Frequency penalty</source>
        <translation>频率惩罚</translation>
    </message>
    <message>
        <source>Taken for each use of a word in the reply: favours new words; 0 = off.</source>
        <translation>词在回复中每用一次扣一次分：鼓励新词；0 = 关闭。</translation>
    </message>
    <message>
        <source>Seed</source>
        <translation>种子</translation>
    </message>
    <message>
        <source>The same seed, settings and model give the same reply again; empty = a new one each time.</source>
        <translation>种子、设置和模型都相同，回复就相同；留空 = 每次用新的种子。</translation>
    </message>
    <message>
        <source>Max tokens</source>
        <translation>最大词元数</translation>
    </message>
    <message>
        <source>The longest reply; 1000 tokens are about 750 English words.</source>
        <translation>回复的最大长度；1000 个词元约为 700 个汉字以上。</translation>
    </message>
    <message>
        <source>Stop strings</source>
        <translation>停止字符串</translation>
    </message>
    <message>
        <source>The reply ends as soon as one of these appears; one a line, \n for a line break.</source>
        <translation>其中之一出现时立即结束回复；每行一个，\n 表示换行。</translation>
    </message>
    <message>
        <source>A new one each time</source>
        <translation>每次用新的</translation>
    </message>
    <message>
        <source>None</source>
        <translation>无</translation>
    </message>
    <message>
        <source>Until the context is full</source>
        <translation>直到上下文用满</translation>
    </message>
    <message>
        <source>As the model recommends</source>
        <translation>按模型推荐</translation>
    </message>
    <message>
        <source>A seed is a whole number from 0 to %1.</source>
        <translation>种子是 0 到 %1 之间的整数。</translation>
    </message>
    <message>
        <source>Enter a whole number from %1 to %2.</source>
        <translation>请输入 %1 到 %2 之间的整数。</translation>
    </message>
    <message>
        <source>Enter a number from %1 to %2.</source>
        <translation>请输入 %1 到 %2 之间的数。</translation>
    </message>
</context>
<context>
    <name>qwill::app::ServeCommand</name>
    <message>
        <source>Serve a model of this machine to other programs, by OpenAI&apos;s HTTP API.</source>
        <translation>通过 OpenAI 的 HTTP 接口，把本机的模型提供给其他程序。</translation>
    </message>
    <message>
        <source>“%1” is not understood.</source>
        <translation>无法理解“%1”。</translation>
    </message>
    <message>
        <source>There is no model “%1”: give its folder or .gguf file.</source>
        <translation>没有模型“%1”：请给出它的文件夹或 .gguf 文件。</translation>
    </message>
    <message>
        <source>--%1 must be between %2 and %3, not “%4”.</source>
        <translation>--%1 必须在 %2 到 %3 之间，不能是“%4”。</translation>
    </message>
    <message>
        <source>The model: a folder, a .gguf file, or a name in the models folder. Without it, the one the window uses.</source>
        <translation>模型：文件夹、.gguf 文件，或模型文件夹中的名称。不给出时使用窗口所用的模型。</translation>
    </message>
    <message>
        <source>The address to listen at; other machines can reach it only when it is not a loopback address, which demands a key.</source>
        <translation>监听的地址；只有不是回环地址时其他机器才能访问，此时必须设置密钥。</translation>
    </message>
    <message>
        <source>The port; 0 takes any that is free.</source>
        <translation>端口；0 表示任取一个空闲端口。</translation>
    </message>
    <message>
        <source>A file that holds the key clients must send.</source>
        <translation>存放密钥的文件，客户端必须发送该密钥。</translation>
    </message>
    <message>
        <source>How many replies are written at once (1…15).</source>
        <translation>同时生成多少条回复（1…15）。</translation>
    </message>
    <message>
        <source>How many more may wait; beyond it clients are turned away.</source>
        <translation>还可以有多少个请求等待；超出后新请求会被拒绝。</translation>
    </message>
    <message>
        <source>Tokens of context, all replies together.</source>
        <translation>上下文的词元数，所有回复合计。</translation>
    </message>
    <message>
        <source>A further name by which clients may call this machine; may be repeated.</source>
        <translation>客户端可用来称呼本机的另一个名称；可重复给出。</translation>
    </message>
    <message>
        <source>A web page&apos;s origin that may use the server from a browser, such as http://localhost:3000; may be repeated.</source>
        <translation>允许从浏览器使用本服务的网页来源，例如 http://localhost:3000；可重复给出。</translation>
    </message>
    <message>
        <source>Take the settings from this folder.</source>
        <translation>从此文件夹读取设置。</translation>
    </message>
    <message>
        <source>Cannot listen: %1</source>
        <translation>无法监听：%1</translation>
    </message>
    <message>
        <source>Finishing what is under way; once more ends it at once.</source>
        <translation>正在完成进行中的请求；再次发出信号将立即结束。</translation>
    </message>
    <message>
        <source>The window uses a model on another machine, which is not served on. Name one with --model.</source>
        <translation>窗口使用的是其他机器上的模型，不会转供给别的程序。请用 --model 指定一个模型。</translation>
    </message>
</context>
<context>
    <name>qwill::app::ServerSwitch</name>
    <message>
        <source>The server cannot listen: %1. Another program may use this port; choose another.</source>
        <translation>服务器无法监听：%1。可能有其他程序占用了此端口，请换一个。</translation>
    </message>
    <message>
        <source>client left</source>
        <translation>客户端已离开</translation>
    </message>
</context>
<context>
    <name>qwill::app::StoreWorker</name>
    <message>
        <source>These chats were written by a newer Qwill and are left as they are. Update Qwill to see them; new chats last until it closes.</source>
        <translation>这些对话由更新版本的 Qwill 写成，已原样保留。更新 Qwill 后即可查看；新对话只保留到程序关闭。</translation>
    </message>
    <message>
        <source>The folder %1 cannot be written: new chats last until Qwill closes.</source>
        <translation>无法写入文件夹 %1：新对话只保留到 Qwill 关闭。</translation>
    </message>
    <message>
        <source>The chats could not be opened: new ones last until Qwill closes.</source>
        <translation>无法打开对话：新对话只保留到 Qwill 关闭。</translation>
    </message>
    <message>
        <source>The file of your chats was damaged. What could be read is here; the old file is kept as %1.</source>
        <translation>您的对话文件已损坏。能读取的都在这里；原文件保留为 %1。</translation>
    </message>
    <message>
        <source>Your chats could not be written (%1). Nothing is lost while Qwill is open; free some space and they will be saved.</source>
        <translation>无法写入您的对话（%1）。Qwill 打开期间不会丢失任何内容；腾出空间后会自动保存。</translation>
    </message>
</context>
<context>
    <name>qwill::app::SummaryRun</name>
    <message>
        <source>No model is loaded.</source>
        <translation>没有加载模型。</translation>
    </message>
    <message>
        <source>There is nothing to summarise.</source>
        <translation>没有可总结的内容。</translation>
    </message>
    <message>
        <source>The context is too small to summarise this chat.</source>
        <translation>上下文太小，无法总结此对话。</translation>
    </message>
    <message>
        <source>The summary was not finished.</source>
        <translation>总结没有写完。</translation>
    </message>
    <message>
        <source>The model wrote no summary.</source>
        <translation>模型没有写出总结。</translation>
    </message>
</context>
<context>
    <name>qwill::ui::Links</name>
    <message>
        <source>What stands before the @ is a user name, not the site. It leads to %1.</source>
        <translation>@ 之前的是用户名，不是网站。它通向 %1。</translation>
    </message>
    <message>
        <source>The site&apos;s name has letters that can look like others: %1.</source>
        <translation>网站名称中含有容易与其他字母混淆的字符：%1。</translation>
    </message>
</context>
</TS>
