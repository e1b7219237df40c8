import TestSupport
import Testing
import YAML

@testable import Daemon

/// Mutants of valid configurations: ruleval accepts what amtool accepts and refuses what it refuses.
@Suite("Mutated configurations beside amtool", .enabled(if: Surroundings.hasPeer("amtool")))
struct ConfigurationMutationTests {
    /// Everything that the dispatcher and http_config know, once.
    private static let whole = """
        global:
          resolve_timeout: 90s
          http_config:
            basic_auth: {username: u, password: p}
            tls_config: {insecure_skip_verify: true, server_name: x, min_version: TLS12}
            proxy_url: http://proxy
            no_proxy: localhost
            http_headers: {X-A: {values: [a], secrets: [b]}}
          smtp_smarthost: h:25
          smtp_from: f@x
          slack_api_url: http://x/y
        templates: ['*.none']
        route:
          receiver: a
          group_by: [x, y]
          group_wait: 1s
          routes:
          - matchers: ['a="b"', 'c=~"d|e"', e!=f]
            match: {m: n}
            match_re: {o: p.*}
            continue: true
            group_by: ['...']
            mute_time_intervals: [t1]
            active_time_intervals: [t2]
            group_interval: 90m
            repeat_interval: 1d
            routes: [{receiver: b, matchers: [x=y]}]
          - {receiver: b, group_by: []}
        inhibit_rules:
        - {name: n, source_matchers: [a=b], target_matchers: [e=f], equal: [x, y]}
        - {source_match: {a: b}, source_match_re: {c: d}, target_match: {e: f}, target_match_re: {g: h}}
        receivers:
        - name: a
          labels: {x: y}
          webhook_configs:
          - {url: 'http://h/x', max_alerts: 3, timeout: 5s}
          - url_file: /f
            send_resolved: false
            http_config:
              oauth2: {client_id: a, client_secret: b, token_url: 'http://x', scopes: [s]}
              follow_redirects: false
        - name: b
          slack_configs: [{channel: c, fields: [{title: a, value: b}]}]
          email_configs: [{to: x@y, headers: {Subject: s}}]
        time_intervals:
        - name: t1
          time_intervals:
          - times: [{start_time: '09:00', end_time: '24:00'}]
            weekdays: ['monday:friday', sunday]
            days_of_month: ['1:5', '-1']
            months: ['1:3', may]
            years: ['2020:2022', '2030']
            location: Europe/Berlin
        mute_time_intervals:
        - {name: t2, time_intervals: [{}]}
        tracing: {endpoint: x, client_type: http}
        event_recorder: {file_outputs: [{path: /x}]}
        """

    /// How many mutants; each seed makes one.
    private static let count: UInt64 = Surroundings.isSoak ? 20_000 : 400

    @Test("have the same verdict")
    func verdicts() async throws {
        guard let amtool = try AmtoolVerdict() else { return }
        let first: UInt64 = Surroundings.isSoak ? 1_000_000 : 1
        var bases = [Self.whole]
        bases += ConfigurationCase.all.filter { $0.isAccepted && OwnVerdict($0.text).isAccepted }.map(\.text)
        let trees = try bases.map {
            try YAMLDocument(parsing: Array($0.utf8), file: "base.yml").root.map(EchoWriter.tree)
        }
        var judged = 0
        for start in stride(from: first, to: first + Self.count, by: 200) {
            let seeds = start..<min(start + 200, first + Self.count)
            let texts = seeds.map { seed in
                var mutator = ConfigurationMutator(random: SeededGenerator(seed: seed))
                // Two of three come from the whole configuration, the others from small odd ones.
                let index = seed % 3 == 0 ? Int(seed / 3) % trees.count : 0
                return mutator.mutant(of: trees[index] ?? .map([]))
            }
            for (seed, (text, verdict)) in zip(seeds, zip(texts, try await amtool.accepts(texts))) {
                let own = OwnVerdict(text)
                guard let verdict, !own.isUnsupported else { continue }
                judged += 1
                #expect(own.isAccepted == verdict, "seed \(seed):\n\(text)\(own.problems.map(\.description))")
            }
        }
        #expect(judged > Int(Self.count) / 2)
        Surroundings.say("mutated configurations: \(judged) judged")
    }
}
