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
</TS>
