using System.Diagnostics;
using System.Reflection;
using Tat.Torch.Files.Writing;

namespace Tat.Samples.Bench.Programs;

/// <summary>Starts the published PyTorch program, with and without an allocator that keeps freed blocks.</summary>
/// <param name="folder">Its folder.</param>
/// <param name="python">The Python that runs it.</param>
/// <param name="scratch">Where the script that drives it may be written.</param>
internal sealed class ReferenceProgram(string folder, string python, WorkFolder scratch)
{
    private const string Gibibyte = "1073741824";

    private string Script => scratch["reference.py"];

    /// <summary>How to start a measurement.</summary>
    /// <param name="tuned">Whether the variables of glibc's allocator are set.</param>
    /// <param name="what">Which measurement of the script.</param>
    /// <param name="arguments">What it takes.</param>
    public ProcessStartInfo Start(bool tuned, string what, params string[] arguments)
    {
        if (!File.Exists(Script))
        {
            using var resource = Assembly.GetExecutingAssembly().GetManifestResourceStream("reference.py")!;
            using var script = File.Create(Script);
            resource.CopyTo(script);
        }

        var start = new ProcessStartInfo(python, [Script, what, Path.GetFullPath(folder), .. arguments]);
        if (tuned)
        {
            start.Environment["MALLOC_MMAP_THRESHOLD_"] = Gibibyte;
            start.Environment["MALLOC_TRIM_THRESHOLD_"] = Gibibyte;
        }

        return start;
    }
}
