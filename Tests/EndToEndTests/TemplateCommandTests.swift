import TestSupport
import Testing

/// The built binary beside the real amtool, as a shell calls both.
@Suite("ruleval template")
struct TemplateCommandTests {
    static let data = """
        {"receiver":"team","status":"firing","groupLabels":{"alertname":"Disk<1>"},"commonLabels":{"job":"node"},
         "alerts":[{"status":"firing","labels":{"job":"node"},"startsAt":"2026-01-02T03:04:05+01:00"}]}
        """

    private func ruleval(
        _ words: [String], _ folder: TemporaryFolder, zone: String = "UTC"
    ) async throws -> (status: Int32?, output: String, errors: String) {
        let process = try ChildProcess(
            Surroundings.binary, ["template"] + words, environment: ["TZ": zone], folder: folder)
        let status = await process.waitForExit()
        return (status, process.output, process.errorOutput)
    }

    @Test("renders what amtool renders", arguments: ["text", "html"], ["UTC", "Europe/Berlin"])
    func render(_ type: String, _ zone: String) async throws {
        guard let amtool = Surroundings.peer("amtool") else { return }
        let folder = try TemporaryFolder()
        let one = try folder.write(
            "t/one.tmpl", #"{{ define "a" }}{{ .Status | title }} {{ template "b" . }}{{ toJson . }}{{ end }}"#)
        try folder.write(
            "t/two.tmpl",
            #"{{ define "b" }}<p title="{{ .GroupLabels }}">{{ (index .Alerts 0).StartsAt }}</p>{{ end }}"#)
        let data = try folder.write("data.json", Self.data)
        let glob = folder.path + "/t/*.tmpl"
        let real = try ChildProcess(
            amtool,
            [
                "template", "render", "--template.glob=\(glob)", "--template.type=\(type)", "--template.data=\(data)",
                #"--template.text={{ template "a" . }}"#,
            ], environment: ["TZ": zone], folder: folder)
        #expect(await real.waitForExit() == 0, "\(real.errorOutput)")
        let html = type == "html" ? ["--html"] : []
        for files in [[glob], [one, folder.path + "/t/two.tmpl"]] {
            let ours = try await ruleval(
                ["render"] + html + ["--template"] + files + ["--data", data, "a"], folder, zone: zone)
            #expect(ours == (0, real.output, ""))
            let nameAtTheEnd = try await ruleval(
                ["render", "--data", data] + html + ["--template"] + files + ["a"], folder, zone: zone)
            #expect(nameAtTheEnd == (0, real.output, ""))
        }
    }

    @Test func failuresSayWhereAndExitOne() async throws {
        let folder = try TemporaryFolder()
        let file = try folder.write("a.tmpl", "{{ define \"a\" }}\n{{ .Nope }}{{ end }}")
        let data = try folder.write("data.json", Self.data)
        let bad = try folder.write("bad.json", #"{"status": 5}"#)
        let broken = try folder.write("broken.json", "{\n  nope")
        let failed = try await ruleval(["render", "--template", file, "--data", data, "a"], folder)
        #expect(failed.status == 1)
        #expect(failed.output.isEmpty)
        #expect(failed.errors.hasPrefix("\(file):2:4: error: can't evaluate field Nope in type template.Data\n  2 | "))
        let unknown = try await ruleval(["render", "--template", file, "--data", data, "none"], folder)
        #expect(unknown.status == 1)
        #expect(unknown.errors.contains(#"template "none" not defined"#))
        let wrongData = try await ruleval(["render", "--template", file, "--data", bad, "a"], folder)
        #expect(wrongData.status == 1)
        #expect(wrongData.errors.hasPrefix("\(bad): status: must be text"))
        let noJSON = try await ruleval(["render", "--template", file, "--data", broken, "a"], folder)
        #expect(noJSON.status == 1)
        #expect(noJSON.errors.hasPrefix("\(broken):2:3: "))
        let noFile = try await ruleval(["render", "--template", "/nowhere/x", "--data", data, "a"], folder)
        #expect(noFile.status == 3)
    }

    @Test func checkNamesPlaceAndLine() async throws {
        let folder = try TemporaryFolder()
        let good = try folder.write("good.tmpl", #"{{ define "a" }}{{ template "slack.default.title" . }}{{ end }}"#)
        let bad = try folder.write("bad.tmpl", "x\n{{ toUper .Status }}")
        let clean = try await ruleval(["check", good], folder)
        #expect(clean == (0, "1 template\n", ""))
        let found = try await ruleval(["check", good, bad], folder)
        #expect(found.status == 1)
        #expect(
            found.output
                == "\(bad):2:4: error: function \"toUper\" not defined (did you mean toUpper?)\n"
                + "  2 | {{ toUper .Status }}\n    |    ^\n")
    }

    @Test(
        "refuses wrong usage with status 2",
        arguments: [
            [], ["show"], ["check"], ["render", "a"], ["render", "--data", "x"], ["check", "--html", "x"],
            ["render", "--data", "x", "a", "b"],
        ])
    func usage(_ words: [String]) async throws {
        let result = try await ruleval(words, TemporaryFolder())
        #expect(result.status == 2)
        #expect(result.errors.contains("ruleval template"))
    }
}
