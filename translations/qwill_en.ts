<?xml version="1.0" encoding="utf-8"?>
<!DOCTYPE TS>
<TS version="2.1" language="en" sourcelanguage="en">
<context>
    <name>ChatImport</name>
    <message numerus="yes">
        <source>This file holds %n conversation(s), but no message that can be shown.</source>
        <translation>
            <numerusform>This file holds %n conversation, but no message that can be shown.</numerusform>
            <numerusform>This file holds %n conversations, but no message that can be shown.</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>DataSection</name>
    <message numerus="yes">
        <source>%n chat(s) in the trash</source>
        <translation>
            <numerusform>%n chat in the trash</numerusform>
            <numerusform>%n chats in the trash</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n chat(s) will be deleted. This cannot be undone.</source>
        <translation>
            <numerusform>%n chat will be deleted. This cannot be undone.</numerusform>
            <numerusform>%n chats will be deleted. This cannot be undone.</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>EngineSection</name>
    <message numerus="yes">
        <source>After %n minute(s)</source>
        <translation>
            <numerusform>After %n minute</numerusform>
            <numerusform>After %n minutes</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>After %n hour(s)</source>
        <translation>
            <numerusform>After %n hour</numerusform>
            <numerusform>After %n hours</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>RemoteReply</name>
    <message numerus="yes">
        <source>Nothing came from %1 for %n second(s).</source>
        <translation>
            <numerusform>Nothing came from %1 for one second.</numerusform>
            <numerusform>Nothing came from %1 for %n seconds.</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>ReplyFigures</name>
    <message numerus="yes">
        <source>%n token(s)</source>
        <comment>of a reply</comment>
        <translation>
            <numerusform>%n token</numerusform>
            <numerusform>%n tokens</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n prompt token(s)</source>
        <translation>
            <numerusform>%n prompt token</numerusform>
            <numerusform>%n prompt tokens</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>SearchSheet</name>
    <message numerus="yes">
        <source>The first %n matches are shown. Type more to narrow them down.</source>
        <translation>
            <numerusform>The first match is shown. Type more to narrow them down.</numerusform>
            <numerusform>The first %n matches are shown. Type more to narrow them down.</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>TrashList</name>
    <message numerus="yes">
        <source>Delete %n chat(s) for good?</source>
        <translation>
            <numerusform>Delete %n chat for good?</numerusform>
            <numerusform>Delete %n chats for good?</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>qwill::app::ChatImporter</name>
    <message numerus="yes">
        <source>%n chat(s) skipped: nothing in them can be shown.</source>
        <translation>
            <numerusform>%n chat skipped: nothing in it can be shown.</numerusform>
            <numerusform>%n chats skipped: nothing in them can be shown.</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n chat(s) imported.</source>
        <translation>
            <numerusform>%n chat imported.</numerusform>
            <numerusform>%n chats imported.</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>qwill::app::DownloadModel</name>
    <message numerus="yes">
        <source>The source names no checksum for %n file(s): only the length could be checked.</source>
        <translation>
            <numerusform>The source names no checksum for %n file: only its length could be checked.</numerusform>
            <numerusform>The source names no checksum for %n files: only their length could be checked.</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n second(s) left</source>
        <translation>
            <numerusform>%n second left</numerusform>
            <numerusform>%n seconds left</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n minute(s) left</source>
        <translation>
            <numerusform>%n minute left</numerusform>
            <numerusform>%n minutes left</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n hour(s) left</source>
        <translation>
            <numerusform>%n hour left</numerusform>
            <numerusform>%n hours left</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>qwill::app::Downloads</name>
    <message numerus="yes">
        <source>%1 sent nothing for %n second(s). Resume to go on from here.</source>
        <translation>
            <numerusform>%1 sent nothing for %n second. Resume to go on from here.</numerusform>
            <numerusform>%1 sent nothing for %n seconds. Resume to go on from here.</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%1 asks for fewer requests. Resume in %n minute(s).</source>
        <translation>
            <numerusform>%1 asks for fewer requests. Resume in %n minute.</numerusform>
            <numerusform>%1 asks for fewer requests. Resume in %n minutes.</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>qwill::app::LiveRequestModel</name>
    <message numerus="yes">
        <source>%n token(s) of prompt</source>
        <translation>
            <numerusform>%n token of prompt</numerusform>
            <numerusform>%n tokens of prompt</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>Waiting for %n second(s)</source>
        <translation>
            <numerusform>Waiting for %n second</numerusform>
            <numerusform>Waiting for %n seconds</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n second(s)</source>
        <translation>
            <numerusform>%n second</numerusform>
            <numerusform>%n seconds</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n token(s) written</source>
        <translation>
            <numerusform>%n token written</numerusform>
            <numerusform>%n tokens written</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>qwill::app::ModelLibrary</name>
    <message numerus="yes">
        <source>%n model(s) found in the folders of %1 and listed here; nothing was copied or moved.</source>
        <translation>
            <numerusform>%n model found in the folders of %1 and listed here; nothing was copied or moved.</numerusform>
            <numerusform>%n models found in the folders of %1 and listed here; nothing was copied or moved.</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n other(s) there cannot be opened by this version of Qwill.</source>
        <translation>
            <numerusform>%n other there cannot be opened by this version of Qwill.</numerusform>
            <numerusform>%n others there cannot be opened by this version of Qwill.</numerusform>
        </translation>
    </message>
</context>
</TS>
