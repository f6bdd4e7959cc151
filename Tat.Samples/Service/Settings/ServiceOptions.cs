using System.Globalization;

namespace Tat.Samples.Service.Settings;

/// <summary>The section <c>Service</c> of the configuration.</summary>
public sealed class ServiceOptions
{
    public const string Section = "Service";

    /// <summary>What <see cref="Model"/> is called beside <see cref="Models"/>.</summary>
    public const string DefaultModel = "default";

    private const int LongestName = 50;

    private const string Cpu = "cpu", Cuda = "cuda";

    /// <summary>Where uploads and results are kept, and the database where there is no other; on several machines a folder that all of
    /// them share, or one for each where there is a <see cref="Bucket"/>.</summary>
    public string Data { get; set; } =
        Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.LocalApplicationData, Environment.SpecialFolderOption.DoNotVerify),
            "tat-service");

    /// <summary>What this process does; other than both needs <see cref="Database"/> and <see cref="Queue"/>.</summary>
    public ServiceRole Role { get; set; }

    /// <summary>The connection string of a database of PostgreSQL that keeps the jobs; <see langword="null"/> for a file in
    /// <see cref="Data"/>.</summary>
    public string? Database { get; set; }

    /// <summary>The address of a RabbitMQ that distributes the jobs, such as <c>amqp://user:password@host/</c>; goes with
    /// <see cref="Database"/>.</summary>
    public string? Queue { get; set; }

    /// <summary>Where uploads and results are kept instead of <see cref="Data"/>.</summary>
    public BucketOptions Bucket { get; set; } = new();

    /// <summary>Whether several processes may share the work.</summary>
    public bool IsDistributed => Database is not null;

    /// <summary>The exported model that restores where no other is named; <c>pretrained</c> for the bundled one.</summary>
    public string Model { get; set; } = "pretrained";

    /// <summary>Further models, by the names that requests and rules give them.</summary>
    public IReadOnlyDictionary<string, string> Models { get; set; } = new Dictionary<string, string>();

    /// <summary>What LibTorch computes on, in the place of ONNX Runtime: <c>cpu</c>, <c>cuda</c>, or <c>cuda:1</c> for the second GPU;
    /// <see langword="null"/> for ONNX Runtime.</summary>
    public string? Torch { get; set; }

    /// <summary>The GPU that <see cref="Torch"/> names; <see langword="null"/> for the CPU.</summary>
    public int? GpuDeviceId => Torch is null or Cpu ? null
        : Torch == Cuda ? 0
        : Torch.StartsWith($"{Cuda}:", StringComparison.Ordinal)
            && int.TryParse(Torch[(Cuda.Length + 1)..], NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number
        : -1;

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

    /// <summary>Whether what identifies patients is taken from images before they are kept.</summary>
    public bool DeidentifyIntake { get; set; }

    /// <summary>Folders below which jobs may name files; none by default.</summary>
    public IReadOnlyList<string> Roots { get; set; } = [];

    /// <summary>Keys of which callers must show one, once there is any.</summary>
    public IReadOnlyList<ApiKey> Keys { get; set; } = [];

    /// <summary>Who vouches for callers, beside keys.</summary>
    public OpenIdConnect OpenIdConnect { get; set; } = new();

    /// <summary>Whether callers must show something: a key, or a token.</summary>
    public bool AsksForKeys => Keys.Count > 0 || OpenIdConnect.Authority is not null;

    /// <summary>Whether the service may be reached from other machines without any key.</summary>
    public bool AllowAnonymous { get; set; }

    /// <summary>Requests that one address may send in ten seconds.</summary>
    public int RequestsPerTenSeconds { get; set; } = 1000;

    /// <summary>Days after which a job that is at its end is removed with its files; 0 for never.</summary>
    public double RetentionDays { get; set; } = 30;

    /// <summary>The address of a collector that takes OpenTelemetry by OTLP over HTTP; <see langword="null"/> for none.</summary>
    public string? OtlpUrl { get; set; }

    /// <summary>What becomes of series that other systems send.</summary>
    public DicomOptions Dicom { get; set; } = new();

    /// <summary>Checks every option, when the service starts.</summary>
    /// <exception cref="InvalidOperationException">One is out of its range; the message names it and says what to use.</exception>
    public void Validate()
    {
        Require(!string.IsNullOrWhiteSpace(Data), nameof(Data), "name a folder");
        Require(!string.IsNullOrWhiteSpace(Model), nameof(Model), "name an exported .onnx file, or pretrained");
        Require(Models.Keys.All(name => name.Length <= LongestName && name.All(letter => char.IsAsciiLetterOrDigit(letter)
            || letter is '-' or '_' or '.') && !name.Equals(DefaultModel, StringComparison.OrdinalIgnoreCase)), nameof(Models),
            $"give names of up to {LongestName} letters, digits, points and dashes; '{DefaultModel}' is that of {nameof(Model)}");
        Require(Models.Values.All(path => !string.IsNullOrWhiteSpace(path)), nameof(Models),
            "name an exported .onnx file, or pretrained, for each");
        Require(Database is null == Queue is null, nameof(Queue), "set Database and Queue, or neither");
        Require(Queue is null || Uri.TryCreate(Queue, UriKind.Absolute, out var queue) && queue.Scheme is "amqp" or "amqps",
            nameof(Queue), "give an address such as amqp://user:password@host/");
        Require(Role == ServiceRole.Both || IsDistributed, nameof(Role), "set Database and Queue, too, which the processes share");
        Require(GpuDeviceId is null or >= 0, nameof(Torch), $"use {Cpu}, {Cuda}, or {Cuda}:1 for the second GPU");
        Require(Torch is null || !Models.Values.Append(Model).Any(path => path.EndsWith(".onnx", StringComparison.OrdinalIgnoreCase)),
            nameof(Torch), "LibTorch runs pretrained and models that ML.NET has saved; leave it out for .onnx files");
        Require(Concurrency is >= 1 and <= 256, nameof(Concurrency), "use 1 to 256");
        Require(Threads >= 0, nameof(Threads), "use 1 or more, or 0 for one of each core");
        Require(Attempts >= 1, nameof(Attempts), "use 1 or more");
        Require(RetrySeconds >= 0, nameof(RetrySeconds), "use 0 or more");
        Require(MaximumQueued >= 0, nameof(MaximumQueued), "use 0 or more");
        Require(MaximumUploadBytes >= 1, nameof(MaximumUploadBytes), "use 1 or more");
        Require(MaximumUnpackedBytes >= 1, nameof(MaximumUnpackedBytes), "use 1 or more");
        Require(MaximumFiles >= 1, nameof(MaximumFiles), "use 1 or more");
        Require(MinimumFreeBytes >= 0, nameof(MinimumFreeBytes), "use 0 or more");
        Require(RequestsPerTenSeconds >= 1, nameof(RequestsPerTenSeconds), "use 1 or more");
        Require(RetentionDays is >= 0 and < 36_500, nameof(RetentionDays), "use a number of days, or 0 for never");
        Require(Roots.All(Path.IsPathFullyQualified), nameof(Roots), "give full paths");
        Require(!DeidentifyIntake || Roots.Count == 0, nameof(Roots), $"name none where {nameof(DeidentifyIntake)} is set: files that "
            + "stay where they are keep what is in them");
        Require(Keys.All(key => key.Sha256.Length == 64 && key.Sha256.All(char.IsAsciiHexDigit)), nameof(Keys),
            "give the SHA-256 of each key, 64 hexadecimal digits");

        Require(OtlpUrl is null || Uri.TryCreate(OtlpUrl, UriKind.Absolute, out var collector) && collector.Scheme is "http" or "https",
            nameof(OtlpUrl), "give an address such as http://localhost:4318");
        Require(OpenIdConnect.Authority is null || Uri.TryCreate(OpenIdConnect.Authority, UriKind.Absolute, out var authority)
            && (authority.Scheme == Uri.UriSchemeHttps || authority is { Scheme: "http", IsLoopback: true }),
            $"{nameof(OpenIdConnect)}:{nameof(OpenIdConnect.Authority)}", "give an address that begins with https");
        Require(OpenIdConnect.Authority is null || !string.IsNullOrEmpty(OpenIdConnect.Audience),
            $"{nameof(OpenIdConnect)}:{nameof(OpenIdConnect.Audience)}", "say for whom tokens are issued");
        Bucket.Validate((holds, option, advice) => Require(holds, $"{nameof(Bucket)}:{option}", advice));
        Dicom.Validate(this);
    }

    /// <summary>Says that a setting is wrong, unless it holds; not what it is, since some are secret.</summary>
    /// <param name="holds">Whether it holds.</param>
    /// <param name="option">Its name below <see cref="Section"/>.</param>
    /// <param name="advice">What to do.</param>
    /// <exception cref="InvalidOperationException">It does not hold.</exception>
    internal static void Require(bool holds, string option, string advice)
    {
        if (!holds)
        {
            throw new InvalidOperationException($"The setting {Section}:{option} is out of its range: {advice}.");
        }
    }
}
