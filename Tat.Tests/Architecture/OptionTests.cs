using System.Text.RegularExpressions;
using Microsoft.ML;
using Mono.Cecil;
using Mono.Cecil.Cil;
using Mono.Cecil.Rocks;
using Tat.MLNet.FoDicom;
using Tat.MLNet.Loading;
using Tat.MLNet.Scans;
using Tat.MLNet.Scoring;
using Tat.MLNet.Serving;
using Tat.MLNet.Tagging;
using Tat.MLNet.Training;
using Tat.Torch.Baselines;
using Tat.Torch.Degradation;
using Tat.Torch.Files;
using Tat.Torch.Inference;
using Tat.Torch.Model;
using Tat.Torch.Onnx;
using Tat.Torch.Phantoms;
using Tat.Torch.Tasks;
using Tat.Torch.Training;

namespace Tat.Tests.Architecture;

/// <summary>Options are refused in one way: by <see cref="OptionCheck"/>, with their name, their value and an advice.</summary>
[TestClass]
public sealed partial class OptionTests
{
    /// <summary>
    /// The service's settings are those of a program: a mistake ends it when it starts, and messages have no values, since some are secret.
    /// </summary>
    private const string Service = "Tat.Samples.Service";

    [TestMethod]
    public void What_sets_or_validates_an_option_throws_through_its_owner_alone()
    {
        string[] wrong =
        [
            .. Rooms.Assemblies.Keys.Where(name => name != Service).SelectMany(Methods)
                .Where(method => method.DeclaringType.FullName != typeof(OptionCheck).FullName && IsOfOptions(method.Name))
                .SelectMany(method => method.Body.Instructions.Where(Throws).Select(_ => method.FullName)).Distinct(),
        ];
        Assert.IsEmpty(wrong, $"Call {nameof(OptionCheck)}:\n{string.Join('\n', wrong)}");
    }

    [TestMethod]
    public void A_refused_option_has_its_name_its_value_and_an_advice()
    {
        var ml = new MLContext(seed: 1);
        Action[] refused =
        [
            () => new GaussianSmoothing { Sigma = 0 },
            () => new NonLocalMeans { Strength = 1, PatchRadius = 0 },
            () => new TotalVariation { Strength = double.PositiveInfinity },
            () => new KSpaceConsistentTotalVariation { Strength = 1, Rounds = 0 },
            () => new CtLowDose { DoseFraction = 0 },
            () => new CtLowDose { ElectronicNoiseVariance = double.NaN },
            () => new PetLowCount { Reduction = double.PositiveInfinity },
            () => new PetLowCount { Iterations = 0 },
            () => new PetLowCount { ResolutionWidth = -1 },
            () => new MriKSpaceCrop { Factor = double.NaN },
            () => new CtDoseRange { Uses = 0 },
            () => new CtDoseRange { PixelSize = new(0.1, 1) },
            () => new PetCountRange { BackgroundFraction = 1 },
            () => new MriResolutionRange { OneAxisShare = -0.1 },
            () => new PhantomPairs(RestorationTask.Mri, 1, 64, 1) { MriFactor = 0 },
            () => new TatNetworkOptions { Width = 3 }.Validate(),
            () => new TatTrainerOptions { Iterations = 0 }.Validate(),
            () => new RestorerOptions { MaximumPixels = 0 }.Validate(),
            () => new OnnxRestorerOptions { Threads = 0 }.Validate(),
            () => new GoodScanOptions { PixelSpacing = 0 }.Validate(),
            () => new GoodScanOptions { MemoryMegabytes = -1 }.Validate(),
            () => new ScanRestorationOptions { Strength = double.NaN }.Validate(),
            () => new ScanRestorationOptions { Uncertainty = true, LocalMeans = true }.Validate(),
            () => new PretrainedOptions { BatchSize = 0 }.Validate(),
            () => new TatEstimator.Options { SpoolMegabytes = -1 }.Validate(),
            () => new TatEstimator.Options { MarginColumnName = "Margin" }.Validate(),
            () => new TatOnnxEstimator.Options { Runtime = null! }.Validate(),
            () => new TaskTaggingEstimator.Options { OutputColumnName = " " }.Validate(),
            () => new TaskTaggingEstimator.Options { Rules = [TaskRule.WhenMatches("FileName", "x", "US")] }.Validate(),
            () => new ImagePairLoader.Options { HighQualityFolder = "" }.Validate(),
            () => new TatRestorationOptions().Validate(),
            () => new TatRestorationOptions { ModelPath = "pretrained", ReloadWhenChanged = true }.Validate(),
            () => new DicomReceiverOptions { Port = 0 }.Validate(),
            () => ml.ImageRestoration.Trainers.Tat(network: new() { Heads = [1, 2] }),
        ];
        foreach (var refuse in refused)
        {
            var problem = Assert.ThrowsExactly<ArgumentOutOfRangeException>(refuse);
            Assert.MatchesRegex(Message(), problem.Message);
            Assert.Contains($" option {problem.ParamName} is ", problem.Message);
        }
    }

    private static bool IsOfOptions(string method) =>
        method.StartsWith("set_", StringComparison.Ordinal) || Validation().IsMatch(method);

    private static IEnumerable<MethodDefinition> Methods(string name)
    {
        using var assembly = AssemblyDefinition.ReadAssembly(Path.Combine(AppContext.BaseDirectory, $"{name}.dll"));
        foreach (var method in assembly.MainModule.GetAllTypes().SelectMany(type => type.Methods).Where(method => method.HasBody))
        {
            yield return method;
        }
    }

    private static bool Throws(Instruction instruction) => instruction.Operand is MethodReference called
        && called.DeclaringType.Name.EndsWith("Exception", StringComparison.Ordinal)
        && (instruction.OpCode.Code == Code.Newobj || called.Name.StartsWith("Throw", StringComparison.Ordinal));

    // Local functions have their method's name within their own.
    [GeneratedRegex("^<?Validate")]
    private static partial Regex Validation();

    [GeneratedRegex(@"^The [\w ]+ option \S+ is .+: .+\. \(Parameter '\S+'\)$")]
    private static partial Regex Message();
}
