namespace Tat.Torch.Runtime;

/// <summary>LibTorch, the native library that computes, cannot be loaded on this machine.</summary>
/// <remarks>
/// The message names the runtime identifier, what was tried, the missing library or version, and what to install.
/// TorchSharp loads LibTorch in a static constructor, so code that calls TorchSharp itself may see this exception as the inner
/// exception of a <see cref="TypeInitializationException"/>.
/// </remarks>
public sealed class LibTorchUnavailableException : DllNotFoundException
{
    /// <summary>Creates the exception.</summary>
    public LibTorchUnavailableException(string message, Exception? inner = null)
        : base(message, inner)
    {
    }
}
