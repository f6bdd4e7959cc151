using System.Diagnostics;
using System.Globalization;

namespace Tat.Tests.Service;

/// <summary>Ends what a test has started when the test program itself is killed.</summary>
internal static class ProcessWatch
{
    private const string Script = """
        while kill -0 "$0" 2>/dev/null && kill -0 -- "$1" 2>/dev/null; do sleep 1; done
        kill -KILL -- "$1" 2>/dev/null
        """;

    /// <summary>Watches a process.</summary>
    /// <param name="target">Its number; that of a group with a minus before it.</param>
    public static void Start(int target)
    {
        var (self, other) = (Environment.ProcessId.ToString(CultureInfo.InvariantCulture), target.ToString(CultureInfo.InvariantCulture));
        // On Linux in a session of its own, so that what kills the test's group does not kill the watch, too.
        using var watch = Process.Start(OperatingSystem.IsLinux() ? "setsid" : "env", ["sh", "-c", Script, self, other]);
    }
}
