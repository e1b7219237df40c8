import JSON
import Testing

@Suite("Answers of the query API")
struct PrometheusAnswerTests {
    static func read(_ text: String) throws(JSONError) -> PrometheusAnswer { try PrometheusAnswer(Array(text.utf8)) }

    /// Everything in an answer, for comparing.
    static func dump(_ answer: borrowing PrometheusAnswer) -> [String] {
        var lines: [String] = []
        for index in 0..<answer.seriesCount {
            var labels: [String] = []
            answer.forEachLabel(ofSeries: index) { name, value in
                labels.append(String(decoding: name, as: UTF8.self) + "=" + String(decoding: value, as: UTF8.self))
            }
            let samples = answer.samples(ofSeries: index).map { "\(answer.values[$0])@\(answer.timestamps[$0])" }
            let histograms = answer.histograms(ofSeries: index).map {
                "\($0.count)/\($0.sum)/\($0.buckets.count)@\($0.timestamp)"
            }
            lines.append((labels + samples + histograms).joined(separator: " "))
        }
        return lines
    }

    @Test func aVector() throws {
        let answer = try Self.read(
            #"""
            {"status":"success","data":{"resultType":"vector","result":[
            {"metric":{"__name__":"up","job":"a\"\u00e9"},"value":[1435781451.781,"1"]},
            {"metric":{},"value":[1435781451.781,"NaN"]},{"metric":{"a":"b"},"value":[0,"+Inf"]},
            {"metric":{"a":"c"},"value":[-0.001,"-Inf"]},{"metric":{"a":"d"},"value":[1e3,"1.5e-07"]}]},
            "warnings":["w1"],"infos":["i1","i2"]}
            """#)
        let isSuccess = answer.isSuccess
        #expect(isSuccess)
        #expect(answer.kind == .vector)
        #expect(
            Self.dump(answer) == [
                "__name__=up job=a\"é 1.0@1435781451781", "nan@1435781451781", "a=b inf@0", "a=c -inf@-1",
                "a=d 1.5e-07@1000000",
            ])
        #expect(answer.warnings == ["w1"])
        #expect(answer.infos == ["i1", "i2"])
    }

    @Test func aMatrixWithHistogramsAndKeysInAnyOrder() throws {
        let answer = try Self.read(
            #"""
            {"data":{"result":[{"values":[[1,"1"],[2,"2"]],"metric":{"a":"b"}},{"metric":{"h":"i"},"histograms":
            [[3,{"count":"5","sum":"2.5","buckets":[[0,"0.5","1","2"],[3,"-0.001","0.001","3"]]}]]}],
            "stats":{"x":[1,{}]},"resultType":"matrix"},"status":"success"}
            """#)
        #expect(answer.kind == .matrix)
        #expect(Self.dump(answer) == ["a=b 1.0@1000 2.0@2000", "h=i 5.0/2.5/2@3000"])
        #expect(answer.histograms(ofSeries: 1)[0].buckets[0] == .init(boundaries: 0, lower: 0.5, upper: 1, count: 2))
    }

    @Test func scalarsAndStrings() throws {
        let scalar = try Self.read(#"{"status":"success","data":{"resultType":"scalar","result":[1.5,"3"]}}"#)
        #expect(scalar.kind == .scalar)
        #expect(scalar.values.first == 3)
        #expect(scalar.timestamps.first == 1500)
        let string = try Self.read(#"{"status":"success","data":{"resultType":"string","result":[1.5,"a\nb"]}}"#)
        #expect(string.kind == .string)
        #expect(string.string == "a\nb")
        #expect(string.timestamps.first == 1500)
    }

    @Test func errorsAreAnswersToo() throws {
        let answer = try Self.read(#"{"status":"error","errorType":"bad_data","error":"1:2: parse error"}"#)
        let isSuccess = answer.isSuccess
        #expect(!isSuccess)
        #expect(answer.kind == .none)
        #expect(answer.errorType == "bad_data")
        #expect(answer.error == "1:2: parse error")
    }

    @Test(
        "of another shape are refused",
        arguments: [
            "", "<html>", "[]", "{}", "null", #"{"status":"success"} x"#,
            #"{"status":"success","data":{"resultType":"vector","result":[{"metric":{"a"#,
            #"{"status":"success","data":{"resultType":"vector","result":[{"metric":{"a":"b"},"value":[1,"1"]}"#,
            #"{"status":"success","data":{"resultType":"vector","result":[{"metric":{"a":"b"},"value":[1,1]}]}}"#,
            #"{"status":"success","data":{"resultType":"vector","result":[{"metric":{"a":"b"},"value":[1]}]}}"#,
            #"{"status":"success","data":{"resultType":"vector","result":[{"metric":{"a":"b"},"value":[1,"1","2"]}]}}"#,
            #"{"status":"success","data":{"resultType":"vector","result":[{"metric":{"a":1},"value":[1,"1"]}]}}"#,
            #"{"status":"success","data":{"resultType":"vector","result":[{"metric":{"a":"b"},"value":[1,"x"]}]}}"#,
            #"{"status":"success","data":{"resultType":"vector","result":[{"metric":{"a":"b"},"value":[1e300,"1"]}]}}"#,
            #"{"status":"success","data":{"resultType":"vector","result":[{"metric":{"a":"b"},"value":[1,""]}]}}"#,
            #"{"status":"success","data":{"resultType":"tensor","result":[]}}"#,
            #"{"status":"success","data":{"resultType":"vector"}}"#,
            #"{"status":"success","data":{"resultType":"vector","result":{}}}"#,
            String(repeating: "[", count: 100_000), #"{"status":"#, "{\"status\":\"\u{0}",
        ])
    func refused(_ text: String) {
        #expect(throws: JSONError.self) {
            do throws(JSONError) { _ = try Self.read(text) } catch { throw error }
        }
    }

    @Test func invalidUTF8IsRefused() {
        #expect(throws: JSONError.self) {
            do throws(JSONError) {
                _ = try PrometheusAnswer(Array(#"{"status":"success","error":""#.utf8) + [0xFF] + Array(#""}"#.utf8))
            } catch { throw error }
        }
    }

    @Test func everyBeginningOfAnAnswerIsRefused() {
        let whole = Array(
            #"{"status":"success","data":{"resultType":"matrix","result":[{"metric":{"a":"b"},"values":[[1,"2"]],"histograms":[[3,{"count":"5","sum":"2.5","buckets":[[0,"0.5","1","2"]]}]]}]},"warnings":["x"]}"#
                .utf8)
        for length in 0..<whole.count {
            let failed: Bool
            do throws(JSONError) {
                _ = try PrometheusAnswer(Array(whole[..<length]))
                failed = false
            } catch { failed = true }
            #expect(failed, "the first \(length) bytes were taken for an answer")
        }
    }
}
