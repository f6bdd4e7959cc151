namespace Tat.Samples.Service.Settings;

/// <summary>The section <c>Service</c> of the configuration.</summary>
public sealed class ServiceOptions
{
    public const string Section = "Service";

    /// <summary>Where the database, uploads and results are kept.</summary>
    public string Data { get; set; } =
        Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.LocalApplicationData, Environment.SpecialFolderOption.DoNotVerify),
            "tat-service");

    /// <summary>The exported model that restores; <c>pretrained</c> for the one in the box.</summary>
    public string Model { get; set; } = "pretrained";

    /// <summary>Batch jobs that are restored at the same time, and as many urgent ones beside them.</summary>
    public int Concurrency { get; set; } = 1;

    /// <summary>Threads that one restoration takes; 0 for one of each core.</summary>
    public int Threads { get; set; }

    /// <summary>How often a job is begun before it is given up.</summary>
    public int Attempts { get; set; } = 3;

    /// <summary>Seconds until a job that failed for a reason that may pass is begun again; each time twice as long.</summary>
    public double RetrySeconds { get; set; } = 5;

    /// <summary>Jobs that may wait; further ones are refused until some are done.</summary>
    public int MaximumQueued { get; set; } = 10_000;

    /// <summary>Bytes that an upload may have.</summary>
    public long MaximumUploadBytes { get; set; } = 4L << 30;

    /// <summary>Bytes that an upload may have once its archives are unpacked.</summary>
    public long MaximumUnpackedBytes { get; set; } = 16L << 30;

    /// <summary>Files that an upload may have, those in archives counted.</summary>
    public int MaximumFiles { get; set; } = 20_000;

    /// <summary>Bytes of the disk that stay free: no upload is taken beyond.</summary>
    public long MinimumFreeBytes { get; set; } = 1L << 30;

    /// <summary>Folders below which jobs may name files; none by default.</summary>
    public IReadOnlyList<string> Roots { get; set; } = [];
}
