import Alerts
import Testing

@testable import Web

/// What the reader in one pass takes, it reads as the full decoder does.
@Suite("Posted alerts read in one pass")
struct PlainAlertsReaderTests {
    /// Each at every place of a text, since eight bytes are looked at together.
    private static let odd = [#"\""#, #"\\"#, #"\n"#, #"\u003c"#, #"\u00e9"#, "ü", "😀", "\u{7F}", #"\ud83d\ude00"#]

    @Test func readsTheSameWhereverTheOddCharacterStands() throws {
        var taken = 0
        for part in Self.odd {
            for place in 0..<20 {
                let text = String(repeating: "a", count: place) + part + String(repeating: "b", count: 20 - place)
                let body = Array(
                    #"[{"labels":{"alertname":"\#(text)","b":"x"},"annotations":{"s":"\#(text)"},"generatorURL":"http://h/"}]"#
                        .utf8)
                let full = try PostedAlertsDecoder.decodeTree(body)
                guard let plain = PlainAlertsReader.read(body) else { continue }
                taken += 1
                #expect(plain == full, "\(text)")
            }
        }
        #expect(taken >= 100)
    }

    @Test func givesUpOnControlCharactersAndBrokenText() {
        for byte: UInt8 in [0x00, 0x1F, 0xFF, 0xC3] {
            for place in 0..<20 {
                var text = [UInt8](repeating: 0x61, count: 20)
                text[place] = byte
                let body = Array(#"[{"labels":{"alertname":""#.utf8) + text + Array(#""}}]"#.utf8)
                #expect(PlainAlertsReader.read(body) == nil, "\(byte) at \(place)")
            }
        }
    }

    @Test func sharesWhatNeighboursHaveAndNothingElse() throws {
        let one =
            #"{"labels":{"b":"1","a":"2"},"annotations":{"s":"x"},"startsAt":"2026-01-01T00:00:00Z","generatorURL":"http://h/1"}"#
        let bodies = [
            "[\(one),\(one)]", "[\(one), \(one.replacing("\"x\"", with: "\"y\""))]",
            "[\(one),\(one.replacing("h/1", with: "h/12"))]", "[\(one),\(one.replacing("00Z", with: "00.5Z"))]",
            "[\(one),\(one.replacing(",\"annotations\":{\"s\":\"x\"}", with: "")),\(one)]",
            "[\(one),\(one.replacing("{\"s\":\"x\"}", with: "{\"s\":\"x\" }"))]",
            #"[{"labels":{"a":"1","b":"2","a":"3"}},{"labels":{"c":"","b":"2"}}]"#,
        ]
        for body in bodies {
            let bytes = Array(body.utf8)
            let plain = try #require(PlainAlertsReader.read(bytes), "\(body)")
            #expect(plain == (try PostedAlertsDecoder.decodeTree(bytes)), "\(body)")
        }
    }
}
