import Base
import TestSupport
import Testing
import YAML

@testable import Web

/// `docs/api/openapi.yml` names every route, and no other.
@Suite("The API's document")
struct APIDocumentTests {
    @Test func namesEveryRouteWithItsMethods() throws {
        let document = try YAMLDocument.load(Surroundings.root + "/docs/api/openapi.yml")
        let paths = try #require(document.root?.mapping?.first { $0.key.scalar?.text == "paths" }?.value.mapping)
        var documented: Set<String> = []
        for path in paths {
            let pattern = path.key.scalar?.text ?? ""
            for operation in path.value.mapping ?? [] {
                let method = operation.key.scalar?.text ?? ""
                if method != "parameters" { documented.insert("\(method.uppercased()) \(pattern)") }
            }
        }
        let missing = Set(MissingRoutes.all.map(\.pattern))
        var served: Set<String> = []
        for route in Route.all where !missing.contains(route.pattern) {
            for method in route.methods { served.insert("\(method) \(route.pattern)") }
        }
        #expect(served.subtracting(documented).sorted() == [], "served but not documented")
        #expect(documented.subtracting(served).sorted() == [], "documented but not served")
    }
}
