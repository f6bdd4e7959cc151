using Tat.Tests.Formats;
using Tat.Tests.Formats.Dicom;

namespace Tat.Tests.Service;

/// <summary>PostgreSQL and RabbitMQ as Debian and Ubuntu have them, empty, on ports of this machine alone.</summary>
internal sealed class JobServers : IDisposable
{
    private const string Broker = "/usr/lib/rabbitmq/bin/rabbitmq-server";
    private readonly TemporaryFolder _folder;
    private readonly ServerProcess _names;

    private readonly string _broker;

    private JobServers(TemporaryFolder folder, ServerProcess database, int databasePort, ServerProcess names, ServerProcess queue,
        int queuePort)
    {
        (_folder, Database, _names, Queue) = (folder, database, names, queue);
        ConnectionString = $"Host=127.0.0.1;Port={databasePort};Username=tat;Database=postgres";
        _broker = $"amqp://guest:guest@127.0.0.1:{queuePort}/";
    }

    public ServerProcess Database { get; }

    public ServerProcess Queue { get; }

    /// <summary>How the database is reached.</summary>
    public string ConnectionString { get; }

    /// <summary>What tells the service of them.</summary>
    public string[] Settings => [$"--Service:Database={ConnectionString}", $"--Service:Queue={_broker}"];

    /// <summary>Starts both; the test is inconclusive where they are not installed.</summary>
    public static async Task<JobServers> StartAsync()
    {
        const string installed = "/usr/lib/postgresql";
        var postgres = Directory.Exists(installed)
            ? Directory.GetDirectories(installed).Select(version => Path.Combine(version, "bin")).LastOrDefault(Directory.Exists)
            : null;
        if (postgres is null || !File.Exists(Broker))
        {
            Needs.Missing(Needs.Servers, "PostgreSQL and RabbitMQ are not installed.");
        }

        var folder = new TemporaryFolder();
        var (databasePort, queuePort, namesPort) = (ServerProcess.FreePort(), ServerProcess.FreePort(), ServerProcess.FreePort());
        var database = await StartDatabaseAsync(postgres!, folder, databasePort);
        var names = await ServerProcess.StartAsync(namesPort, folder["epmd.log"], new Dictionary<string, string>(),
            "epmd", "-address", "127.0.0.1", "-port", $"{namesPort}");
        var queue = await StartQueueAsync(folder, queuePort, namesPort);
        return new(folder, database, databasePort, names, queue, queuePort);
    }

    public void Dispose()
    {
        Queue.Dispose();
        _names.Dispose();
        Database.Dispose();
        _folder.Dispose();
    }

    /// <summary>PostgreSQL refuses to run as root.</summary>
    private static Task<ServerProcess> StartDatabaseAsync(string programs, TemporaryFolder folder, int port)
    {
        string[] user = Environment.IsPrivilegedProcess ? ["setpriv", "--reuid=postgres", "--regid=postgres", "--clear-groups"] : [];
        Directory.CreateDirectory(folder["database"]);
        if (Environment.IsPrivilegedProcess)
        {
            Run("chown", "postgres:", folder["database"]);
        }

        var data = folder["database/data"];
        Run([.. user, Path.Combine(programs, "initdb"), "-D", data, "-U", "tat", "-A", "trust", "-E", "UTF8", "--locale=C"]);
        return ServerProcess.StartAsync(port, folder["database.log"], new Dictionary<string, string>(),
            [.. user, Path.Combine(programs, "postgres"), "-D", data, "-p", $"{port}", "-c", "listen_addresses=127.0.0.1",
                "-c", "unix_socket_directories="]);
    }

    private static Task<ServerProcess> StartQueueAsync(TemporaryFolder folder, int port, int namesPort) =>
        ServerProcess.StartAsync(port, folder["queue.log"], new Dictionary<string, string>
        {
            ["HOME"] = folder.Path,
            ["RABBITMQ_MNESIA_BASE"] = folder["queue"],
            ["RABBITMQ_LOG_BASE"] = folder["queue-log"],
            ["RABBITMQ_NODENAME"] = $"tat{port}@localhost",
            ["RABBITMQ_NODE_IP_ADDRESS"] = "127.0.0.1",
            ["RABBITMQ_NODE_PORT"] = $"{port}",
            ["RABBITMQ_DIST_PORT"] = $"{ServerProcess.FreePort()}",
            ["RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS"] = "-kernel inet_dist_use_interface {127,0,0,1}",
            ["RABBITMQ_ENABLED_PLUGINS_FILE"] = folder["plugins"],
            ["RABBITMQ_CONF_ENV_FILE"] = folder["none"],
            ["RABBITMQ_CONFIG_FILE"] = folder["none"],
            ["ERL_EPMD_ADDRESS"] = "127.0.0.1",
            ["ERL_EPMD_PORT"] = $"{namesPort}",
        }, Broker);

    private static void Run(params string[] command)
    {
        var (exitCode, output) = Peer.Run(command[0], command[1..]);
        Assert.AreEqual(0, exitCode, output);
    }
}
