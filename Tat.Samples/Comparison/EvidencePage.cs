using System.Globalization;
using System.Reflection;
using System.Runtime.InteropServices;
using Tat.Samples.Reports;
using Tat.Torch.Files.Writing;

namespace Tat.Samples.Comparison;

/// <summary>Writes what a study has found: a page with pictures, tables as Markdown, and a line for each image as CSV.</summary>
internal static class EvidencePage
{
    /// <summary>The file of the page.</summary>
    public const string Name = "evidence.html";

    /// <summary>Writes <c>evidence.html</c>, <c>evidence.png</c>, <c>evidence.md</c> and <c>evidence.csv</c>.</summary>
    /// <param name="folder">Where to.</param>
    /// <param name="model">What the model is called.</param>
    /// <param name="study">The study.</param>
    public static void Write(string folder, string model, EvidenceStudy study)
    {
        var circumstances = Circumstances(model);
        var report = new ReportModel
        {
            Title = $"Evidence: {model}",
            Summary = $"Good scans, degraded by simulation, filtered and restored. {circumstances}",
            Scores = MethodTable.ScoresOf(study.Images),
            Cases = study.Cases,
            Notes =
            [
                .. study.Remarks, "Low quality was simulated: noise and resolution of a real scanner differ.",
                "Restored images are estimates: what a network adds was not measured. Not for diagnostic use.",
            ],
        };
        HtmlReport.Write(
            report,
            Path.Combine(folder, Name),
            (Path.Combine(folder, "evidence.csv"), AtomicFile.Text(MeasuredImage.ToCsv(study.Images))),
            (Path.Combine(folder, "evidence.md"),
                AtomicFile.Text([PageText.Markdown(circumstances), "", .. study.Table.ToMarkdown(), "", .. study.Remarks.Select(remark =>
                    $"* {PageText.Markdown(remark)}"), "", .. ByScan(study)])));
    }

    /// <summary>Writes what phantoms tell, in the same files, and <c>evidence.regions.csv</c> for their tissues.</summary>
    /// <param name="folder">Where to.</param>
    /// <param name="model">What the model is called.</param>
    /// <param name="study">The study.</param>
    /// <param name="phantoms">How many there are of each task.</param>
    public static void Write(string folder, string model, PhantomStudy study, int phantoms)
    {
        var circumstances = Circumstances(model);
        var csv = study.ToCsv();
        HtmlReport.Write(
            new()
            {
                Title = $"Evidence: {model}",
                Summary = $"{phantoms} torsos of known truth of each task, with lesions and without, scanned by simulation, filtered and "
                    + $"restored. {circumstances}",
                Tables = study.Tables,
                Cases = study.Cases,
                Notes = [.. study.Remarks, "Phantoms are not patients, and scans of them were simulated. Not for diagnostic use."],
            },
            Path.Combine(folder, Name),
            (Path.Combine(folder, "evidence.csv"), AtomicFile.Text(csv.Lesions)),
            (Path.Combine(folder, "evidence.regions.csv"), AtomicFile.Text(csv.Regions)),
            (Path.Combine(folder, "evidence.md"), AtomicFile.Text([PageText.Markdown(circumstances), "",
                .. study.Tables.SelectMany(table => table.ToMarkdown()), .. study.Remarks.Select(remark =>
                    $"* {PageText.Markdown(remark)}")])));
    }

    private static IEnumerable<string> ByScan(EvidenceStudy study) =>
    [
        "| Scan | Input (dB / SSIM) | Best other | Model | Above the best other (dB) |",
        "|---|---:|---:|---:|---:|",
        .. study.ByScan.Contests().Select(contest =>
        {
            var input = study.ByScan.Rows.First(row => row.Task == contest.Model.Task && row.Method == MeasuredImage.Input);
            return string.Create(CultureInfo.InvariantCulture,
                $"| {PageText.Markdown(contest.Model.Task)} | {Quality(input)} | {Quality(contest.Rival)} "
                + $"({PageText.Markdown(contest.Rival.Method)}) | {Quality(contest.Model)} | "
                + $"{contest.Model.Psnr - contest.Rival.Psnr:+0.00;−0.00;0.00} |");
        }),
    ];

    private static string Quality(MethodTable.Row row) => string.Create(CultureInfo.InvariantCulture, $"{row.Psnr:F2} / {row.Ssim:F3}");

    /// <summary>Who, when and where: without it, numbers are worth little.</summary>
    private static string Circumstances(string model) => string.Create(CultureInfo.InvariantCulture,
        $"Model {model}; {TimeProvider.System.GetUtcNow():d MMMM yyyy}; TAT for ML.NET "
        + $"{typeof(EvidencePage).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()!.InformationalVersion}; "
        + $"{RuntimeInformation.OSArchitecture} with {Environment.ProcessorCount} processors, {RuntimeInformation.FrameworkDescription}.");
}
