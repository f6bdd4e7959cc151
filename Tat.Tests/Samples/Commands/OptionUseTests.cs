using Tat.Tests.Formats;
using Tat.Tests.Formats.Dicom;
using Tat.Tests.Formats.Nifti;
using Tat.Tests.Loading;
using Tat.Torch.Model;
using Tat.Torch.Tasks;

namespace Tat.Tests.Samples;

/// <summary>Options that mean nothing beside others, or for the images there are, are refused with a word.</summary>
[TestClass]
public sealed class OptionUseTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly SyntheticDicom _dicom = new();

    public void Dispose()
    {
        _folder.Dispose();
        _dicom.Dispose();
    }

    [TestMethod]
    [DataRow("--difference", "--difference is for results in DICOM")]
    [DataRow("--series 1.2.3", "--series is for DICOM")]
    [DataRow("--pet-as-stored", "--pet-as-stored is for PET in DICOM")]
    [DataRow("--allow-irregular", "--allow-irregular is for DICOM")]
    [DataRow("--allow-uncalibrated", "--allow-uncalibrated is for DICOM")]
    [DataRow("--deidentify-key k", "--deidentify-key is for DICOM")]
    public async Task Options_of_DICOM_are_refused_where_a_file_is_NIfTI(string option, string cause)
    {
        NiftiSamples.WriteRamp(_folder["in/a.nii"]);
        (await Cli.RunAsync(["restore", _folder["in/a.nii"], "--task", "CT", "--out", _folder["r.nii"], .. option.Split(
            ' ')])).AssertFailed(1, $"{cause}, and there is none here: leave it out.");
        Assert.IsFalse(File.Exists(_folder["r.nii"]));
        if (option.StartsWith("--series", StringComparison.Ordinal) || option.StartsWith("--allow", StringComparison.Ordinal))
        {
            string[] given = option.Split(' ');
            SampleImages.Write(_folder["set/CT/test/LQ/a.nii"], 0, 16, 16);
            SampleImages.Write(_folder["set/CT/test/HQ/a.nii"], 0, 16, 16);
            (await Cli.RunAsync(["inspect", _folder["in/a.nii"], .. given])).AssertFailed(1, cause);
            (await Cli.RunAsync(["simulate", _folder["in/a.nii"], "--task", "CT", "--out", _folder["s"], .. given])).AssertFailed(1, cause);
            (await Cli.RunAsync(["evidence", _folder["in/a.nii"], "--task", "CT", "--out", _folder["e"], .. given])).AssertFailed(1, cause);
            (await Cli.RunAsync(["evaluate", "--data", _folder["set"], "--no-model", .. given])).AssertFailed(
                1, given.Length > 1 ? "holds no image of the series 1.2.3" : cause);
        }
    }

    [TestMethod]
    public async Task Options_of_NIfTI_and_of_PET_are_refused_where_a_file_is_CT_in_DICOM()
    {
        var scan = _dicom.Write(SyntheticDicom.Slice(1, 0));
        (await Cli.RunAsync("restore", scan, "--keep-type", "--out", _folder["r.dcm"])).AssertFailed(
            1, "--keep-type is for NIfTI files restored to NIfTI");
        (await Cli.RunAsync("restore", scan, "--difference", "--out", _folder["r.nii"])).AssertFailed(
            1, "--difference is for results in DICOM");
        (await Cli.RunAsync("restore", scan, "--pet-as-stored", "--out", _folder["r.dcm"])).AssertFailed(
            1, "--pet-as-stored is for PET in DICOM");
        (await Cli.RunAsync("inspect", scan, "--suv")).AssertFailed(1, "--suv is for PET in DICOM");
        (await Cli.RunAsync("evidence", scan, "--task", "CT", "--out", _folder["e"])).AssertFailed(
            1, "--task is for scans that do not tell their modality");
        Assert.IsEmpty(_folder.Files);
    }

    [TestMethod]
    public async Task Options_of_a_model_are_refused_where_none_is_used()
    {
        foreach (var option in new[] { "--device cpu", "--memory 100", "--pass-nonfinite" })
        {
            foreach (var other in new[] { "--no-model", "--tune" })
            {
                (await Cli.RunAsync(["evaluate", "--data", _folder.Path, other, .. option.Split(' ')])).AssertFailed(
                    2, $"{option.Split(' ')[0]} has no effect together with {other}");
            }
        }

        (await Cli.RunAsync("evaluate", "--data", _folder.Path, "--overwrite")).AssertFailed(2, "--overwrite is for --csv");
        (await Cli.RunAsync("bench", "train", "--python", "python3")).AssertFailed(2, "--python is for --reference");
        (await Cli.RunAsync("bench", "score", "--network", "small", "--model", "m.zip")).AssertFailed(
            2, "--network has no effect together with --model");
    }

    [TestMethod]
    public async Task What_a_model_tells_itself_is_not_asked_for()
    {
        var options = TatNetworkOptions.Small with { Width = 8, Blocks = [1, 1, 1, 1], RepresentationFeatures = 4, TrainSize = 32 };
        using (var model = new TatModel(new TatNetwork(options, seed: 1), TaskVocabulary.Paper))
        {
            model.Save(_folder["m.safetensors"]);
        }

        (await Cli.RunAsync("import", _folder["m.safetensors"], "--tasks", "CT", "--out", _folder["n.zip"])).AssertFailed(
            1, "--tasks is for bare weights");
        (await Cli.RunAsync("import", _folder["m.safetensors"], "--train-size", "64", "--out", _folder["n.zip"])).AssertFailed(
            1, "--train-size is for bare weights");
    }

    [TestMethod]
    [DataRow("--hold-out p", "\"data\": \"pairs\"", "data")]
    [DataRow("--phantoms CT=0.5", "\"data\": \"pairs\"", "data")]
    [DataRow("--mri-by-volume", "\"from\": \"scans\"", "from")]
    [DataRow("--start-as-identity", "\"data\": \"pairs\", \"training\": { \"initialWeights\": \"pretrained\" }", "initialWeights")]
    public async Task Options_of_training_are_refused_where_the_options_file_makes_them_meaningless(
        string option, string text, string other)
    {
        File.WriteAllText(_folder["o.json"], $"{{ {text} }}");
        (await Cli.RunAsync(["train", "--options", _folder["o.json"], "--out", _folder["m.zip"], .. option.Split(' ')])).AssertFailed(
            1, $"{option.Split(' ')[0]} has no effect together with \"{other}\" of the options file");
    }

    [TestMethod]
    public async Task A_file_where_a_folder_is_meant_is_called_that()
    {
        File.WriteAllText(_folder["file"], "");
        (await Cli.RunAsync("train", "--data", _folder["file"], "--out", _folder["m.zip"])).AssertFailed(
            1, $"'{_folder["file"]}' is a file; give the root of a data set");
        (await Cli.RunAsync("train", "--from", _folder["file"], "--out", _folder["m.zip"])).AssertFailed(
            1, $"'{_folder["file"]}' is a file: expected");
        (await Cli.RunAsync("train", "--data", _folder["file"], "--name", "Model", "--out", _folder["n"])).AssertFailed(
            1, $"'{_folder["file"]}' is a file; give the root of a data set");
        (await Cli.RunAsync("evaluate", "--data", _folder["file"], "--no-model")).AssertFailed(1, "is a file; give the root of a data set");
    }
}
