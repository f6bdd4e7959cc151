using Tat.Torch.Imaging;
using Tat.Torch.Metrics;
using Tat.Torch.Tasks;

namespace Tat.Samples.Reports;

/// <summary>What a report shows. Every part but the title may be missing; the report leaves its section out.</summary>
internal sealed record ReportModel
{
    /// <summary>The heading.</summary>
    public required string Title { get; init; }

    /// <summary>One or two sentences below it: what was done.</summary>
    public string? Summary { get; init; }

    /// <summary>Mean quality by task and method.</summary>
    public IReadOnlyList<ReportScore> Scores { get; init; } = [];

    /// <summary>Other tables.</summary>
    public IReadOnlyList<ReportTable> Tables { get; init; } = [];

    /// <summary>Images side by side.</summary>
    public IReadOnlyList<ReportCase> Cases { get; init; } = [];

    /// <summary>Learning curves.</summary>
    public IReadOnlyList<ReportChart> Charts { get; init; } = [];

    /// <summary>What data, which settings: groups of names and values.</summary>
    public IReadOnlyList<ReportFacts> Facts { get; init; } = [];

    /// <summary>What a reader must know before drawing conclusions, a sentence each.</summary>
    public IReadOnlyList<string> Notes { get; init; } = [];
}

/// <summary>The quality of one task's images.</summary>
/// <param name="Task">The task.</param>
/// <param name="Methods">Quality by what was done to the images; the first are the degraded images.</param>
internal sealed record ReportScore(RestorationTask Task, IReadOnlyList<(string Method, QualitySummary Quality)> Methods);

/// <summary>One image before and after restoring, in its task's unit.</summary>
/// <param name="Task">The task.</param>
/// <param name="Name">What to call it.</param>
/// <param name="Input">The degraded image.</param>
/// <param name="Restored">The restored image, if there is one.</param>
/// <param name="Reference">The image that the restored one should equal, if it is known.</param>
/// <param name="Rival">What the restored image is to be compared with, such as the best filter's, and what to call it.</param>
/// <param name="Window">The intensities to show from black to white; <see langword="null"/> for the task's metric window or, where that is
/// wide, what the image fills of it.</param>
internal sealed record ReportCase(RestorationTask Task, string Name, ImageSlice Input, ImageSlice? Restored, ImageSlice? Reference,
    (string Name, ImageSlice Image)? Rival = null, IntensityRange? Window = null);

/// <summary>A chart of lines.</summary>
/// <param name="Title">What it shows, with its unit.</param>
/// <param name="Horizontal">What runs to the right, such as <c>iteration</c>.</param>
/// <param name="Lines">The lines.</param>
internal sealed record ReportChart(string Title, string Horizontal, IReadOnlyList<ReportLine> Lines);

/// <summary>A line of a chart; points that are not finite interrupt it.</summary>
/// <param name="Name">What it is: a task's name gives it the task's colour.</param>
/// <param name="Points">Its points from left to right.</param>
internal sealed record ReportLine(string Name, IReadOnlyList<(double X, double Y)> Points);

/// <summary>Facts that belong together.</summary>
/// <param name="Title">What they are about, such as <c>Training</c>.</param>
/// <param name="Items">Names and values.</param>
internal sealed record ReportFacts(string Title, IReadOnlyList<(string Name, string Value)> Items);
