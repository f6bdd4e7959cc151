using System.Globalization;

namespace Tat.Torch.Files;

/// <summary>How much memory reading a file may take, whatever the file claims about itself.</summary>
/// <remarks>
/// Until pixels or weights are asked for, reading takes at most the length of the file and <see cref="Overhead"/>; then what the pixels of
/// one slice need, up to <see cref="SliceLimit"/>. A file that would take more is refused with the exception that is documented for damaged
/// files.
/// </remarks>
public sealed record ReadBudget
{
    /// <summary>Bytes beyond its own length that opening a file may take: 64 MB.</summary>
    public const long Overhead = 64L << 20;

    /// <summary>The budget where none is given.</summary>
    public static ReadBudget Default { get; } = new();

    /// <summary>
    /// Largest memory in bytes for decoding one slice: its compressed or stored form, what decoding needs beside it, and its pixels in
    /// single precision.
    /// </summary>
    /// <value>The default is 1 GB; an uncompressed slice of 8192 × 8192 pixels of 16 bits takes 0.4 GB.</value>
    public long SliceLimit { get; init; } = 1L << 30;

    /// <summary>
    /// What is wrong with a slice that needs more than <see cref="SliceLimit"/>, as the rest of a sentence; <see langword="null"/> for
    /// others.
    /// </summary>
    /// <param name="rows">Its rows.</param>
    /// <param name="columns">Its columns.</param>
    /// <param name="pixelBytes">What decoding takes for a pixel.</param>
    internal string? Refusal(long rows, long columns, int pixelBytes) => rows * columns > SliceLimit / pixelBytes
        ? string.Create(CultureInfo.InvariantCulture,
            $"a slice of {rows} × {columns} pixels takes {(Int128)rows * columns * pixelBytes >> 20} MB to "
                + $"decode, and {SliceLimit >> 20} MB are allowed; raise ReadBudget.SliceLimit if the file is to be trusted.")
        : null;
}
