using System.Text.Json.Serialization;

namespace Tat.Torch.Model;

/// <summary>How the descriptions in model files are read and written: without reflection, for trimmed programs, too.</summary>
[JsonSourceGenerationOptions(
    UseStringEnumConverter = true, NumberHandling = JsonNumberHandling.AllowNamedFloatingPointLiterals, MaxDepth = 16,
    RespectNullableAnnotations = true)]
[JsonSerializable(typeof(TatNetworkOptions))]
[JsonSerializable(typeof(TaskData[]))]
[JsonSerializable(typeof(ModelCard))]
internal sealed partial class TatModelJson : JsonSerializerContext;
