using System.Text.Json;
using Tat.Tests.Formats;
using Tat.Tests.Formats.Nifti;
using Tat.Tests.Onnx;
using Tat.Torch.Model;

namespace Tat.Tests.Samples;

[TestClass]
public sealed class InspectCommandTests
{
    [TestMethod]
    public async Task Json_of_an_image_has_its_size_values_and_geometry()
    {
        using var folder = new TemporaryFolder();
        var run = await Cli.RunAsync("inspect", NiftiSamples.WriteRamp(folder["ramp.nii.gz"]), "--json");
        run.AssertDone();
        var image = JsonDocument.Parse(run.Output).RootElement[0];
        Assert.AreEqual("NIfTI", image.GetProperty("format").GetString());
        Assert.AreEqual((3, 4, 2),
            (image.GetProperty("rows").GetInt32(), image.GetProperty("columns").GetInt32(), image.GetProperty("frames").GetInt32()));
        Assert.AreEqual((0, 23, 11.5),
            (image.GetProperty("min").GetDouble(), image.GetProperty("max").GetDouble(), image.GetProperty("mean").GetDouble()));
        Assert.AreEqual(6.9221865524, image.GetProperty("std").GetDouble(), 1e-9);
        Assert.AreEqual(2, image.GetProperty("geometry").GetProperty("rowSpacing").GetDouble());
    }

    [TestMethod]
    public async Task Json_of_several_images_is_a_list_as_that_of_one_and_of_none()
    {
        using var folder = new TemporaryFolder();
        var run = await Cli.RunAsync("inspect", "--json", NiftiSamples.WriteRamp(folder["a.nii"]), NiftiSamples.WriteRamp(folder["b.hdr"]));
        run.AssertDone();
        Assert.AreEqual(2, JsonDocument.Parse(run.Output).RootElement.GetArrayLength());
        var none = await Cli.RunAsync("inspect", "--json", folder["absent.nii"]);
        none.AssertFailed(1, "absent.nii");
        Assert.AreEqual("[]", none.Output.Trim());
    }

    [TestMethod]
    public async Task Tells_architecture_parameters_and_hash_of_a_model()
    {
        var shown = await Cli.RunAsync("inspect");
        shown.AssertDone();
        Assert.Contains("small: width 16, blocks 1 1 1 2 and 1 to refine, heads 1 2 4 8", shown.Output);
        var model = JsonDocument.Parse((await Cli.RunAsync("inspect", "--json")).Output).RootElement[0];
        Assert.AreEqual(TatNetworkOptions.Small.ParameterCount, model.GetProperty("parameters").GetInt64());
        Assert.AreEqual(16, model.GetProperty("network").GetProperty("width").GetInt32());
        Assert.Contains($"{TatNetworkOptions.Small.ParameterCount:N0}", shown.Output);
        Assert.Contains(model.GetProperty("sha256").GetString()!, shown.Output);
    }

    [TestMethod]
    public async Task Tells_the_tasks_and_the_card_of_an_exported_model()
    {
        using var folder = new TemporaryFolder();
        using var model = ExportedModels.CreateModel();
        File.WriteAllBytes(folder["tat.onnx"], ExportedModels.Export(model));
        var shown = await Cli.RunAsync("inspect", folder["tat.onnx"]);
        shown.AssertDone();
        StringAssert.Contains(shown.Output, "normalised from [-1024, 3072]");
        StringAssert.Contains(shown.Output, "321");
        var json = await Cli.RunAsync("inspect", folder["tat.onnx"], "--json");
        Assert.AreEqual("nothing", JsonDocument.Parse(json.Output).RootElement[0].GetProperty("card").GetProperty("data").GetString());

        File.WriteAllText(folder["other.onnx"], "text");
        (await Cli.RunAsync("inspect", folder["other.onnx"])).AssertFailed(1, "other.onnx");
    }

    [TestMethod]
    [DataRow("data/faults/imaging/06_pet_dose_in_mbq", "RadionuclideTotalDose")]
    [DataRow("data/dicom/parametric_map_float.dcm", "Parametric Map")]
    [DataRow("data/dicom/ct_chest_explicit_le.dcm", "beyond the task's range")]
    public async Task Tells_what_a_restoration_would_refuse_or_warn_of(string path, string finding)
    {
        var run = await Cli.RunAsync("inspect", TestData.Path(path), "--json");
        run.AssertDone();
        Assert.Contains(finding, string.Join(' ', JsonDocument.Parse(run.Output).RootElement[0].GetProperty("warnings").EnumerateArray()));
        Assert.Contains("Restoring", (await Cli.RunAsync("inspect", TestData.Path(path))).Output);
    }

    [TestMethod]
    public async Task A_bad_file_fails_with_its_name_and_the_others_are_shown()
    {
        using var folder = new TemporaryFolder();
        File.WriteAllText(folder["empty.nii"], "");
        var run = await Cli.RunAsync("inspect", folder["empty.nii"], NiftiSamples.WriteRamp(folder["a.nii"]));
        run.AssertFailed(1, "empty.nii");
        StringAssert.Contains(run.Output, "3 rows x 4 columns, 2 slices", StringComparison.Ordinal);
    }

    [TestMethod]
    public async Task An_absent_file_fails()
    {
        (await Cli.RunAsync("inspect", "absent.nii")).AssertFailed(1, "'absent.nii' does not exist");
    }

    [TestMethod]
    [DataRow]
    [DataRow("inspect", "a.nii", "--no-such-option")]
    [DataRow("no-such-command")]
    public async Task Wrong_usage_is_told_from_failure(params string[] arguments)
    {
        (await Cli.RunAsync(arguments)).AssertFailed(2, "--help");
    }
}
