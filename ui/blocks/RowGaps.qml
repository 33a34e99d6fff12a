pragma Singleton

import QtQuick
import Qwill

// The air above and below a row, by what it shows. Gaps of neighbours add up: paragraphs stand 18 apart, items of
// a list 10.
QtObject {
    function before(kind: int, level: int, indent: int): real {
        switch (kind) {
        case TranscriptModel.User:
        case TranscriptModel.Summary: return Theme.gap4;
        case TranscriptModel.Heading: return level <= 2 ? 20 : 14;
        case TranscriptModel.Footer: return Theme.gap1;
        case TranscriptModel.Table: return level > 0 ? 0 : Theme.gap2; // a long one goes on
        case TranscriptModel.Code: return Theme.gap2;
        default: return indent > 0 ? 5 : 9;
        }
    }
    function after(kind: int, indent: int): real {
        switch (kind) {
        case TranscriptModel.User: return Theme.gap1;
        case TranscriptModel.Heading: return 0;
        case TranscriptModel.Footer: return Theme.gap2;
        case TranscriptModel.Code:
        case TranscriptModel.Table: return Theme.gap2;
        default: return indent > 0 ? 5 : 9;
        }
    }
}
