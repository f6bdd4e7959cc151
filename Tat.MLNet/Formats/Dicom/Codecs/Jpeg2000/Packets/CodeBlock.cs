namespace Tat.MLNet.Formats.Dicom.Codecs.Jpeg2000.Packets;

/// <summary>A code-block: coefficients that are coded by themselves.</summary>
/// <param name="Area">Which coefficients of its band they are.</param>
/// <param name="MissingPlanes">Bit-planes that are zero from the highest on.</param>
internal sealed record CodeBlock(Area Area, int MissingPlanes)
{
    /// <summary>The bits of a length, without those for more than one pass.</summary>
    public int LengthBits { get; set; } = 3;

    /// <summary>Coding passes that were read.</summary>
    public int Passes { get; private set; }

    /// <summary>The data, packet by packet and segment by segment.</summary>
    public List<(int Start, int Length, int Passes)> Chunks { get; } = new(1);

    public void Add(int start, int length, int passes)
    {
        Chunks.Add((start, length, passes));
        Passes += passes;
    }
}
