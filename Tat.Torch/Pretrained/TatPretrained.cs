using Google.Protobuf;
using Tat.Torch.Model;
using Tat.Torch.Onnx;
using Tat.Torch.Tasks;
using Tat.Torch.TensorFiles;
using static TorchSharp.torch;

namespace Tat.Torch.Pretrained;

/// <summary>
/// The bundled model: trained on real scans, ready to restore CT, PET and MRI, and to be trained further.
/// </summary>
/// <remarks>
/// One file inside the assembly, in half precision, serves TorchSharp and ONNX Runtime; an application that restores by ONNX needs no
/// LibTorch for it. Its <see cref="Card"/> says what it was trained on, how good it is, and where its limits are. Not for diagnostic use.
/// </remarks>
public static class TatPretrained
{
    /// <summary>
    /// What stands for the model where a file of weights is asked for, as in <see cref="Training.TatTrainerOptions.InitialWeights"/>.
    /// </summary>
    public const string Name = "pretrained";

    private const string Resource = "tat.safetensors";

    private static readonly Lazy<(TatNetworkOptions Network, TaskVocabulary Tasks, ModelCard Card)> _description = new(() =>
    {
        using var file = OpenFile();
        return TatModelFormat.Read(new SafetensorsReader(file, Name).Metadata, "The model of the library");
    });

    /// <summary>The identity and origin of the model.</summary>
    public static ModelCard Card => _description.Value.Card;

    /// <summary>The tasks that it has learnt.</summary>
    public static TaskVocabulary Tasks => _description.Value.Tasks;

    /// <summary>Its architecture.</summary>
    public static TatNetworkOptions Network => _description.Value.Network;

    /// <summary>Opens the file itself, in the safetensors format.</summary>
    /// <returns>To be disposed by the caller.</returns>
    public static Stream OpenFile() => typeof(TatPretrained).Assembly.GetManifestResourceStream(Resource)!;

    /// <summary>Loads the model for TorchSharp.</summary>
    /// <param name="device">Where the network goes; <see langword="null"/> for the CPU.</param>
    /// <returns>To be disposed by the caller.</returns>
    public static TatModel Load(Device? device = null)
    {
        using var file = OpenFile();
        return TatModel.Load(file, device);
    }

    /// <summary>Opens the model in ONNX Runtime, without LibTorch.</summary>
    /// <param name="options">How to run it; <see langword="null"/> for the CPU with all cores.</param>
    /// <returns>To be disposed by the caller.</returns>
    /// <exception cref="NotSupportedException">The execution provider is not available.</exception>
    /// <exception cref="DllNotFoundException">The program does not reference a native package of ONNX Runtime.</exception>
    public static OnnxRestorer OpenOnnx(OnnxRestorerOptions? options = null) => new(ToOnnx(), options);

    /// <summary>The model as an ONNX file, made without LibTorch.</summary>
    /// <param name="signature">What its inputs and its output look like.</param>
    public static byte[] ToOnnx(OnnxSignature signature = OnnxSignature.Image)
    {
        using var file = OpenFile();
        var reader = new SafetensorsReader(file, Name);
        var weights = reader.Entries.ToDictionary(entry => entry.Name, entry => new WeightArray(reader.ReadFloats(entry), entry.Shape));
        return OnnxExporter.CreateModel(Network, weights, Tasks, Card, new() { Signature = signature }).ToByteArray();
    }

    /// <summary>Whether a path means this model: it is its name, and no file is called so.</summary>
    internal static bool IsMeantBy(string path) => path.Equals(Name, StringComparison.OrdinalIgnoreCase) && !File.Exists(path);
}
