using System.Globalization;
using Tat.MLNet.Formats.Dicom.Model;
using Tat.MLNet.Formats.Dicom.Series;
using Tat.MLNet.Scans;
using Tat.Tests.Formats;
using Tat.Tests.Formats.Dicom;

namespace Tat.Tests.Scans;

/// <summary>How often a restoration opens and decodes its source, and what it keeps of it.</summary>
[TestClass]
public class SourceReadingTests
{
    private const string Mr = "1.2.840.10008.5.1.4.1.1.4";

    [TestMethod]
    [DataRow(true)]
    [DataRow(false)]
    public void A_file_of_a_series_is_opened_three_times_at_most(bool inMemory)
    {
        using var files = new SyntheticDicom();
        for (var i = 1; i <= 40; i++)
        {
            files.Write(MrSlice(i), $"{i}.dcm");
        }

        AssertOpens(files, files.Folder, 40, inMemory);
    }

    [TestMethod]
    [DataRow("one slice")]
    [DataRow("enhanced")]
    [DataRow("frames")]
    [DataRow("deflated")]
    [DataRow("fragments")]
    public void A_file_by_its_own_path_is_opened_three_times_at_most(string kind)
    {
        using var files = new SyntheticDicom();
        foreach (var inMemory in new[] { true, false })
        {
            AssertOpens(files, Write(files, kind), 1, inMemory);
        }
    }

    [TestMethod]
    [DataRow(0, 8)]
    [DataRow(5, 3)]
    [DataRow(100, 3)]
    public void A_frame_is_decoded_once_where_frames_are_kept(int capacity, int expected)
    {
        using var memory = new PixelMemory { Capacity = capacity, MaySpill = true };
        var decoded = new List<int>();
        foreach (var frame in new[] { 0, 1, 0, 1, 2, 1, 2, 0 })
        {
            var words = memory.Get("a", frame, () =>
            {
                decoded.Add(frame);
                return [(byte)frame, (byte)(frame + 7)];
            });
            CollectionAssert.AreEqual(new[] { (byte)frame, (byte)(frame + 7) }, words);
        }

        Assert.HasCount(expected, decoded);
    }

    /// <summary><c>TAT_SLICES=1000</c> restores as many slices of 512² with what is kept by default.</summary>
    [TestMethod]
    [DoNotParallelize]
    public void A_long_series_takes_no_more_memory_than_a_short_one()
    {
        var asked = Environment.GetEnvironmentVariable("TAT_SLICES");
        var (slices, side) = asked is null ? (300, 192) : (int.Parse(asked, CultureInfo.InvariantCulture), 512);
        using var files = new SyntheticDicom();
        using var folder = new TemporaryFolder();
        for (var i = 1; i <= slices; i++)
        {
            var data = MrSlice(i);
            data.SetUnsigned(Tags.Rows, (ushort)side);
            data.SetUnsigned(Tags.Columns, (ushort)side);
            files.Write(data);
        }

        var samples = new Samples(slices);
        using var restorer = new Increment();
        restorer.RestoreScan(files.Folder, folder["out"], asked is null ? new() { KeptBytes = 1 << 20 } : new(), samples);
        var all = 2L * slices * side * side;
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"{slices} slices, {all / 1048576.0:F0} MB as stored: managed memory "
            + $"{string.Join(", ", samples.Managed.Select(bytes => $"{bytes / 1048576.0:F0}"))} MB, process at most "
            + $"{Environment.WorkingSet / 1048576.0:F0} MB at its end"));
        Assert.IsGreaterThan(3, samples.Managed.Count);

        // Without a bound four fifths of all would be added between the first sample and the last.
        var bound = (asked is null ? 1 << 20 : 256L << 20) + (all / 3);
        Assert.IsLessThan(bound, samples.Managed.Skip(1).Max() - samples.Managed[0]);
    }

    private static DicomDataSet MrSlice(int number)
    {
        // A scanner's intensities have a grid that takes a pass of its own, padding and differences need the pixels again.
        var data = SyntheticDicom.Slice(number, number);
        data.SetText(Tags.Modality, DicomVr.CS, "MR");
        data.SetText(Tags.SopClassUid, DicomVr.UI, Mr);
        data.SetUnsigned(Tags.PixelPaddingValue, 100);
        return data;
    }

    private static string Write(SyntheticDicom files, string kind)
    {
        var data = kind is "enhanced" ? SyntheticDicom.Enhanced([.. Enumerable.Range(0, 9).Select(z => 9.0 - z)]) : MrSlice(1);
        data.SetText(Tags.Modality, DicomVr.CS, "MR");
        if (kind is "frames" or "fragments")
        {
            data.SetText(Tags.NumberOfFrames, DicomVr.IS, "9");
        }

        if (kind != "fragments")
        {
            var path = files.Write(data, $"{Guid.NewGuid():N}.dcm");
            return kind == "deflated" ? Deflate(path) : path;
        }

        data.SetUnsigned(Tags.PixelRepresentation, 0);
        return files.WriteEncapsulated(data, "1.2.840.10008.1.2.5", [.. Enumerable.Range(0, 9).Select(i => RleFrame(48, (byte)i))]);
    }

    private static string Deflate(string path)
    {
        var deflated = Path.ChangeExtension(path, ".deflated.dcm");
        Assert.AreEqual(0, Peer.Run("dcmconv", "+td", path, deflated).ExitCode);
        File.Delete(path);
        return deflated;
    }

    /// <summary>Two segments of replicated bytes.</summary>
    private static byte[] RleFrame(int pixels, byte value)
    {
        byte[] segment = [(byte)(257 - pixels), value];
        return [.. new[] { 2, 64, 64 + segment.Length }.Concat(new int[13]).SelectMany(BitConverter.GetBytes), .. segment, .. segment];
    }

    private static void AssertOpens(SyntheticDicom files, string source, int count, bool inMemory)
    {
        using var folder = new TemporaryFolder();
        using var restorer = new Increment();
        using var opens = new FileOpens(files.Folder);
        restorer.RestoreScan(source, folder["out"],
            new() { Derived = new() { WriteDifference = true }, KeptBytes = inMemory ? 1 << 20 : 1 });
        var counts = opens.Read();
        Assert.HasCount(count, counts);
        Assert.AreEqual(3, counts.Values.Max());
    }

    /// <summary>What is in use after some slices.</summary>
    private sealed class Samples(int slices) : IProgress<ScanProgress>
    {
        private int _next = slices / 5;

        public List<long> Managed { get; } = [];

        public void Report(ScanProgress value)
        {
            if (value.Slices >= _next)
            {
                _next += slices / 5;
                Managed.Add(GC.GetTotalMemory(forceFullCollection: true));
            }
        }
    }
}
