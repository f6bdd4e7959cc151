using Tat.Samples.Service.Images;
using Tat.Samples.Service.Settings;
using Tat.Tests.Formats;
using Tat.Tests.Formats.Dicom;

namespace Tat.Tests.Service;

/// <summary>A Ceph of one disk in memory, with its gateway for S3, as Debian and Ubuntu have it: on ports of this machine alone.</summary>
internal sealed class ObjectServer : IDisposable
{
    private const string Key = "tat", Secret = "secret", Gateway = "/usr/bin/radosgw";

    private const string Disks = """
        ceph-mon -f -i a -c "$1" &
        ceph-osd --mkfs -i 0 --osd-uuid "$2" -c "$1" && exec ceph-osd -f -i 0 -c "$1"
        """;

    private readonly TemporaryFolder _folder;
    private readonly ServerProcess _disks;
    private int _buckets;

    private ObjectServer(TemporaryFolder folder, ServerProcess disks, ServerProcess gateway, int port) =>
        (_folder, _disks, Door, Url) = (folder, disks, gateway, $"http://127.0.0.1:{port}");

    /// <summary>Where requests come in; without it, what is kept stays.</summary>
    public ServerProcess Door { get; }

    public string Url { get; }

    /// <summary>Starts it; the test is inconclusive where it is not installed.</summary>
    public static async Task<ObjectServer> StartAsync()
    {
        if (!File.Exists(Gateway) || !File.Exists("/usr/bin/ceph-osd"))
        {
            Needs.Missing(Needs.Objects, "Ceph is not installed.");
        }

        var folder = new TemporaryFolder();
        var (monitor, port, id) = (ServerProcess.FreePort(), ServerProcess.FreePort(), $"{Guid.NewGuid()}");
        var (settings, keys, map) = (folder["ceph.conf"], folder["keys"], folder["map"]);
        await File.WriteAllTextAsync(settings, $"""
            [global]
            fsid = {id}
            mon_host = v2:127.0.0.1:{monitor}
            public_addr = 127.0.0.1
            ms_bind_msgr1 = false
            osd_pool_default_size = 1
            osd_pool_default_min_size = 1
            osd_pool_default_pg_num = 8
            osd_crush_chooseleaf_type = 0
            osd_objectstore = memstore
            mon_allow_pool_size_one = true
            mon_data_avail_crit = 0
            mon_data = {Made("monitor")}
            osd_data = {Made("disk")}
            rgw_data = {Made("gateway")}
            run_dir = {Made("run")}
            admin_socket =
            log_file = {folder["ceph.log"]}
            keyring = {keys}
            rgw_frontends = beast endpoint=127.0.0.1:{port}

            """);
        Run("ceph-authtool", "-C", keys, "-n", "mon.", "--gen-key", "--cap", "mon", "allow *");
        foreach (var name in new[] { "client.admin", "osd.0" })
        {
            Run("ceph-authtool", keys, "-n", name, "--gen-key", "--cap", "mon", "allow *", "--cap", "osd", "allow *");
        }

        Run("monmaptool", "--create", "--fsid", id, "--addv", "a", $"[v2:127.0.0.1:{monitor}]", map);
        Run("ceph-mon", "--mkfs", "-i", "a", "--monmap", map, "--keyring", keys, "-c", settings);
        var none = new Dictionary<string, string>();
        var disks = await ServerProcess.StartAsync(
            monitor, folder["disks.log"], none, "sh", "-c", Disks, "sh", settings, $"{Guid.NewGuid()}");
        Run("radosgw-admin", "user", "create", "--uid=tat", "--display-name=tat", $"--access-key={Key}", $"--secret-key={Secret}",
            "-c", settings, "--keyring", keys);
        return new(folder, disks, await ServerProcess.StartAsync(
            port, folder["gateway.log"], none, Gateway, "-f", "-n", "client.admin", "-c", settings, "--keyring", keys), port);

        string Made(string name) => Directory.CreateDirectory(folder[name]).FullName;
    }

    /// <summary>Makes an empty bucket.</summary>
    public async Task<BucketOptions> MakeBucketAsync()
    {
        var options = new BucketOptions
        {
            Name = $"tat-{Interlocked.Increment(ref _buckets)}",
            Url = Url,
            AccessKey = Key,
            SecretKey = Secret,
        };
        using var client = BucketStore.Open(options);
        await client.PutBucketAsync(options.Name);
        return options;
    }

    /// <summary>What tells the service of a bucket.</summary>
    public static string[] SettingsOf(BucketOptions bucket) =>
    [
        $"--Service:Bucket:Name={bucket.Name}", $"--Service:Bucket:Url={bucket.Url}",
        $"--Service:Bucket:AccessKey={bucket.AccessKey}", $"--Service:Bucket:SecretKey={bucket.SecretKey}",
    ];

    public void Dispose()
    {
        Door.Dispose();
        _disks.Dispose();
        _folder.Dispose();
    }

    private static void Run(params string[] command)
    {
        var (exitCode, output) = Peer.Run(command[0], command[1..]);
        Assert.AreEqual(0, exitCode, output);
    }
}
