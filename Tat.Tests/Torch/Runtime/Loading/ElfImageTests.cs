using System.Buffers.Binary;
using CsCheck;
using Tat.Torch.Runtime.Loading;

namespace Tat.Tests.Runtime;

/// <summary>The reader of shared objects trusts nothing that a file says of itself.</summary>
[TestClass]
public sealed class ElfImageTests
{
    /// <summary>The file that the package brings.</summary>
    private static readonly Lazy<byte[]> _installed = new(Installed);

    [TestMethod]
    public void The_installed_file_needs_the_new_version_for_one_symbol()
    {
        var image = ElfImage.Read(_installed.Value);
        var tooNew = image.Requirements.Single(r => r.Version == "GLIBCXX_3.4.32");
        var needing = Enumerable.Range(1, image.ImportCount - 1).Select(image.Import).Where(i => i.Version == tooNew.Index).ToList();
        Assert.AreEqual("libstdc++.so.6", tooNew.Library);
        Assert.HasCount(1, needing);
        Assert.AreEqual("_ZSt21ios_base_library_initv", image.Text(needing[0].Name));
    }

    [TestMethod]
    public void The_corrected_copy_needs_nothing_newer_than_GCC_12_and_differs_in_few_bytes()
    {
        byte[] corrected = StandardLibraryCorrection.Apply(_installed.Value)!;
        var image = ElfImage.Read(corrected);
        Assert.IsFalse(image.Requirements.Any(r => r.Version is "GLIBCXX_3.4.31" or "GLIBCXX_3.4.32"));
        Assert.IsFalse(Enumerable.Range(1, image.ImportCount - 1)
            .Any(i => image.Text(image.Import(i).Name) == "_ZSt21ios_base_library_initv"));
        Assert.IsLessThanOrEqualTo(14, corrected.Zip(_installed.Value).Count(pair => pair.First != pair.Second));
        Assert.IsNull(StandardLibraryCorrection.Apply(corrected), "there is nothing left to correct");
    }

    [TestMethod]
    public void A_truncated_file_is_refused_cleanly()
    {
        byte[] file = _installed.Value;
        int tables = 0x50000;
        Gen.Frequency((1, Gen.Int[0, 1024]), (1, Gen.Int[0, tables]), (1, Gen.Int[0, file.Length - 1]))
            .Sample(length => ReadsOrRefuses(file[..length]), iter: 200, threads: 1);
    }

    [TestMethod]
    public void A_file_whose_numbers_lie_is_refused_cleanly()
    {
        byte[] file = _installed.Value;
        int[] places = TablePlaces(file);
        var lie = Gen.Select(Gen.OneOf(places), Gen.Int[0, 7], Gen.OneOf<ulong>(Gen.ULong,
            Gen.OneOf<ulong>(0UL, 1, 0xff, 0xffff, 0x7fffffff, 0xffffffff, ulong.MaxValue, (ulong)file.Length)), Gen.OneOf(1, 2, 4, 8));
        lie.Array[1, 4].Sample(
            lies =>
            {
                byte[] bad = [.. file];
                Span<byte> value = stackalloc byte[8];
                foreach (var (place, shift, number, width) in lies)
                {
                    BinaryPrimitives.WriteUInt64LittleEndian(value, number);
                    value[..width].CopyTo(bad.AsSpan(place + shift));
                }
                ReadsOrRefuses(bad);
            },
            iter: 300,
            threads: 1);
    }

    [TestMethod]
    public void Any_bytes_are_refused_cleanly()
    {
        byte[] head = [0x7f, (byte)'E', (byte)'L', (byte)'F', 2, 1];
        Gen.Byte.Array[0, 400].Sample(rest => ReadsOrRefuses([.. head, .. rest]), iter: 2000, threads: 1);
    }

    /// <summary>
    /// An index outside an array, an endless loop or an exhausted memory would fail the test; so would damage to the input.
    /// </summary>
    private static void ReadsOrRefuses(byte[] file)
    {
        try
        {
            byte[]? corrected = StandardLibraryCorrection.Apply(file);
            Assert.IsTrue(corrected is null || corrected.Length == file.Length);
        }
        catch (InvalidDataException)
        {
        }
    }

    /// <summary>
    /// File header, program headers, dynamic section, version requirements, first symbols and their versions, hash header.
    /// </summary>
    private static int[] TablePlaces(byte[] file)
    {
        var image = ElfImage.Read(file);
        int dynamic = Enumerable.Range(0, BinaryPrimitives.ReadUInt16LittleEndian(file.AsSpan(56)))
            .Select(i => 64 + 56 * i)
            .Where(p => BinaryPrimitives.ReadUInt32LittleEndian(file.AsSpan(p)) == 2)
            .Select(p => (int)BinaryPrimitives.ReadUInt64LittleEndian(file.AsSpan(p + 8)))
            .Single();
        return
        [
            .. Enumerable.Range(0, 8).Select(i => 8 * i),
            .. Enumerable.Range(0, 70).Select(i => 64 + 8 * i),
            .. Enumerable.Range(0, 70).Select(i => dynamic + 8 * i),
            .. image.Requirements.SelectMany(r => new[] { r.Offset - 16, r.Offset, r.Offset + 8 }),
            .. Enumerable.Range(1, 20).Select(i => image.Import(i).SymbolOffset),
            .. Enumerable.Range(1, 20).Select(i => image.Import(i).VersionOffset),
            0x298, 0x29c,
        ];
    }

    private static byte[] Installed()
    {
        string path = Path.Combine(AppContext.BaseDirectory, "libLibTorchSharp.so");
        if (!File.Exists(path))
        {
            Needs.Missing(Needs.Linux, "The program was built for another system than Linux.");
        }
        return File.ReadAllBytes(path);
    }
}
