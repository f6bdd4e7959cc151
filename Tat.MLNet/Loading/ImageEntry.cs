namespace Tat.MLNet.Loading;

/// <summary>What a loader lists: one file, or one series, whose slices become rows.</summary>
/// <param name="LowQuality">The file or folder of the image to restore.</param>
/// <param name="HighQuality">That of its reference, where there is one.</param>
/// <param name="Task">The name of its task, where the listing tells.</param>
internal sealed record ImageEntry(string LowQuality, string? HighQuality = null, string? Task = null)
{
    /// <summary>The only slice to take; <see langword="null"/> for all.</summary>
    public int? Slice { get; init; }

    /// <summary>The number of slices where it is known without opening the file.</summary>
    public int? SliceCount { get; init; }

    /// <summary>Values of further text columns, in the order in which the loader declares them.</summary>
    public IReadOnlyList<string> Values { get; init; } = [];
}
