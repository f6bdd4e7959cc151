using Microsoft.ML;
using Tat.MLNet.Formats;
using Tat.Tests.Formats;
using Tat.Tests.Formats.Nifti;
using Tat.Torch.Checkpoints;
using Tat.Torch.Files;

namespace Tat.Tests.Files;

/// <summary>
/// Files that were made to crash or exhaust whoever reads them: the documented exception names the file, with memory in proportion to it.
/// </summary>
[TestClass]
public sealed class HostileFilesTests
{
    [TestMethod]
    [DataRow("zero_65536.npy")]
    [DataRow("huge_side.npy")]
    [DataRow("nested_load_from_bytes_20000.bin")]
    [DataRow("deflate_bomb_1GB.dcm")]
    [DataRow("gz_extension_256MB.nii.gz")]
    [DataRow("jpeg_bomb_progressive_144MP.dcm")]
    [DataRow("sof_twice_overflow.dcm")]
    [DataRow("lut_negative.dcm")]
    [DataRow("lut_half.dcm")]
    public void An_image_is_refused(string name) => Refused<ImageFormatException>(TestData.Path("data/faults/hostile/" + name), path =>
    {
        using var scan = ImageFormats.Open(path, new() { Pet = PetQuantity.AsStored });
        scan.ReadSlice(0);
    });

    [TestMethod]
    public void PET_of_the_last_day_of_the_calendar_has_no_SUV() =>
        Refused<ImageFormatException>(TestData.Path("data/faults/hostile/pet_date_9999.dcm"), path => ImageFormats.Open(path).Dispose());

    [TestMethod]
    public void An_affine_of_infinities_is_none()
    {
        using var scan = ImageFormats.Open(TestData.Path("data/faults/hostile/inf_sform.nii"));
        Assert.IsNull(scan.Affine);
        Refused<InvalidDataException>(scan.Path, path => ImageFormats.Open(path, new() { Plane = SlicePlane.Axial }).Dispose());
    }

    [TestMethod]
    public void Character_sets_by_the_thousand_take_linear_time_and_memory()
    {
        var path = TestData.Path("data/faults/hostile/charset_quadratic_20k.dcm");
        var before = GC.GetAllocatedBytesForCurrentThread();
        try
        {
            ImageFormats.Open(path).Dispose();
        }
        catch (ImageFormatException)
        {
        }

        Assert.IsLessThan(32L << 20, GC.GetAllocatedBytesForCurrentThread() - before);
    }

    [TestMethod]
    public void A_caller_can_set_how_much_a_slice_may_take()
    {
        using var folder = new TemporaryFolder();
        var path = NiftiSamples.WriteRamp(folder["ramp.nii"]);
        StringAssert.Contains(Refused<ImageFormatException>(
            path, _ => ImageFormats.Open(path, new() { Budget = new() { SliceLimit = 3 } }).Dispose()).Message, "SliceLimit");
    }

    [TestMethod]
    [DataRow("path_explosion.pth")]
    [DataRow("nested_load_from_bytes_20000.bin")]
    [DataRow("shape_zero_huge.safetensors")]
    [DataRow("mismatch_network.safetensors")]
    public void Weights_are_refused(string name) =>
        Refused<InvalidDataException>(TestData.Path("data/faults/hostile/" + name), path => WeightsFile.Import(path).Dispose());

    [TestMethod]
    public void A_list_whose_quote_stays_open_is_refused() => Refused<InvalidDataException>(
        TestData.Path("data/faults/hostile/open_quote_100k.csv"), path => new MLContext().ImageRestoration.LoadList(path).Preview());

    [TestMethod]
    [DataRow(")", 3_000_000)]
    [DataRow("}", 3_000_000)]
    [DataRow("]q\0", 3_000_000)]
    [DataRow("h\0", 4_000_000)]
    [DataRow("ccollections\nOrderedDict\n)R", 1_000_000)]
    public void Short_opcodes_of_large_values_are_refused(string opcodes, int count)
    {
        using var folder = new TemporaryFolder();
        using (var file = new StreamWriter(folder["x.bin"], append: false, System.Text.Encoding.Latin1))
        {
            file.Write("\x80\x02]q\0");
            for (var i = 0; i < count; i++)
            {
                file.Write(opcodes);
            }

            file.Write('.');
        }

        Refused<ImageFormatException>(folder["x.bin"], path => ImageFormats.Open(path).Dispose());
    }

    [TestMethod]
    [DataRow("X\0\0\x10\0", "\x0clatin1", "c_codecs\nencode\n")]
    public void Calls_that_copy_what_the_memo_holds_are_refused(string text, string encoding, string function)
    {
        using var folder = new TemporaryFolder();
        using (var file = new StreamWriter(folder["x.bin"], append: false, System.Text.Encoding.Latin1))
        {
            file.Write($"\x80\x02{text}{new string('x', 1 << 20)}q\0\x8c\x06{encoding[1..]}q\x01{function}q\x02");
            for (var i = 0; i < 1000; i++)
            {
                file.Write("h\x02h\0h\x01\x86R");
            }

            file.Write('.');
        }

        Refused<ImageFormatException>(folder["x.bin"], path => ImageFormats.Open(path).Dispose());
    }

    [TestMethod]
    public void A_zip_of_a_million_parts_is_refused_before_they_are_listed()
    {
        using var folder = new TemporaryFolder();
        using (var file = File.Create(folder["x.pth"]))
        {
            // Only the list matters: records of 46 bytes, each with a name of one letter.
            byte[] record = [.. "PK\x01\x02"u8, .. new byte[24], 1, .. new byte[17], (byte)'a'];
            file.Write("PK\x03\x04"u8);
            for (var i = 0; i < 1_000_000; i++)
            {
                file.Write(record);
            }

            file.Write([.. "PK\x05\x06"u8, .. new byte[12], 4, 0, 0, 0, 0, 0]);
        }

        Refused<InvalidDataException>(folder["x.pth"], path => WeightsFile.Import(path).Dispose());
    }

    [TestMethod]
    [DataRow("\"t{0}\":{{\"dtype\":\"I8\",\"shape\":[0],\"data_offsets\":[0,0]}},", "\"x\":0")]
    [DataRow("\"{0}\":{{}},", "\"x\":0")]
    [DataRow("\"__metadata__\":{{}},\"x\":[{0:D7}0000000000000000000000,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0],", "\"x\":0")]
    public void A_header_of_as_many_values_as_it_can_hold_is_refused_within_its_budget(string entry, string last)
    {
        using var folder = new TemporaryFolder();
        var header = new System.Text.StringBuilder("{");
        for (var i = 0; header.Length < (8 << 20) - 200; i++)
        {
            header.AppendFormat(System.Globalization.CultureInfo.InvariantCulture, entry, i);
        }

        header.Append(last).Append('}');
        File.WriteAllBytes(folder["x.safetensors"],
            [.. BitConverter.GetBytes((long)header.Length), .. System.Text.Encoding.ASCII.GetBytes(header.ToString())]);
        Refused<InvalidDataException>(folder["x.safetensors"], path => WeightsFile.Import(path).Dispose());
    }

    [TestMethod]
    public void A_description_of_as_many_texts_as_it_can_hold_is_refused_within_its_budget()
    {
        using var folder = new TemporaryFolder();
        var texts = string.Join(',', Enumerable.Range(0, 600_000).Select(i => $"\"{i:x}\":\"\""));
        var header = System.Text.Encoding.ASCII.GetBytes($"{{\"__metadata__\":{{{texts}}}}}");
        File.WriteAllBytes(folder["x.safetensors"], [.. BitConverter.GetBytes((long)header.Length), .. header]);
        Refused<InvalidDataException>(folder["x.safetensors"], path => WeightsFile.Import(path).Dispose());
    }

    [TestMethod]
    public void A_zip_of_as_many_parts_as_its_list_can_hold_is_refused_within_its_budget()
    {
        using var folder = new TemporaryFolder();
        using (var archive = new System.IO.Compression.ZipArchive(
            File.Create(folder["x.pth"]), System.IO.Compression.ZipArchiveMode.Create))
        {
            for (var i = 0; i < 41_000; i++)
            {
                archive.CreateEntry(i.ToString("x", System.Globalization.CultureInfo.InvariantCulture));
            }
        }

        Refused<InvalidDataException>(folder["x.pth"], path => WeightsFile.Import(path).Dispose());
    }

    [TestMethod]
    [DataRow("X\x01\0\0\0a{0}ctorch._utils\n_rebuild_tensor_v2\n(h\x05K\0h\x06h\x06\x89h\x07tR")]
    public void Tensors_by_the_hundred_thousand_are_refused_within_their_budget(string tensor)
    {
        using var folder = new TemporaryFolder();
        using (var file = new StreamWriter(folder["x.bin"], append: false, System.Text.Encoding.Latin1))
        {
            file.Write("\x80\x02}");
            for (var i = 0; i < 400_000; i++)
            {
                file.Write(tensor, "");
            }

            file.Write('.');
        }

        Refused<InvalidDataException>(folder["x.bin"], path => WeightsFile.Import(path).Dispose());
    }

    [TestMethod]
    [OSCondition(ConditionMode.Exclude, OperatingSystems.Windows)]
    public void A_link_to_itself_or_to_nothing_is_called_that()
    {
        using var folder = new TemporaryFolder();
        File.CreateSymbolicLink(folder["self.nii"], "self.nii");
        File.CreateSymbolicLink(folder["a.pth"], "b.pth");
        File.CreateSymbolicLink(folder["b.pth"], "a.pth");
        File.CreateSymbolicLink(folder["c.nii"], "absent.nii");
        StringAssert.Contains(
            Refused<ImageFormatException>(folder["self.nii"], path => ImageFormats.Open(path).Dispose()).Message, "back to itself");
        StringAssert.Contains(
            Refused<InvalidDataException>(folder["a.pth"], path => WeightsFile.Import(path).Dispose()).Message, "back to itself");
        StringAssert.Contains(
            Refused<ImageFormatException>(folder["c.nii"], path => ImageFormats.Open(path).Dispose()).Message, "does not exist");
    }

    [TestMethod]
    [DataRow("<!DOCTYPE html><html>quota exceeded</html>", "web page")]
    [DataRow("version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 9\n", "Git LFS pointer")]
    public void What_a_download_left_in_place_of_weights_is_named(string content, string expected)
    {
        using var folder = new TemporaryFolder();
        File.WriteAllText(folder["w.pth"], content);
        StringAssert.Contains(Refused<InvalidDataException>(folder["w.pth"], path => WeightsFile.Import(path).Dispose()).Message, expected);
    }

    /// <summary>Does something with a file that must be refused.</summary>
    private static T Refused<T>(string path, Action<string> read)
        where T : Exception
    {
        var before = GC.GetAllocatedBytesForCurrentThread();
        var exception = Assert.ThrowsExactly<T>(() => read(path));
        var taken = GC.GetAllocatedBytesForCurrentThread() - before;
        Assert.IsLessThan(new FileInfo(path).Length + ReadBudget.Overhead + (8 << 20), taken, $"{path} took {taken:N0} bytes");
        StringAssert.Contains(exception.Message, Path.GetFileName(path));
        Assert.AreEqual(MessageText.OneLine(exception.Message, 1000), exception.Message);
        return exception;
    }
}
