using System.Net;

namespace Tat.Samples.Service.Settings;

/// <summary>The section <c>Service:Dicom:Node</c>: a node that takes objects by C-STORE, through fo-dicom.</summary>
public sealed class DicomNode
{
    /// <summary>The port; <see langword="null"/> for no node. It needs a build with <c>UseFoDicom=true</c>.</summary>
    public int? Port { get; set; }

    /// <summary>The IP address to listen at.</summary>
    public string Address { get; set; } = "127.0.0.1";

    /// <summary>What senders must call the node; <see langword="null"/> for anything.</summary>
    public string? AeTitle { get; set; }

    /// <summary>Who may send, by AE title; needed where other machines reach <see cref="Address"/>.</summary>
    public IReadOnlyList<string> Callers { get; set; } = [];

    /// <summary>Checks every option, when the service starts.</summary>
    /// <param name="require">Is told whether an option holds, its name, and what to use instead.</param>
    internal void Validate(Action<bool, string, string> require)
    {
        require(Port is null or >= 1 and <= 65_535, nameof(Port), "use 1 to 65535");
        require(IPAddress.TryParse(Address, out var address), nameof(Address), "give an IP address, such as 0.0.0.0");
        require(Port is null || IPAddress.IsLoopback(address!) || Callers.Count > 0, nameof(Callers),
            "name who may send, by AE title, where other machines reach the node");
    }
}
