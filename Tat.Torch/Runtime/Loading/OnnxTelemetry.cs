namespace Tat.Torch.Runtime.Loading;

/// <summary>
/// Whether ONNX Runtime reports to its maker: by itself it does, on Linux from its start on, with an identifier that it keeps in the user's
/// cache folder.
/// </summary>
internal static class OnnxTelemetry
{
    private const string Variable = "ORT_DISABLE_TELEMETRY";
    private const string Off = "1";

    /// <summary>Whether a user has asked for it, by a value of the variable ORT_DISABLE_TELEMETRY that does not switch it off.</summary>
    public static bool IsAskedFor => Environment.GetEnvironmentVariable(Variable) is "0" or "false";

    /// <summary>Switches it off. Must come before the library is loaded.</summary>
    public static void SwitchOff() => NativeEnvironment.SetDefault(Variable, Off);
}
