using Tat.Tests.Formats;
using Tat.Tests.Runtime;

namespace Tat.Tests.Onnx;

/// <summary>
/// In processes of their own with a home of their own, traced by strace: ONNX Runtime decides whether to report when it is loaded.
/// </summary>
[TestClass]
public sealed class OnnxTelemetryTests
{
    /// <summary>
    /// Where one of these tells of a build server, ONNX Runtime reports nothing by itself, and the tests would show nothing.
    /// </summary>
    private static readonly string[] _buildServers =
    [
        "CI", "TF_BUILD", "GITHUB_ACTIONS", "GITLAB_CI", "CIRCLECI", "TRAVIS", "JENKINS_URL", "CODEBUILD_BUILD_ID", "BUILDKITE",
        "TEAMCITY_VERSION", "APPVEYOR",
    ];

    [TestMethod]
    public async Task A_restoration_opens_no_socket_and_leaves_no_file_in_the_home()
    {
        using var folder = new TemporaryFolder();
        var trace = await Trace(folder, null);
        Assert.IsEmpty(trace.Where(IsNetwork));
        Assert.IsEmpty(trace.Where(line => line.Contains("DeveloperTools", StringComparison.Ordinal)));
        Assert.IsEmpty(Directory.EnumerateFileSystemEntries(folder["home"], "*", SearchOption.AllDirectories));
    }

    [TestMethod]
    public async Task A_user_who_asks_for_reports_gets_them()
    {
        using var folder = new TemporaryFolder();
        var trace = await Trace(folder, "0");
        Assert.IsNotEmpty(trace.Where(line => line.Contains("DeveloperTools", StringComparison.Ordinal)));
    }

    private static bool IsNetwork(string line) =>
        line.Contains("socket(AF_INET", StringComparison.Ordinal) || line.Contains("socket(AF_NETLINK", StringComparison.Ordinal)
            || line.Contains("connect(", StringComparison.Ordinal);

    private static async Task<string[]> Trace(TemporaryFolder folder, string? disable)
    {
        const string Tracer = "/usr/bin/strace";
        if (!File.Exists(Tracer))
        {
            Needs.Missing(Needs.Strace, "strace is not installed.");
        }

        Directory.CreateDirectory(folder["home"]);
        using (var model = ExportedModels.CreateModel())
        {
            Tat.Torch.Onnx.OnnxExporter.Export(model, folder["m.onnx"], new() { Verify = false });
        }

        var log = folder["trace"];
        var outcome = await FreshProcess.Run(
            [Tracer, "-f", "-qq", "-e", "trace=%network,openat,mkdir,mkdirat", "-o", log, FreshProcess.Program],
            "onnx",
            [
                ("HOME", folder["home"]), ("XDG_CACHE_HOME", null), (LoadingProbes.ModelVariable, folder["m.onnx"]),
                ("DOTNET_EnableDiagnostics", "0"), ("ORT_DISABLE_TELEMETRY", disable),
                .. _buildServers.Select(variable => (variable, (string?)null)),
            ]);
        if (outcome.Error.Contains("ptrace", StringComparison.Ordinal))
        {
            Needs.Missing(Needs.Strace, "strace may not trace here.");
        }

        Assert.AreEqual(0, outcome.ExitCode, outcome.Error);
        return await File.ReadAllLinesAsync(log);
    }
}
