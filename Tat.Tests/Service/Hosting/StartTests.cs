using System.Net;
using System.Net.Sockets;
using Tat.Samples.Service.Images;
using Tat.Tests.Formats;
using Tat.Tests.Formats.Dicom;

namespace Tat.Tests.Service;

/// <summary>A service that cannot start.</summary>
[TestClass]
public sealed class StartTests
{
    private const int Limit = 5 * 60 * 1000;

    [TestMethod]
    [Timeout(Limit)]
    public void The_last_line_says_why_and_it_ends()
    {
        using var folder = new TemporaryFolder();
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        using var taken = new FolderLock(folder["taken"]);
        foreach (var (setting, reason) in new[]
        {
            ($"--urls=http://{listener.LocalEndpoint}", "address already in use"),
            ($"--Service:Data={folder["taken"]}", "another process uses"),
            ("--Service:Concurrency=many", "Concurrency"),
            ("--Service:Model=none.onnx", "none.onnx"),
        })
        {
            var (exitCode, output) = Peer.Run(Path.Combine(AppContext.BaseDirectory, "Tat.Samples.Service"),
                "--urls=http://127.0.0.1:0", $"--Service:Data={folder["data"]}", "--Service:MinimumFreeBytes=0", setting);
            Assert.AreEqual(1, exitCode, output);
            var last = output.TrimEnd().Split('\n')[^1];
            Assert.StartsWith("The service does not start: ", last, output);
            Assert.Contains(reason, last);
            Assert.DoesNotContain("looked for again", output);
        }
    }
}
