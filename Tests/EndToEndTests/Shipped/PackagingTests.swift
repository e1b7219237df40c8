import TestSupport
import Testing

/// One list of Debian packages, and a service and an image that keep to it.
@Suite("Packaging")
struct PackagingTests {
    private static func text(_ path: String) -> String {
        TemporaryFolder.text(of: Surroundings.root + "/" + path)
    }

    /// The packages of a stage (`build`, `run`, `test`) of the list.
    private static func packages(_ stage: String) -> Set<String> {
        Set(
            text("packaging/debian-packages").split(separator: "\n").compactMap { line in
                let words = line.split(separator: " ", omittingEmptySubsequences: true)
                return words.count > 1 && words[0] == stage ? String(words[1]) : nil
            })
    }

    @Test func theListHasAllStagesAndSaysWhy() {
        for stage in ["build", "run", "test"] { #expect(!Self.packages(stage).isEmpty) }
        for line in Self.text("packaging/debian-packages").split(separator: "\n") where !line.hasPrefix("#") {
            #expect(line.split(separator: " ").count > 2, "\(line)")
        }
    }

    @Test func theImageInstallsTheList() throws {
        let stages = Self.text("Dockerfile").split(separator: "\nFROM ").dropFirst().map(String.init)
        try #require(stages.count == 2)
        for (stage, name) in zip(stages, ["build", "run"]) {
            let joined = stage.replacing("\\\n", with: " ")
            let install = try #require(joined.firstMatch(of: #/apt-get install ([^&\n]*)/#)).output.1
            let installed = Set(install.split(separator: " ").map(String.init).filter { !$0.hasPrefix("-") })
            #expect(installed == Self.packages(name), "stage \(name)")
        }
    }

    @Test func theImageIsNotRootAndKnowsWhetherItIsWell() throws {
        let stage = try #require(Self.text("Dockerfile").split(separator: "\nFROM ").last)
        let user = try #require(stage.firstMatch(of: #/\nUSER ([a-z0-9:]+)/#)).output.1
        #expect(!["root", "0"].contains(user.prefix { $0 != ":" }))
        #expect(stage.contains(#/\nHEALTHCHECK [^\n]*"health"\]/#))
        #expect(stage.contains("0.0.0.0:9595"))
        #expect(Self.packages("run").isSuperset(of: ["tzdata", "ca-certificates"]))
    }

    @Test func theImageBuildsFromWhatItCopies() throws {
        let stage = try #require(Self.text("Dockerfile").split(separator: "\nFROM ").dropFirst().first)
        let copied = Set(
            stage.matches(of: #/\nCOPY ([^\n]+) \S+/#).flatMap {
                $0.output.1.split(separator: " ").map { String($0.split(separator: "/")[0]) }
            })
        // The folders of the manifest's targets, and rules/, which Sources/Demo/Rules links to.
        #expect(copied.isSuperset(of: ["Package.swift", "Sources", "Tests", "rules"]), "\(copied)")
        if Self.text("Package.swift").contains("\"Benchmarks") { #expect(copied.contains("Benchmarks")) }
        // What the manifest names in full.
        for file in Self.text("Package.swift").matches(of: #/\(Context\.packageDirectory\)/([^"]+)"/#) {
            #expect(stage.contains("\nCOPY \(file.output.1) ./\(file.output.1)\n"), "\(file.output.1)")
        }
        for name in copied {
            let path = Surroundings.root + "/" + name
            let isThere =
                !TemporaryFolder.names(in: path).isEmpty || !TemporaryFolder.bytes(of: path, limit: 1).isEmpty
            #expect(isThere, "COPY \(name)")
        }
    }

    @Test func theReadmeNamesEveryPackage() throws {
        let section = try #require(Self.text("README.md").split(separator: "## Debian packages").last)
        let rows = section.split(separator: "\n").filter { $0.hasPrefix("| ") }.dropFirst()
        let named = Set(
            rows.flatMap { row in
                row.split(separator: "|")[0].split { " ,()".contains($0) }.map(String.init)
            })
        let listed = Self.packages("build").union(Self.packages("run")).union(Self.packages("test"))
        #expect(named == listed)
        for row in rows { #expect(row.split(separator: "|").count >= 2, "\(row) says no why") }
    }

    @Test func theManifestNamesTheLibraries() {
        let manifest = Self.text("Package.swift")
        var named = Set(manifest.matches(of: #/debian: "([a-z0-9.-]+)"/#).map { String($0.output.1) })
        // Debian ships no pkg-config file that the package manager could use for these two: they are linked by name.
        for library in ["re2", "simdjson"] where manifest.contains("linkedLibrary(\"\(library)\")") {
            named.insert("lib\(library)-dev")
        }
        #expect(named == Self.packages("build").filter { $0.hasSuffix("-dev") })
    }

    @Test func theBinaryLinksNothingThatIsNotListed() async throws {
        let folder = try TemporaryFolder()
        let linked = try await ChildProcess.run("/usr/bin/ldd", [Surroundings.binary], folder: folder)
        #expect(linked.status == 0)
        // The first names of the libraries that our packages hold.
        for (library, package) in [
            ("libyaml-0.so.2", "libyaml-0-2"), ("libcurl.so.4", "libcurl4"), ("libmicrohttpd.so.12", "libmicrohttpd12"),
            ("libsqlite3.so.0", "libsqlite3-0"), ("libre2.so.9", "libre2-9"), ("libsimdjson.so.14", "libsimdjson14"),
            ("libsnappy.so.1", "libsnappy1v5"), ("libz.so.1", "zlib1g"),
        ] {
            #expect(linked.output.contains(library), "\(library)")
            #expect(Self.packages("run").contains(package), "\(package)")
        }
        #expect(!linked.output.contains("not found"))
    }

    @Test func systemdTakesTheService() async throws {
        let program = "/usr/bin/systemd-analyze"
        guard !TemporaryFolder.bytes(of: program, limit: 1).isEmpty else {
            Surroundings.say("*** SKIPPED: no systemd-analyze: install systemd to verify packaging/ruleval.service ***")
            return
        }
        let folder = try TemporaryFolder()
        let service = Self.text("packaging/ruleval.service")
        for line in [
            "DynamicUser=yes", "StateDirectory=ruleval", "ProtectSystem=strict", "NoNewPrivileges=yes", "Type=notify",
            "ExecReload=/bin/kill -HUP $MAINPID",
        ] { #expect(service.contains("\n\(line)\n"), "\(line)") }
        #expect(service.contains("\nWatchdogSec="))
        func verify(_ name: String, _ text: String) async throws -> (status: Int32, error: String) {
            let path = try folder.write(name, text)
            let result = try await ChildProcess.run(program, ["verify", path], folder: folder)
            return (result.status, result.error + result.output)
        }
        let own = service.replacing("ExecStart=/usr/bin/ruleval", with: "ExecStart=\(Surroundings.binary)")
        #expect(own != service)
        let result = try await verify("ruleval.service", own)
        #expect(result.status == 0)
        #expect(result.error.isEmpty, "\(result.error)")
        // It can tell: an unknown key is named, though the status stays 0.
        let wrong = try await verify("wrong.service", own.replacing("WatchdogSec=", with: "WatchdogSecs="))
        #expect(wrong.error.contains("WatchdogSecs"), "\(wrong.error)")
    }

    @Test func setupInstallsOnceAndIsQuietThen() async throws {
        let folder = try TemporaryFolder()
        let log = folder.path + "/log"
        // Programs in the place of the real ones: nothing is installed, what would be is written down.
        let programs = [
            "dpkg-query": """
            name=${@: -1}
            if grep -qsx "$name" '\(folder.path)/installed' || [ "$name" != libyaml-dev ]; then printf 'ii '; else exit 1; fi
            """,
            "apt-get": """
            echo "apt-get $*" >> '\(log)'
            case " $* " in *" libyaml-dev "*) echo libyaml-dev >> '\(folder.path)/installed' ;; esac
            """,
            "sudo": "exec \"$@\"",
            "swift": "exit 0",
        ]
        for (name, text) in programs {
            try folder.write("bin/\(name)", "#!/bin/bash\n\(text)\n")
            _ = try await ChildProcess.run("/bin/chmod", ["+x", "\(folder.path)/bin/\(name)"], folder: folder)
        }
        func setup() async throws -> (status: Int32, output: String, error: String) {
            try await ChildProcess.run(
                "/bin/bash", [Surroundings.root + "/scripts/setup", "build", "run", "test"],
                environment: ["PATH": "\(folder.path)/bin:/usr/bin:/bin"], folder: folder)
        }
        let first = try await setup()
        #expect(first.status == 0, "\(first.error)")
        #expect(first.output == "setup: installing libyaml-dev\n")
        let calls = TemporaryFolder.text(of: log)
        #expect(calls.contains("install") && calls.contains("libyaml-dev") && !calls.contains("libcurl"))
        let second = try await setup()
        #expect(second == (0, "", ""))
        #expect(TemporaryFolder.text(of: log) == calls)
    }
}
