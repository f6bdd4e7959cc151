using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Tat.MLNet.FoDicom;
using Tat.Samples.Service.Images;
using Tat.Samples.Service.Jobs;
using Tat.Samples.Service.Series;
using Tat.Samples.Service.Settings;
using Tat.Tests.Formats.Dicom;

namespace Tat.Tests.Service;

/// <summary>What the service makes of objects that come by C-STORE; the test stands in the place of fo-dicom.</summary>
[TestClass]
public sealed class NodeWatchTests
{
    [TestMethod]
    public async Task An_object_is_stored_with_its_sender_and_what_is_none_is_refused()
    {
        await using var service = await RunningService.StartAsync(
            "--Service:Dicom:QuietSeconds=0.3", "--Service:Dicom:Rules:0:AeTitle=MR1");
        using var files = new SyntheticDicom();
        var sender = new Sender();
        var options = new ServiceOptions();
        (options.Dicom.Node.Port, options.Dicom.Node.AeTitle) = (104, "TAT");
        using (var node = Watch(service, options, sender))
        {
            await node.StartAsync(default);
            Assert.AreEqual((104, "TAT"), (sender.Where!.Port, sender.Where.AeTitle));
            Assert.IsTrue(await sender.Take!(files.Write(SyntheticDicom.Slice(1, 1), "1.dcm"), "MR1"));
            await File.WriteAllTextAsync(files.Folder + "/none.dcm", "no object");
            Assert.IsFalse(await sender.Take(files.Folder + "/none.dcm", "MR1"));
            var series = (await service.ClosedAsync(1)).Single();
            Assert.AreEqual(("MR1", 1), (series.AeTitle, series.Objects));
            await service.RestoredAsync(series);
        }

        Assert.IsTrue(sender.IsClosed);

        // fo-dicom tells a sender of an IOException that there is no room.
        using var full = Watch(service, new() { MinimumFreeBytes = long.MaxValue, Dicom = options.Dicom }, sender);
        await full.StartAsync(default);
        await Assert.ThrowsExactlyAsync<IOException>(() => sender.Take!(files.Write(SyntheticDicom.Slice(2, 2), "2.dcm"), "MR1"));
    }

    private static NodeWatch Watch(RunningService service, ServiceOptions options, Sender sender)
    {
        options.Data = service.Data;
        var folders = new JobFolders(Options.Create(options), service.Get<IImageStore>());
        return new(service.Get<SeriesReceiver>(), folders, Options.Create(options), NullLogger<NodeWatch>.Instance,
            (where, take) =>
            {
                (sender.Where, sender.Take) = (where, take);
                return sender;
            });
    }

    private sealed class Sender : IDisposable
    {
        public DicomReceiverOptions? Where { get; set; }

        public Func<string, string, Task<bool>>? Take { get; set; }

        public bool IsClosed { get; private set; }

        public void Dispose() => IsClosed = true;
    }
}
