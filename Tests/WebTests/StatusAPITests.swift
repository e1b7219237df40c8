import Testing
import TimeSeries

/// Shapes as Prometheus 3.5.3 gives them.
@Suite("The status API")
struct StatusAPITests {
    @Test(
        "shows the server itself",
        arguments: [
            ("config", #"{"yaml":"global:\n  evaluation_interval: 1m\n"}"#),
            ("flags", #"{"config.file":"ruleval.yml"}"#),
            ("walreplay", #"{"min":0,"max":0,"current":0}"#),
            (
                "runtimeinfo",
                #"{"startTime":"2027-01-15T08:00:00.5Z","CWD":"/","hostname":"host","#
                    + #""serverTime":"2027-01-15T08:00:00.5Z","reloadConfigSuccess":true,"#
                    + #""lastConfigTime":"2027-01-15T08:00:00.5Z","corruptionCount":0,"goroutineCount":0,"#
                    + #""GOMAXPROCS":0,"GOMEMLIMIT":0,"GOGC":"","GODEBUG":"","storageRetention":"2h"}"#
            ),
        ])
    func status(_ name: String, _ data: String) async {
        let answer = await Surface().ask("GET", "/api/v1/status/\(name)", type: nil)
        #expect(answer.status == 200)
        #expect(answer.text == #"{"status":"success","data":"# + data + "}")
    }

    @Test func countsWhatTheStoreHolds() async {
        let surface = Surface()
        surface.queries.store.append(
            ["a", "b"].map {
                Series(labels: ["__name__": "m", "l": $0], timestamps: [1000, 2000], values: [1, 2])
            } + [Series(labels: ["__name__": "n"], timestamps: [500], values: [1])])
        let answer = await surface.ask("GET", "/api/v1/status/tsdb?limit=2", type: nil)
        #expect(
            answer.text == #"{"status":"success","data":{"headStats":{"numSeries":3,"numLabelPairs":4,"chunkCount":3,"#
                + #""minTime":500,"maxTime":2000},"seriesCountByMetricName":[{"name":"m","value":2},"#
                + #"{"name":"n","value":1}],"labelValueCountByLabelName":[{"name":"__name__","value":2},"#
                + #"{"name":"l","value":2}],"memoryInBytesByLabelName":[{"name":"__name__","value":3},"#
                + #"{"name":"l","value":2}],"seriesCountByLabelValuePair":[{"name":"__name__=m","value":2},"#
                + #"{"name":"__name__=n","value":1}]}}"#)
        for limit in ["0", "-1", "x"] {
            let refused = await surface.ask("GET", "/api/v1/status/tsdb?limit=\(limit)", type: nil)
            #expect(refused.status == 400)
            #expect(refused.text.contains("limit must be a positive number"))
        }
    }

    @Test func pagesOfOtherSitesMayReadAndNotWrite() async {
        let surface = Surface()
        let origin = ["Origin": "http://grafana.example"]
        let read = await surface.ask(
            "POST", "/api/v1/query", type: "application/x-www-form-urlencoded", headers: origin, "query=1")
        #expect(read.status == 200)
        #expect(read.headers["Access-Control-Allow-Origin"] == "http://grafana.example")
        #expect(read.headers["Vary"] == "Origin")
        let ahead = await surface.ask("OPTIONS", "/api/v1/query_range", type: nil, headers: origin)
        #expect(ahead.status == 204)
        #expect(ahead.headers["Access-Control-Allow-Methods"] == "GET, POST, OPTIONS")
        let write = await surface.ask("POST", "/api/v1/write", type: "application/x-protobuf", headers: origin, "x")
        #expect(write.status == 403)
        #expect(write.headers["Access-Control-Allow-Origin"] == nil)
        #expect(await surface.ask("HEAD", "/api/v1/query?query=1", type: nil).status == 405)
    }
}
