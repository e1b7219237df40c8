import Testing

@testable import PromQL

@Suite("The function table")
struct FunctionTableTests {
    @Test("has each name once and finds it")
    func unique() {
        let names = FunctionTable.all.map(\.name)
        #expect(Set(names).count == names.count)
        for row in FunctionTable.all { #expect(FunctionTable.signature(of: row.name) == row) }
        #expect(FunctionTable.signature(of: "Rate") == nil)
    }

    @Test(
        "bounds the number of arguments",
        arguments: [
            ("rate", 1, 1 as Int?), ("round", 1, 2), ("label_join", 3, nil), ("histogram_quantiles", 3, 12),
            ("time", 0, 0), ("hour", 0, 1), ("sort_by_label", 1, nil), ("label_replace", 5, 5), ("info", 1, 2),
        ])
    func argumentCounts(name: String, minimum: Int, maximum: Int?) throws {
        let row = try #require(FunctionTable.signature(of: name))
        #expect(row.minimumArguments == minimum)
        #expect(row.maximumArguments == maximum)
    }

    @Test("knows what a stock server has switched off")
    func experimental() {
        let gated = FunctionTable.all.filter { $0.feature != nil }.map(\.name)
        #expect(
            gated == [
                "double_exponential_smoothing", "end", "histogram_quantiles", "info", "mad_over_time", "max_of",
                "min_of", "range", "sort_by_label", "sort_by_label_desc", "start", "start_timestamp", "step",
                "ts_of_first_over_time", "ts_of_last_over_time", "ts_of_max_over_time", "ts_of_min_over_time",
            ])
    }
}
