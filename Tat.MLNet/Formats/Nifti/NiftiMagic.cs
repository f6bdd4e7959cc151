namespace Tat.MLNet.Formats.Nifti;

/// <summary>The signature of a header: version, and whether the voxels are in the same file.</summary>
internal static class NiftiMagic
{
    public static bool IsValid(NiftiHeader header) =>
        header.Magic.StartsWith(For(header.Version, pair: false)) || header.Magic.StartsWith(For(header.Version, pair: true));

    public static bool IsPair(NiftiHeader header) => header.Magic.StartsWith(For(header.Version, pair: true));

    public static ReadOnlySpan<byte> For(int version, bool pair) => (version, pair) switch
    {
        (1, false) => "n+1\0"u8,
        (1, true) => "ni1\0"u8,
        (_, false) => "n+2\0\r\n\x1a\n"u8,
        _ => "ni2\0\r\n\x1a\n"u8,
    };
}
