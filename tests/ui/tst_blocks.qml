import QtQuick
import QtTest
import Qwill
import QwillTest

Item {
    width: 800
    height: 600

    TestCase {
        name: "Blocks"
        when: windowShown
        function test_nothing() { }
    }
}
