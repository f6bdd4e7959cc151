using System.Globalization;
using Microsoft.ML.Runtime;
using Tat.MLNet.ModelIO;
using Tat.Torch.Files;

namespace Tat.MLNet.Loading;

/// <summary>Loads the images that a list file names: a text with a heading and columns separated by commas, semicolons or tabs.</summary>
/// <remarks>
/// Columns: <c>LowQuality</c>, <c>HighQuality</c> (Vector&lt;Single&gt;, row-major, in the image's physical unit; <c>HighQuality</c> is
/// empty where the list names no reference),
/// <c>Height</c>, <c>Width</c> (Int32), <c>Task</c> (as listed; else empty), <c>FileName</c>, <c>SliceIndex</c> (Int32, from 0),
/// <c>VolumeLevel</c> (Single: the level of the file's low-quality volume, measured where it is read), <c>VolumeExtent</c> (two Single: how
/// far k-space of that volume is filled, likewise),
/// <c>Modality</c> (of DICOM files; else empty), <c>PixelSpacing</c> (Single: side of a pixel in mm; NaN where the file does not tell), and
/// the text columns of <see cref="Options.Columns"/>. Paths are relative to the list file. A line without a slice index stands for all
/// slices of its file.
/// </remarks>
public sealed class ImageListLoader : ImageLoader
{
    internal const string LoaderName = "TatImageListLoader";
    private static readonly ModelSignature _signature = new("TATLIST ", LoaderName);
    private readonly Options _options;

    internal ImageListLoader(Options options)
        : base([
            ImageColumn.LowQuality, ImageColumn.HighQuality, ImageColumn.Height, ImageColumn.Width, ImageColumn.Task, ImageColumn.FileName,
            ImageColumn.SliceIndex, ImageColumn.VolumeLevel, ImageColumn.VolumeExtent, ImageColumn.Modality, ImageColumn.PixelSpacing,
            .. options.Columns.Select(ListedText),
        ])
        => _options = options;

    private protected override ModelSignature Signature => _signature;

    private protected override object Settings => _options;

    /// <summary>Names all columns of a list that have no meaning to the loader as further text columns.</summary>
    internal static Options Infer(string path, Options options)
    {
        if (options.Columns.Count > 0)
        {
            return options;
        }

        string[] known = [options.LowQualityColumn, options.HighQualityColumn, options.TaskColumn, options.SliceIndexColumn];
        using var reader = new StreamReader(RegularFile.Open(path));
        var heading = DelimitedText.Read(reader, path).FirstOrDefault() ?? throw NothingListed(path);
        return new()
        {
            LowQualityColumn = options.LowQualityColumn,
            HighQualityColumn = options.HighQualityColumn,
            TaskColumn = options.TaskColumn,
            SliceIndexColumn = options.SliceIndexColumn,
            Columns = [.. heading.Fields.Where(name => name.Length > 0 && !known.Contains(name, StringComparer.OrdinalIgnoreCase))],
        };
    }

    private protected override string Sought => "lists of images";

    private protected override IReadOnlyList<ImageEntry> List(IReadOnlyList<string> paths) => [.. paths.SelectMany(ReadList)];

    internal static ImageListLoader Create(IHostEnvironment env, object ctx) => new(ReadOptions<Options>(ctx, _signature));

    private static ImageColumn ListedText(string name, int index) => ImageColumn.Text(name, row => row.Entry.Values[index]);

    private static InvalidDataException NothingListed(string path) =>
        new($"'{path}' lists nothing: expected a heading, and a line for each image.");

    private List<ImageEntry> ReadList(string path)
    {
        using var reader = new StreamReader(RegularFile.Open(path));
        var lines = DelimitedText.Read(reader, path).ToList();
        if (lines.Count < 2)
        {
            throw NothingListed(path);
        }

        var heading = new Heading(lines[0].Fields, path);
        var (low, high) = (heading.Find(_options.LowQualityColumn), heading.TryFind(_options.HighQualityColumn));
        var (task, slice) = (heading.TryFind(_options.TaskColumn), heading.TryFind(_options.SliceIndexColumn));
        int[] further = [.. _options.Columns.Select(heading.Find)];
        var folder = Path.GetDirectoryName(Path.GetFullPath(path))!;
        return [.. lines.Skip(1).Select(line => new ImageEntry(
            Locate(folder, line.Fields[low])
            ?? throw new InvalidDataException($"'{path}', line {line.Number}: names no image in column '{_options.LowQualityColumn}'."),
            high is null ? null : Locate(folder, line.Fields[high.Value]),
            task is null || line.Fields[task.Value].Length == 0 ? null : line.Fields[task.Value])
            {
                Slice = slice is null ? null : ReadSlice(line.Fields[slice.Value], path, line.Number),
                Values = [.. further.Select(column => line.Fields[column])],
            })];
    }

    private static string? Locate(string folder, string path) => path.Length == 0 ? null : Path.Combine(folder, path);

    private static int? ReadSlice(string text, string path, int line) => text.Length == 0
        ? null
        : int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var slice)
            ? slice
            : throw new InvalidDataException($"'{path}', line {line}: '{MessageText.OneLine(text, 120)}' is not a slice index; write a "
                + "whole number from 0 up, or nothing for all slices.");

    /// <summary>What the columns of the list are called.</summary>
    public sealed class Options
    {
        /// <summary>The list's column of the files to restore.</summary>
        /// <value>The default is <c>LowQuality</c>.</value>
        public string LowQualityColumn { get; init; } = "LowQuality";

        /// <summary>The list's column of the reference files; the list need not have it.</summary>
        /// <value>The default is <c>HighQuality</c>.</value>
        public string HighQualityColumn { get; init; } = "HighQuality";

        /// <summary>The list's column of task names; the list need not have it.</summary>
        /// <value>The default is <c>Task</c>.</value>
        public string TaskColumn { get; init; } = "Task";

        /// <summary>The list's column of slice positions, from 0; the list need not have it.</summary>
        /// <value>The default is <c>SliceIndex</c>.</value>
        public string SliceIndexColumn { get; init; } = "SliceIndex";

        /// <summary>Further columns of the list to offer as text, for example one that tells patients apart.</summary>
        /// <value>The default is none; <c>LoadList</c> takes all that the list has.</value>
        public IReadOnlyList<string> Columns { get; init; } = [];
    }

    private sealed class Heading(IReadOnlyList<string> names, string path)
    {
        public int? TryFind(string name)
        {
            for (var i = 0; i < names.Count; i++)
            {
                if (names[i].Equals(name, StringComparison.OrdinalIgnoreCase))
                {
                    return i;
                }
            }

            return null;
        }

        public int Find(string name) => TryFind(name)
            ?? throw new InvalidDataException(
                $"'{path}' has no column '{name}'; its heading names {MessageText.OneLine(string.Join(", ", names), 200)}.");
    }
}
