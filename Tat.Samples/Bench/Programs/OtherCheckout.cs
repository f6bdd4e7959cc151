using System.Diagnostics;
using Tat.Samples.Shell;

namespace Tat.Samples.Bench.Programs;

/// <summary>Another checkout of this repository, which takes turns with this program: what has become faster, and what slower.</summary>
internal sealed class OtherCheckout
{
    private readonly string _program;

    private OtherCheckout(string name, string program) => (Title, _program) = (name, program);

    /// <summary>What tables call it: the name of its folder.</summary>
    public string Title { get; }

    /// <summary>Builds a checkout.</summary>
    /// <exception cref="DirectoryNotFoundException">The folder is no checkout.</exception>
    /// <exception cref="InvalidOperationException">It does not build; the message has the end of what the build says.</exception>
    public static OtherCheckout Build(string folder, CancellationToken cancellationToken)
    {
        var project = Path.Combine(Path.GetFullPath(folder), "Tat.Samples");
        if (!Directory.Exists(project))
        {
            throw new DirectoryNotFoundException($"'{folder}' has no folder Tat.Samples; give a checkout of this repository.");
        }

        var start = new ProcessStartInfo("dotnet", ["build", "-c", "Release", "--nologo", project]) { RedirectStandardOutput = true };
        using var build = Process.Start(start)!;
        using var stop = cancellationToken.Register(() => build.Kill(entireProcessTree: true));
        var output = build.StandardOutput.ReadToEnd();
        build.WaitForExit();
        cancellationToken.ThrowIfCancellationRequested();
        return build.ExitCode == ExitCodes.Done
            ? new(Path.GetFileName(Path.TrimEndingDirectorySeparator(Path.GetFullPath(folder))),
                BenchProcess.ProgramIn(Path.Combine(project, "bin", "Release", $"net{Environment.Version.Major}.0")))
            : throw new InvalidOperationException($"'{folder}' does not build: {output[^Math.Min(output.Length, 1000)..].Trim()}");
    }

    /// <summary>Exports a model by that program.</summary>
    public void Export(string model, string path, CancellationToken cancellationToken) =>
        _ = BenchProcess.RunAsync(Command("export", "--model", model, "--out", path, "--no-verify"), cancellationToken)
            .GetAwaiter().GetResult();

    /// <summary>A command of that program, which must have it.</summary>
    public ProcessStartInfo Command(params IEnumerable<string> arguments) => new(_program, arguments);

    /// <summary>A <c>bench</c> command of that program, which must have it.</summary>
    public ProcessStartInfo Start(params IEnumerable<string> arguments) => BenchProcess.Of(_program, tuned: true, arguments);
}
