using System.Diagnostics;
using System.Globalization;
using System.Text.RegularExpressions;
using Tat.MLNet.Formats.Nifti;
using Tat.MLNet.Scans;
using Tat.Samples.Submission;
using Tat.Torch.Files.Writing;
using Tat.Torch.Imaging;
using Tat.Torch.Onnx;
using Tat.Torch.Pretrained;

namespace Tat.Samples.Bench;

/// <summary>Clients of a restoration service, and the restorer alone, on the same images.</summary>
internal sealed partial class ServiceLoad
{
    private const int Rounds = 2, Turns = 4;
    private const string Task = "CT";
    private static readonly TimeSpan _asking = TimeSpan.FromMilliseconds(50), _sampling = TimeSpan.FromSeconds(2);
    private static readonly Dictionary<string, string> _fields = new() { ["task"] = Task };

    private readonly ServiceClient _client;
    private readonly WorkFolder _folder;
    private readonly List<string> _scans = [];

    /// <param name="client">The service.</param>
    /// <param name="folder">An empty folder.</param>
    /// <param name="sizes">Sides of images, which take turns.</param>
    public ServiceLoad(ServiceClient client, WorkFolder folder, IReadOnlyList<int> sizes)
    {
        (_client, _folder) = (client, folder);
        for (var i = 0; i < Rounds * sizes.Count; i++)
        {
            var (side, random) = (sizes[i % sizes.Count], new Random(i));
            var pixels = new float[side * side];
            for (var j = 0; j < pixels.Length; j++)
            {
                pixels[j] = (400 * MathF.Sin(j * 0.01f)) + (60 * random.NextSingle());
            }

            _scans.Add(folder[$"{i}.nii"]);
            new NiftiFormat().Write(_scans[^1], [new ImageSlice(pixels, side, side)], 1, 1, 1);
        }
    }

    /// <summary>Lets clients send images, and the restorer work alone, by turns: other work on the machine slows both.</summary>
    /// <param name="clients">How many clients.</param>
    /// <param name="duration">How long the clients do so in all; the restorer alone has half of that.</param>
    /// <param name="cancellationToken">Ends it.</param>
    public async Task<ServiceLoadRow> MeasureAsync(int clients, TimeSpan duration, CancellationToken cancellationToken)
    {
        using var restorer = TatPretrained.OpenOnnx();
        MeasureAlone(restorer, 1, TimeSpan.Zero, cancellationToken);
        var (images, failures, seconds, alone, aloneSeconds) = (0, 0, 0.0, 0, 0.0);
        var memory = new List<double>();
        for (var turn = 0; turn < Turns; turn++)
        {
            var clock = Stopwatch.StartNew();
            alone += MeasureAlone(restorer, _scans.Count, duration / Turns / 2, cancellationToken);
            aloneSeconds += clock.Elapsed.TotalSeconds;
            clock.Restart();
            var (restored, failed) = await LoadAsync(clients, duration / Turns, memory, cancellationToken);
            seconds += clock.Elapsed.TotalSeconds;
            (images, failures) = (images + restored, failures + failed);
        }

        var quarter = Math.Max(1, memory.Count / 4);
        return new(images, images / seconds, alone / aloneSeconds, _client.Refusals, failures,
            memory.Skip(quarter).Take(quarter).Average(), memory.TakeLast(quarter).Average(), memory.Max());
    }

    /// <summary>Restores one image after the other in this process.</summary>
    private int MeasureAlone(OnnxRestorer restorer, int multiple, TimeSpan duration, CancellationToken cancellationToken)
    {
        var clock = Stopwatch.StartNew();
        var images = 0;
        do
        {
            var result = _folder["alone.nii"];
            restorer.RestoreScan(_scans[images++ % _scans.Count], result, new() { Task = Task }, cancellationToken: cancellationToken);
            File.Delete(result);
        }
        while (clock.Elapsed < duration || images % multiple != 0);
        return images;
    }

    private async Task<(int Images, int Failures)> LoadAsync(
        int clients, TimeSpan duration, List<double> memory, CancellationToken cancellationToken)
    {
        var clock = Stopwatch.StartNew();
        var (next, images, failures) = (-1, 0, 0);
        var all = System.Threading.Tasks.Task.WhenAll(Enumerable.Range(0, clients).Select(_ => ClientAsync()));
        while (await System.Threading.Tasks.Task.WhenAny(all, System.Threading.Tasks.Task.Delay(_sampling, cancellationToken)) != all)
        {
            cancellationToken.ThrowIfCancellationRequested();
            memory.Add(MegabytesIn(await _client.MetricsAsync(cancellationToken)));
        }

        await all;
        return (images, failures);

        async Task ClientAsync()
        {
            while (clock.Elapsed < duration)
            {
                var scan = _scans[Interlocked.Increment(ref next) % _scans.Count];
                var job = await _client.SubmitAsync(_folder.Path, [scan], _fields, null, cancellationToken);
                job = await _client.EndOfAsync(job.Id, _asking, cancellationToken);
                if (job.HasResult)
                {
                    await using var result = await _client.OpenResultAsync(job.Id, cancellationToken);
                    await result.CopyToAsync(Stream.Null, cancellationToken);
                    Interlocked.Increment(ref images);
                }
                else
                {
                    Interlocked.Increment(ref failures);
                }

                await _client.RemoveAsync(job.Id, cancellationToken);
            }
        }
    }

    private static double MegabytesIn(string metrics) => WorkingSet().Match(metrics) is { Success: true } found
        ? double.Parse(found.Groups[1].Value, CultureInfo.InvariantCulture) / (1 << 20)
        : throw new InvalidDataException("The service does not tell its memory in /metrics: it is of another version.");

    [GeneratedRegex(@"^dotnet_process_memory_working_set_bytes\S* (\S+)", RegexOptions.Multiline)]
    private static partial Regex WorkingSet();
}

/// <summary>A service under load.</summary>
/// <param name="Images">Images that were restored.</param>
/// <param name="PerSecond">Images per second.</param>
/// <param name="AlonePerSecond">Images per second of the restorer alone.</param>
/// <param name="Refusals">How often clients were asked to send later.</param>
/// <param name="Failures">Jobs without a result.</param>
/// <param name="EarlyMegabytes">Memory of the service in the second quarter of the time.</param>
/// <param name="LateMegabytes">Its memory in the last quarter.</param>
/// <param name="PeakMegabytes">The most of it.</param>
internal sealed record ServiceLoadRow(
    int Images, double PerSecond, double AlonePerSecond, int Refusals, int Failures, double EarlyMegabytes, double LateMegabytes,
    double PeakMegabytes);
