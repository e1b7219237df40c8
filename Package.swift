// swift-tools-version: 6.2
import PackageDescription

// Only the toolchain's own modules and Debian's C libraries. The floors and arrows are those of
// docs/architecture.md: a module imports only what stands on lower floors.

let strict: [SwiftSetting] = [
    .treatAllWarnings(as: .error),
    // What nobody calls goes when the program is linked, function by function.
    .unsafeFlags(["-Xfrontend", "-function-sections"], .when(configuration: .release)),
]

/// Functions that a running daemon calls lie together: the system keeps in memory what is near to what is used.
/// The list is made by scripts/function-order.
let inOrder: LinkerSetting = .unsafeFlags(
    [
        "-use-ld=lld", "-Xlinker", "--symbol-ordering-file=\(Context.packageDirectory)/packaging/function-order",
        "-Xlinker", "--no-warn-symbol-ordering",
    ], .when(configuration: .release))

/// A Swift module of ours, its unit tests beside it under Tests/<name>Tests.
func module(_ name: String, _ dependencies: [Target.Dependency] = []) -> Target {
    .target(name: name, dependencies: dependencies, swiftSettings: strict)
}

/// The tests of one module.
func tests(_ name: String, _ more: [Target.Dependency] = [], exclude: [String] = []) -> Target {
    .testTarget(
        name: "\(name)Tests", dependencies: [.init(stringLiteral: name)] + more, exclude: exclude,
        swiftSettings: [.treatAllWarnings(as: .error)])
}

/// A system library: a folder with a module map and an umbrella header.
func system(_ name: String, pkgConfig: String, debian: String) -> Target {
    .systemLibrary(name: name, pkgConfig: pkgConfig, providers: [.apt([debian])])
}

/// The rule files that `ruleval demo` carries inside the binary, unchanged; Sources/Demo/Rules is a link to rules/.
let demoRules = [
    "mme/isolation.yml", "mme/mongodb.yml", "mme/services.yml", "mme/traefik.yml", "memmimic/memory.yml", "api/api.yml",
    "node/node.yml",
]

let floor0: [Target] = [
    system("CYAML", pkgConfig: "yaml-0.1", debian: "libyaml-dev"),
    system("CSQLite", pkgConfig: "sqlite3", debian: "libsqlite3-dev"),
    system("CCurlSystem", pkgConfig: "libcurl", debian: "libcurl4-openssl-dev"),
    system("CSnappy", pkgConfig: "snappy", debian: "libsnappy-dev"),
    system("CZlib", pkgConfig: "zlib", debian: "zlib1g-dev"),
    system("CCrypto", pkgConfig: "libcrypto", debian: "libssl-dev"),
    system("CMicrohttpdSystem", pkgConfig: "libmicrohttpd", debian: "libmicrohttpd-dev"),
    .systemLibrary(name: "CSpawn"),
    .target(name: "CHeap"),
    .target(name: "CCurl", dependencies: ["CCurlSystem"]),
    system("CGnuTLSSystem", pkgConfig: "gnutls", debian: "libgnutls28-dev"),
    system("CCryptSystem", pkgConfig: "libcrypt", debian: "libcrypt-dev"),
    .target(name: "CMicrohttpd", dependencies: ["CMicrohttpdSystem", "CGnuTLSSystem"]),
    .target(name: "CCrypt", dependencies: ["CCryptSystem"]),
    .target(name: "CRE2", linkerSettings: [.linkedLibrary("re2")]),
    .target(name: "CSimdJSON", linkerSettings: [.linkedLibrary("simdjson"), .linkedLibrary("m")]),
    module("Base", ["CHeap"]),
    module("RegularExpressions", ["CRE2"]),
]

let floor1: [Target] = [
    module("TimeSeries", ["Base", "RegularExpressions"]),
    module("JSON", ["Base", "CSimdJSON"]),
    module("YAML", ["Base", "CYAML"]),
    module("GoTemplate", ["Base", "RegularExpressions"]),
    module("HTTPTransport", ["Base", "CCurl"]),
    module("HTTPServer", ["Base", "CMicrohttpd"]),
]

let floor2: [Target] = [
    module("PromQL", ["TimeSeries"]),
    module("Settings", ["YAML", "HTTPTransport", "TimeSeries"]),
    module("Alerts", ["TimeSeries", "YAML", "GoTemplate"]),
]

let floor3: [Target] = [
    module("QueryEngine", ["PromQL"]),
    module("PrometheusAPI", ["Settings", "JSON", "CSnappy", "CZlib"]),
    module("RuleFiles", ["YAML", "PromQL", "GoTemplate"]),
]

let floor4: [Target] = [
    module("Ruler", ["RuleFiles", "QueryEngine", "Alerts"]),
    module("RuleChecks", ["RuleFiles", "PrometheusAPI"]),
    // Not `Dispatch`: that is the name of a module of the toolchain, which Foundation and so every test runner imports.
    module("Dispatching", ["Settings", "Alerts"]),
    module("Incidents", ["Settings", "Alerts"]),
    module("Receivers", ["Settings", "JSON", "Alerts", "CCrypto", "CSpawn"]),
    module("Probes", ["Settings", "Alerts"]),
]

let floor5: [Target] = [
    module("RuleTests", ["Ruler", "JSON"]),
    module("StateStore", ["CSQLite", "Ruler", "Dispatching", "Incidents", "Receivers", "Probes"]),
]

let upperFloors: [Target] = [
    module("Web", ["HTTPServer", "StateStore", "JSON", "PrometheusAPI", "CCrypt"]),
    module("Daemon", ["Web", "RuleChecks"]),
    .target(
        name: "Demo", dependencies: ["Daemon"],
        exclude: ["mme", "memmimic", "api", "node"].map { "Rules/\($0)/tests" },
        resources: demoRules.map { .embedInCode("Rules/\($0)") },
        swiftSettings: strict),
    .executableTarget(
        name: "ruleval", dependencies: ["Daemon", "Demo", "RuleTests", "RuleChecks"], swiftSettings: strict,
        linkerSettings: [inOrder]),
]

let testTargets: [Target] = [
    .target(name: "TestSupport", dependencies: ["Base"], path: "Tests/TestSupport", swiftSettings: strict),
    tests("Base", ["TestSupport"]), tests("RegularExpressions"), tests("TimeSeries", ["TestSupport"]), tests("JSON"),
    tests("YAML"),
    tests("GoTemplate", ["TestSupport"]), tests("HTTPTransport", ["HTTPServer", "TestSupport"]),
    tests("HTTPServer", ["HTTPTransport", "TestSupport"]),
    tests("PromQL"),
    tests("Settings", ["TestSupport"]), tests("Alerts"),
    tests("QueryEngine", ["PrometheusAPI", "Daemon", "HTTPServer", "TestSupport"]),
    tests("PrometheusAPI", ["HTTPServer", "TestSupport"]),
    tests("RuleFiles", ["TestSupport"]),
    tests("Ruler", ["TestSupport"]), tests("RuleChecks", ["TestSupport", "JSON"]),
    tests("Dispatching", ["TestSupport"]),
    tests("Incidents"), tests("Probes"),
    tests("Receivers", ["HTTPServer", "TestSupport", "JSON"], exclude: ["Fixtures"]),
    tests("RuleTests", ["TestSupport", "JSON"], exclude: ["Scripts"]), tests("StateStore"),
    tests("Web", ["TestSupport"]),
    tests("Daemon", ["HTTPTransport", "JSON", "TestSupport", "YAML"], exclude: ["Configurations"]),
    .testTarget(
        name: "EndToEndTests",
        dependencies: [
            "Base", "HTTPTransport", "HTTPServer", "JSON", "PrometheusAPI", "QueryEngine", "RuleFiles", "Ruler",
            "TimeSeries",
            "YAML", "TestSupport",
        ],
        swiftSettings: [.treatAllWarnings(as: .error)]),
]

let benchmarks: [Target] = [
    .target(name: "CAllocations", path: "Benchmarks/CAllocations"),
    .target(
        name: "BenchmarkSupport", dependencies: ["TimeSeries"], path: "Benchmarks/Support", swiftSettings: strict),
    .executableTarget(
        name: "bench-engine", dependencies: ["QueryEngine", "BenchmarkSupport", "CAllocations"],
        path: "Benchmarks/Engine", swiftSettings: strict),
    .executableTarget(
        name: "bench-parser", dependencies: ["RuleFiles", "BenchmarkSupport"], path: "Benchmarks/Parser",
        swiftSettings: strict),
    .executableTarget(
        name: "bench-http", dependencies: ["PrometheusAPI", "BenchmarkSupport", "TestSupport"],
        path: "Benchmarks/HTTP", swiftSettings: strict),
    .executableTarget(
        name: "bench-store", dependencies: ["PrometheusAPI", "QueryEngine"], path: "Benchmarks/Store",
        swiftSettings: strict),
    .executableTarget(
        name: "bench-templates", dependencies: ["GoTemplate"], path: "Benchmarks/Templates", swiftSettings: strict),
    .executableTarget(
        name: "bench-unit-tests", dependencies: ["Base"], path: "Benchmarks/UnitTests", swiftSettings: strict),
    .executableTarget(
        name: "bench-evaluation", dependencies: ["HTTPServer", "HTTPTransport", "TestSupport"],
        path: "Benchmarks/Evaluation", swiftSettings: strict),
    .executableTarget(name: "bench-many", dependencies: ["Ruler"], path: "Benchmarks/ManyRules", swiftSettings: strict),
    .executableTarget(name: "bench-check", path: "Benchmarks/Check", swiftSettings: strict),
]

let package = Package(
    name: "ruleval",
    products: [.executable(name: "ruleval", targets: ["ruleval"])],
    targets: floor0 + floor1 + floor2 + floor3 + floor4 + floor5 + upperFloors + benchmarks + testTargets,
    swiftLanguageModes: [.v6],
    cxxLanguageStandard: .cxx17
)
