namespace Tat.Torch.Runtime.Loading;

/// <summary>Makes libLibTorchSharp.so loadable where the C++ runtime is that of GCC 12 (Debian 12, Ubuntu 22.04).</summary>
/// <remarks>
/// The file was built with GCC 13 and requires GLIBCXX_3.4.32 for one symbol: <c>std::ios_base_library_init()</c>, a function
/// without arguments or result that newer runtimes call to set up the standard streams. Older ones set them up on their own, as
/// soon as the first library that uses them is loaded, so the call may go to any function without arguments and effects.
/// </remarks>
internal static class StandardLibraryCorrection
{
    private const string Library = "libstdc++.so.6";
    private const string Version = "GLIBCXX_3.4.32";
    private const string Symbol = "_ZSt21ios_base_library_initv";
    private const int NameSize = 4, HashSize = 4, NameOffset = 8;

    /// <summary>Harmless functions: the clocks' <c>now()</c>.</summary>
    private static readonly string[] _standIns = ["_ZNSt6chrono3_V212steady_clock3nowEv", "_ZNSt6chrono3_V212system_clock3nowEv"];

    /// <summary>A corrected copy of <paramref name="file"/>, or null where something else than the one symbol needs the version.</summary>
    /// <exception cref="InvalidDataException">The file is not a sound shared object.</exception>
    public static byte[]? Apply(byte[] file)
    {
        var image = ElfImage.Read(file);
        var ofLibrary = image.Requirements.Where(r => r.Library == Library).ToList();
        var tooNew = ofLibrary.FindAll(r => r.Version == Version) is [var single] ? single : null;
        var known = ofLibrary.Where(r => r != tooNew && GlibcxxNumber(r.Version) is { } n && n < GlibcxxNumber(Version))
            .MaxBy(r => GlibcxxNumber(r.Version));
        if (tooNew is null || known is null)
        {
            return null;
        }

        var imports = Enumerable.Range(1, Math.Max(image.ImportCount - 1, 0)).Select(image.Import).Where(i => i.Version != 0).ToList();
        var needing = imports.Where(i => i.Version == tooNew.Index).ToList();
        var libraryIndices = ofLibrary.Where(r => r != tooNew).Select(r => r.Index).ToHashSet();
        var standIn = imports.FirstOrDefault(i =>
            i.IsFunction && libraryIndices.Contains(i.Version) && _standIns.Contains(image.Text(i.Name)));
        if (needing is not [{ IsFunction: true } one] || image.Text(one.Name) != Symbol || standIn == default)
        {
            return null;
        }

        byte[] copy = [.. file];
        copy.AsSpan(standIn.SymbolOffset, NameSize).CopyTo(copy.AsSpan(one.SymbolOffset));
        copy.AsSpan(standIn.VersionOffset, sizeof(ushort)).CopyTo(copy.AsSpan(one.VersionOffset));
        copy.AsSpan(known.Offset, HashSize).CopyTo(copy.AsSpan(tooNew.Offset));
        copy.AsSpan(known.Offset + NameOffset, NameSize).CopyTo(copy.AsSpan(tooNew.Offset + NameOffset));
        return copy;
    }

    private static Version? GlibcxxNumber(string name) =>
        name.StartsWith("GLIBCXX_", StringComparison.Ordinal) && System.Version.TryParse(name["GLIBCXX_".Length..], out var number)
            ? number
            : null;
}
