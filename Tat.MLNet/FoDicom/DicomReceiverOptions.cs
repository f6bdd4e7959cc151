using Tat.Torch.Files;

namespace Tat.MLNet.FoDicom;

/// <summary>Where a <see cref="DicomReceiver"/> listens, and who may send to it.</summary>
public sealed class DicomReceiverOptions
{
    /// <summary>The IP address to listen at.</summary>
    /// <value>The default is this machine alone.</value>
    public string Address { get; init; } = "127.0.0.1";

    /// <summary>The port, 1 to 65535.</summary>
    /// <value>The default is 11112.</value>
    public int Port { get; init; } = 11112;

    /// <summary>The AE title that senders must use for the node; <see langword="null"/> accepts any.</summary>
    public string? AeTitle { get; init; }

    /// <summary>The AE titles that may send; all others are rejected. Empty admits everybody.</summary>
    public IReadOnlyCollection<string> Callers { get; init; } = [];

    /// <summary>Where an object is kept until it has been taken; <see langword="null"/> for the folder of temporary files.</summary>
    public string? Folder { get; init; }

    /// <summary>Checks every option; runs when a receiver begins to listen.</summary>
    /// <exception cref="ArgumentOutOfRangeException">An option is out of its range; the message names it, its value and what to
    /// use.</exception>
    public void Validate() =>
        OptionCheck.Require(Port is >= 1 and <= 65_535, "receiver", nameof(Port), Port, "use a number from 1 to 65535");
}
