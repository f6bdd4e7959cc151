using Tat.MLNet.Formats;
using Tat.MLNet.Formats.Dicom.Model;
using Tat.MLNet.Formats.Dicom.Providers;
using Tat.MLNet.Scans;
using Tat.Tests.Formats;
using Tat.Tests.Formats.Dicom;
using Tat.Tests.Formats.Nifti;
using Tat.Torch.Model;

namespace Tat.Tests.Scans;

[TestClass]
public class StreamRestorationTests
{
    private static readonly Increment _restorer = new(card: new ModelCard
    {
        Margins = new Dictionary<string, MarginFactors> { ["CT"] = new() { Spread = 5, Signal = 0.01 } },
    });

    [TestMethod]
    [DataRow("head.nii", false)]
    [DataRow("head.nii.gz", false)]
    [DataRow("head.nii.gz", true)]
    public async Task A_NIfTI_from_memory_gives_the_bytes_that_a_file_gives(string name, bool uncertainty)
    {
        using var folder = new TemporaryFolder();
        NiftiSamples.WriteRamp(folder[name], 16, 20, 3);
        var options = new ScanRestorationOptions { Task = "CT", SidecarSources = ["head"], Uncertainty = uncertainty };
        var expected = _restorer.RestoreScan(folder[name], folder["out.nii.gz"], options);
        var (result, written) = await RestoreAsync([new(name, File.ReadAllBytes(folder[name]))], "out.nii.gz", options);

        CollectionAssert.AreEqual(
            expected.Files.Select(file => Path.GetRelativePath(folder.Path, file)).ToArray(), result.Files.ToArray());
        Assert.AreEqual(uncertainty ? 4 : 2, written.Count);
        foreach (var (file, bytes) in written)
        {
            CollectionAssert.AreEqual(File.ReadAllBytes(folder[file]), bytes, file);
        }

        Assert.AreEqual(name, result.Source);
        CollectionAssert.AreEqual(expected.Warnings.ToArray(), result.Warnings.ToArray());
    }

    [TestMethod]
    public async Task A_series_from_memory_gives_the_objects_that_its_files_give()
    {
        using var files = new SyntheticDicom();
        using var folder = new TemporaryFolder();
        for (var i = 1; i <= 3; i++)
        {
            files.Write(SyntheticDicom.Slice(i, i), $"{i}.dcm");
        }

        var options = new ScanRestorationOptions
        {
            Derived = new() { UidSeed = "a model", WriteDifference = true },
            KeptBytes = 1,
        };
        _restorer.RestoreScan(files.Folder, folder["out"], options);
        ImageContent[] contents =
            [.. Directory.GetFiles(files.Folder).Select(file => new ImageContent(Path.GetFileName(file), File.ReadAllBytes(file)))];
        var (result, written) = await RestoreAsync(contents, "out", options);

        Assert.AreEqual(6, written.Count);
        Assert.HasCount(2, result.SeriesInstanceUids);
        foreach (var (name, bytes) in written)
        {
            CollectionAssert.AreEqual(
                Facts(ImageContent.OfFile(folder[name])), Facts(new(name, bytes)), name);
        }
    }

    [TestMethod]
    public async Task What_is_wrong_is_told_by_the_name_that_the_caller_gave()
    {
        using var folder = new TemporaryFolder();
        var volume = File.ReadAllBytes(NiftiSamples.WriteRamp(folder["x.nii"]));
        var unknown = await Assert.ThrowsExactlyAsync<InvalidDataException>(() =>
            RestoreAsync([new("upload 7.nii", volume)], "r.nii", new()));
        Assert.StartsWith("'upload 7.nii' does not tell its modality", unknown.Message);
        volume.AsSpan(352, 4).Fill(0xFF);
        var number = await Assert.ThrowsExactlyAsync<InvalidDataException>(() =>
            RestoreAsync([new("upload 7.nii", volume)], "r.nii", new() { Task = "CT" }));
        Assert.StartsWith("'upload 7.nii': slice 1 has the value NaN", number.Message);
    }

    private static async Task<(ScanRestorationResult Result, Dictionary<string, byte[]> Written)> RestoreAsync(
        ImageContent[] contents, string destination, ScanRestorationOptions options)
    {
        var streams = new Dictionary<string, MemoryStream>();
        var result = await _restorer.RestoreScanAsync(ScanSource.Of(contents), destination, options with
        {
            Derived = options.Derived with { Output = name => streams[name] = new() },
        });
        return (result, streams.ToDictionary(stream => stream.Key, stream => stream.Value.ToArray()));
    }

    /// <summary>All elements but the time at which the object was made, and the pixels.</summary>
    private static string[] Facts(ImageContent content)
    {
        var read = DicomProviders.Current.Read(content);
        DicomTag[] times = [Tags.InstanceCreationDate, Tags.InstanceCreationTime];
        return
        [
            .. read.DataSet.Where(element => !times.Contains(element.Tag))
                .Select(element => $"{element.Tag} {Convert.ToHexString(element.Value)} {element.Items?.Count}"),
            Convert.ToHexString(read.Pixels!.Read(0, (int)read.Pixels.Length)),
        ];
    }
}
