namespace Tat.Tests;

/// <summary>
/// What a test needs beside the repository. Where it is absent the test is inconclusive, or fails if <c>TAT_TESTS_REQUIRE</c> lists the
/// need.
/// </summary>
/// <remarks>
/// The variable holds names with commas between them, for example <c>data,readers</c>; <c>all</c> stands for every one but
/// <see cref="Corpus"/>, <see cref="Reference"/> and <see cref="OldRuntime"/>.
/// </remarks>
internal static class Needs
{
    /// <summary>Public images and the tables that describe them; see docs/test-data.md.</summary>
    public const string Data = "data";

    /// <summary>Programs that read images: dcmtk, GDCM, dcm2niix, nifti_tool, pydicom, nibabel.</summary>
    public const string Readers = "readers";

    /// <summary>PyTorch and the checker of ONNX, for Debian's Python.</summary>
    public const string Python = "python";

    /// <summary>The DICOM server Orthanc with orthanc-dicomweb, and a network namespace to run it in.</summary>
    public const string Orthanc = "orthanc";

    /// <summary>The servers PostgreSQL and RabbitMQ.</summary>
    public const string Servers = "servers";

    /// <summary>Ceph, as a store of objects.</summary>
    public const string Objects = "objects";

    /// <summary>strace, allowed to trace.</summary>
    public const string Strace = "strace";

    /// <summary>The browser Chromium: /usr/bin/chromium, or the one that <c>TAT_CHROMIUM</c> names.</summary>
    public const string Chromium = "chromium";

    /// <summary>The source tree above the test program.</summary>
    public const string Source = "source";

    /// <summary>NuGet packages that a fresh application references.</summary>
    public const string Packages = "packages";

    /// <summary>A processor with AVX2.</summary>
    public const string Avx2 = "avx2";

    /// <summary>A processor with AVX-512.</summary>
    public const string Avx512 = "avx512";

    /// <summary>Linux, for what concerns it alone.</summary>
    public const string Linux = "linux";

    /// <summary>A LibTorch package that this system's C++ runtime is too old for.</summary>
    public const string OldRuntime = "old-runtime";

    /// <summary>Data on languages: the ICU libraries.</summary>
    public const string Icu = "icu";

    /// <summary>A collection of images of one's own, in <c>TAT_CORPUS</c>.</summary>
    public const string Corpus = "corpus";

    /// <summary>The authors' published program, in <c>TAT_REFERENCE</c>.</summary>
    public const string Reference = "reference";

    private static readonly string[] _named =
    [
        Data, Readers, Python, Orthanc, Servers, Objects, Strace, Chromium, Source, Packages, Avx2, Avx512, Linux, OldRuntime, Icu, Corpus,
        Reference,
    ];

    /// <summary>Ends a test that cannot run here.</summary>
    /// <param name="need">One of the names above.</param>
    /// <param name="message">What is absent, and where it comes from.</param>
    public static void Missing(string need, string message)
    {
        if (IsRequired(need, Environment.GetEnvironmentVariable("TAT_TESTS_REQUIRE")))
        {
            Assert.Fail($"TAT_TESTS_REQUIRE asks for '{need}': {message}");
        }

        Assert.Inconclusive($"{need}: {message}");
    }

    /// <summary>Whether a list of requirements holds a need.</summary>
    /// <exception cref="ArgumentException">The list holds a name that no test has.</exception>
    internal static bool IsRequired(string need, string? list)
    {
        var required = (list ?? "").Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);
        return required.FirstOrDefault(name => name != "all" && !_named.Contains(name)) is { } unknown
            ? throw new ArgumentException($"TAT_TESTS_REQUIRE lists '{unknown}'; known are all, {string.Join(", ", _named)}.")
            : required.Contains(need) || (required.Contains("all") && need is not (Corpus or Reference or OldRuntime));
    }
}
