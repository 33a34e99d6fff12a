<?xml version="1.0" encoding="utf-8"?>
<!DOCTYPE TS>
<TS version="2.1" language="zh_CN" sourcelanguage="en">
<context>
    <name>AppearanceSection</name>
    <message>
        <source>Appearance</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Theme</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Dark</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Light</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Follow the system</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Font size</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Text, code and interface grow together.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>%1 %</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Reduce motion</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Nothing slides or fades.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Sidebar</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The list of chats beside the page.</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>ApplyNote</name>
    <message>
        <source>The model was loaded with other settings.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Load again to apply</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>AttachmentReader</name>
    <message>
        <source>%1 is too large to attach: %2, where %3 are the most.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>%1 is a PDF, which cannot be read yet; copy its text and paste it.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>%1 is not text in UTF-8 or UTF-16; save it as UTF-8 and attach it again.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Pasted text</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>%1 is a folder; attach the files in it.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>There is no file %1.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>%1 cannot be read: %2</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>AttachmentStrip</name>
    <message>
        <source>Remove %1</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>ChatExport</name>
    <message>
        <source>Attachment:</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>System prompt</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>temperature</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>repetition penalty</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>presence penalty</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>frequency penalty</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>seed</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>stop strings</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>longest reply</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Another branch (%1)</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Untitled chat</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Date</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Model</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Settings</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>You</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Tool</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Reply</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Stopped before its end.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Cut off: the longest reply or the context was reached.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Failed.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Failed: %1</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>ChatHeader</name>
    <message>
        <source>Show the sidebar</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Temporary chat – not saved</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>New chat</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>ChatImport</name>
    <message>
        <source>This file is too large to import: %1 MiB, where %2 are the most.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>This is no file of chats Qwill knows: it reads its own JSON, ChatGPT’s conversations.json, and Open WebUI’s export.</source>
        <translation type="unfinished"></translation>
    </message>
    <message numerus="yes">
        <source>This file holds %n conversation(s), but no message that can be shown.</source>
        <translation type="unfinished">
            <numerusform></numerusform>
        </translation>
    </message>
    <message>
        <source>This is a ZIP archive: unpack it and import the conversations.json in it.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>This JSON file is nested too deeply to be a file of chats.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>This file is not valid JSON (at byte %1: %2); is it complete?</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>There is no file %1.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>%1 cannot be read: %2</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>(a picture, not part of the export)</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>ChatJson</name>
    <message>
        <source>The chat “%1” in this file is damaged: it has no messages or no proper number.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Message %1 of the chat “%2” in this file is damaged; nothing was imported.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The chat “%1” in this file ends in a message that is not there; nothing was imported.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>This file was written by a newer Qwill (its version is %1, this one reads up to %2).</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>This file of Qwill chats is damaged: it has no version or no list of chats.</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>ChatSection</name>
    <message>
        <source>System prompt</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>What the model is told before a new chat begins. A chat keeps its own; change it under the sliders in its header.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Sampling</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>How the next word is chosen. In an empty field stands what the model’s makers recommend.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Reset all to the model’s values</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>Composer</name>
    <message>
        <source>Write the next message; it is sent when the reply has ended</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Write a message, / for templates</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Attach text, code or Markdown</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Pasted text.md</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>ComposerTools</name>
    <message>
        <source>Attach a file</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Templates</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Stop</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Send when the reply has ended</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Send</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>ContextBar</name>
    <message>
        <source>Context: %L1 of %L2 tokens</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>%L1 / %L2</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>System prompt %L1
Earlier messages %L2
Attachments %L3
Your draft %L4
Kept for the reply %L5
of %L6 tokens</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>ContextSection</name>
    <message>
        <source>Context length</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>All that the model can see at once: system prompt, messages, attachments and the reply. A longer context takes more memory.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>%1, %2 in all</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>%1 in all: does not fit</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>DropCurtain</name>
    <message>
        <source>Drop to attach</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>EmptyChat</name>
    <message>
        <source>What would you like to know?</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The guide answers: a small model that comes with Qwill and knows only Qwill. Everything stays on this machine.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Everything stays on this machine.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>What can Qwill do?</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Which model fits this machine?</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>How do I export a chat?</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Choose a model</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>EngineSection</name>
    <message>
        <source>Engine</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Device</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Automatic</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>CPU</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>NVIDIA card (CUDA)</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Threads</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>One for each core is nearly always best; fewer keep the machine cool.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Precision of the weights</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>4 bits need the least memory and are fastest on a CPU; 8 bits are practically as good as the original.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>32 bits</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>16 bits</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>8 bits</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>4 bits</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Precision of the context (KV cache)</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>8 bits halve the memory of a long context with hardly any loss.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Memory</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Unload the model when idle</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Its memory is given back; the next message loads it again.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Never</source>
        <translation type="unfinished"></translation>
    </message>
    <message numerus="yes">
        <source>After %n minute(s)</source>
        <translation type="unfinished">
            <numerusform></numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>After %n hour(s)</source>
        <translation type="unfinished">
            <numerusform></numerusform>
        </translation>
    </message>
</context>
<context>
    <name>FormRow</name>
    <message>
        <source>Reset: %1</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>LanguageSection</name>
    <message>
        <source>Language</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Language of the window</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>At once, without a restart. In which language a model answers is up to you and the model.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>As the system</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Keys</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Send a message with</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Shift+Enter begins a new line.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Enter begins a new line.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Enter</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Ctrl+Enter</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>MessageArea</name>
    <message>
        <source>Message</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>ModelChip</name>
    <message>
        <source>Loading %1 %</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Cannot be opened</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>No model</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>PageHeader</name>
    <message>
        <source>Back to the chat</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>PresetPicker</name>
    <message>
        <source>System prompt</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>None: the model answers as it was trained to</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Presets</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>None</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>QueuedNote</name>
    <message>
        <source>Next</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Take it back into the draft</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>ReplyFigures</name>
    <message numerus="yes">
        <source>%n token(s)</source>
        <comment>of a reply</comment>
        <translation type="unfinished">
            <numerusform></numerusform>
        </translation>
    </message>
    <message>
        <source>%1 tokens/s</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>first word after %1 s</source>
        <translation type="unfinished"></translation>
    </message>
    <message numerus="yes">
        <source>%n prompt token(s)</source>
        <translation type="unfinished">
            <numerusform></numerusform>
        </translation>
    </message>
    <message>
        <source>%1, %2 from the cache</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>%1 s in all</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>SettingsPage</name>
    <message>
        <source>Appearance</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Language</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Chat defaults</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Engine</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Templates</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Data</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Connections</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Diagnostics</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>About</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Settings</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Sections of the settings</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>Stepper</name>
    <message>
        <source>Less</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>More</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>TemplateList</name>
    <message>
        <source>Templates</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>Toast</name>
    <message>
        <source>Dismiss</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>VariableForm</name>
    <message>
        <source>Fill in the template</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Insert</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Cancel</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>main</name>
    <message>
        <source>Chat with a language model on this machine.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Keep chats and settings in &lt;folder&gt; instead of the usual places.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>folder</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>model</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>A model&apos;s folder or .gguf file.</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>qwill::app::ChatSession</name>
    <message>
        <source>Only files on this machine can be attached.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Loading the model, %1 %…</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Waiting for a model…</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Reading %1 of %2 tokens…</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Reading…</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Writing…</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The context is full: this reply cannot grow.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Reply finished</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Reply ended early</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The reply failed: %1</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Reply stopped</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>This message alone is longer than the context of %1 tokens: shorten it, or enlarge the context.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>This model reads at most %1 tokens.</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>qwill::app::ConnectionLog</name>
    <message>
        <source>Download of a model</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>List of a model’s files</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>A server of your own</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Under way</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Qwill closed before it ended</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Complete</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Earlier connections in %1 cannot be read: %2</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The list of connections could not be written to %1: %2</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>qwill::app::ConversationListModel</name>
    <message>
        <source>Pinned</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Today</source>
        <translation>今天</translation>
    </message>
    <message>
        <source>Yesterday</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>This week</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Older</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>qwill::app::Diagnostics</name>
    <message>
        <source>This machine</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Graphics card</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Processor</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Memory</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>%1, of which %2 are free</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Instruction sets</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>System</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Screen</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Engine</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Backend</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Reason</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Threads</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>One for each core</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Model</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Loaded as</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>%1 tokens, weights at %2, context at %3</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Takes</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>None is loaded</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Versions</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Kernel</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Log</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>qwill::app::LoadPlan</name>
    <message>
        <source>for chats</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>for documents</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>for code</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>for papers</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>for a book</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>for several books</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>%1 tokens</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>all this model can read</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>As set</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>%1, weights at %2, context at %3</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>A shorter context</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The context at 8 bits</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>half the memory, hardly any loss</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The weights at 4 bits</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>the smallest form, slightly less exact</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Automatic</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>32 bits</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>16 bits</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>8 bits</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>4 bits</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Needs %1; %2 of %3 are free</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Needs %1, but only %2 of %3 are free</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>%1 tokens, weights at %2, context at %3</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>qwill::app::ModelLibrary</name>
    <message>
        <source>Needs %1 of %2</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Needs %1</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Needs %1, but only %2 of %3 are free</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Guide to Qwill</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>There is nothing at %1.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The model is listed until Qwill ends: %1 could not be written.</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>qwill::app::PromptTemplates</name>
    <message>
        <source>Your prompts in %1 cannot be read: %2</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Your prompts in %1 were written by a newer Qwill; they are left as they are.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The file of your prompts is damaged; it was set aside as %1.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The file of your prompts, %1, is damaged.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Changes of your prompts are not kept: %1 must not be overwritten.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Your prompts could not be written to %1: %2</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>qwill::app::SamplingForm</name>
    <message>
        <source>Temperature</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>How daring the choice of words is: 0 always takes the likeliest, above 1 it gets wild.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Top-k</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Only the k likeliest words may be chosen; 0 = all.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Top-p</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Only the likeliest words that together reach this share; 1 = all.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Min-p</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Only words with at least this share of the likeliest one’s chance; 0 = all.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Repetition penalty</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Makes words of the prompt and the reply less likely; 1 = off, 1.05 helps against loops.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Presence penalty</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Taken once from every word the reply has used: favours new subjects; 0 = off.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Frequency penalty</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Taken for each use of a word in the reply: favours new words; 0 = off.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Seed</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The same seed, settings and model give the same reply again; empty = a new one each time.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Max tokens</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The longest reply; 1000 tokens are about 750 English words.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Stop strings</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The reply ends as soon as one of these appears; one a line, \n for a line break.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>A new one each time</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>None</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Until the context is full</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>As the model recommends</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>A seed is a whole number from 0 to %1.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Enter a whole number from %1 to %2.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Enter a number from %1 to %2.</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>qwill::app::StoreWorker</name>
    <message>
        <source>These chats were written by a newer Qwill and are left as they are. Update Qwill to see them; new chats last until it closes.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The folder %1 cannot be written: new chats last until Qwill closes.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The chats could not be opened: new ones last until Qwill closes.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The file of your chats was damaged. What could be read is here; the old file is kept as %1.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Your chats could not be written (%1). Nothing is lost while Qwill is open; free some space and they will be saved.</source>
        <translation type="unfinished"></translation>
    </message>
</context>
</TS>
