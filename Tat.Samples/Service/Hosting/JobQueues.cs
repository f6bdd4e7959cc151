using JasperFx.Resources;
using Microsoft.EntityFrameworkCore;
using Tat.Samples.Service.Images;
using Tat.Samples.Service.Jobs;
using Tat.Samples.Service.Restoring;
using Tat.Samples.Service.Settings;
using Weasel.Core;
using Weasel.Postgresql;
using Weasel.Sqlite;
using Wolverine;
using Wolverine.EntityFrameworkCore;
using Wolverine.Postgresql;
using Wolverine.RabbitMQ;
using Wolverine.Sqlite;

namespace Tat.Samples.Service.Hosting;

/// <summary>
/// Where jobs are kept, and how they come to those who restore them: on one desk a file of SQLite; on several machines PostgreSQL and
/// RabbitMQ.
/// </summary>
internal static class JobQueues
{
    private const string Exchange = "tat";
    private static readonly TimeSpan _heartbeat = TimeSpan.FromSeconds(10);

    public static void AddJobQueues(this WebApplicationBuilder builder, ServiceOptions options)
    {
        FolderStore.CreatePrivate(options.Data);
        var file = $"Data Source={Path.Combine(Path.GetFullPath(options.Data), "service.db")}";
        builder.Services.AddDbContextWithWolverineIntegration<JobsContext>(context => _ = options.Database is { } database
            ? context.UseNpgsql(database)
            : context.UseSqlite(file));
        builder.Services.AddSingleton<Migrator>(options.IsDistributed ? new PostgresqlMigrator() : new SqliteMigrator());
        builder.Services.AddResourceSetupOnStartup();
        builder.Host.UseWolverine(queues =>
        {
            queues.ApplicationAssembly = typeof(ServiceHost).Assembly;
#if WRITES_HANDLERS
            queues.UseRuntimeCompilation();
            queues.CodeGeneration.GeneratedCodeOutputPath = Path.Combine(Environment.CurrentDirectory, "Generated");
#else
            queues.CodeGeneration.TypeLoadMode = JasperFx.CodeGeneration.TypeLoadMode.Static;
#endif
            queues.DefaultExecutionTimeout = TimeSpan.FromDays(7);
            queues.Durability.DrainTimeout = TimeSpan.FromSeconds(5);
            queues.UseEntityFrameworkCoreTransactions();
            queues.UseEntityFrameworkCoreWolverineManagedMigrations();
            queues.Discovery.DisableConventionalDiscovery().IncludeType(typeof(RestoreHandler));
            if (options.IsDistributed)
            {
                UseServers(queues, options);
            }
            else
            {
                UseFile(queues, file, options.Concurrency);
            }
        });
    }

    private static void UseFile(WolverineOptions queues, string file, int concurrency)
    {
        queues.Durability.Mode = DurabilityMode.Solo;
        queues.UseSqlitePersistenceAndTransport(file);
        queues.PublishMessage<RestoreUrgent>().ToSqliteQueue("urgent").UseDurableOutbox();
        queues.PublishMessage<RestoreBatch>().ToSqliteQueue("batch").UseDurableOutbox();
        foreach (var queue in new[] { "urgent", "batch" })
        {
            queues.ListenToSqliteQueue(queue).MaximumMessagesToReceive(1).PollingInterval(TimeSpan.FromSeconds(0.5))
                .UseDurableInbox().MaximumParallelMessages(concurrency);
        }
    }

    /// <summary>
    /// A worker takes one message for each job that it can restore at the same time, and answers when the job is at its end: the broker
    /// gives what a dead one leaves to the next. Those who accept jobs keep messages with them, until the broker has confirmed each.
    /// </summary>
    private static void UseServers(WolverineOptions queues, ServiceOptions options)
    {
        var broker = queues
            .UseRabbitMq(factory => (factory.Uri, factory.RequestedHeartbeat) = (new(options.Queue!), _heartbeat))
            .ConfigureChannelCreation(channel =>
                (channel.PublisherConfirmationsEnabled, channel.PublisherConfirmationTrackingEnabled) = (true, true))
            .UseQuorumQueues().DisableDeadLetterQueueing().DisableSystemRequestReplyQueueDeclaration().AutoProvision();
        if (options.Role != ServiceRole.Worker)
        {
            queues.PersistMessagesWithPostgresql(options.Database!);
            queues.PublishMessage<RestoreUrgent>().ToRabbitRoutingKey(Exchange, "urgent").UseDurableOutbox();
            queues.PublishMessage<RestoreBatch>().ToRabbitRoutingKey(Exchange, "batch").UseDurableOutbox();
        }

        foreach (var queue in new[] { "urgent", "batch" })
        {
            var name = $"{Exchange}.{queue}";
            broker.BindExchange(Exchange, ExchangeType.Direct).ToQueue(name, queue);
            if (options.Role != ServiceRole.Web)
            {
                queues.ListenToRabbitQueue(name).ProcessInline().PreFetchCount((ushort)options.Concurrency)
                    .ConsumerDispatchConcurrency((ushort)options.Concurrency);
            }
        }
    }
}
