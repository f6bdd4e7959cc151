using System.Data.Common;
using Microsoft.Data.Sqlite;
using Npgsql;
using Tat.Samples.Service.Jobs;
using Tat.Tests.Formats;
using Tat.Tests.Formats.Nifti;

namespace Tat.Tests.Service;

/// <summary>Databases of the first version of the service.</summary>
[TestClass]
public sealed class UpgradeTests
{
    private static readonly Guid _old = Guid.CreateVersion7(DateTimeOffset.UnixEpoch.AddDays(20_000));

    [TestMethod]
    public async Task A_file_of_SQLite_gets_what_it_lacks_and_keeps_its_jobs()
    {
        using var folder = new TemporaryFolder();
        Directory.CreateDirectory(folder["data"]);
        await using (var connection = new SqliteConnection($"Data Source={folder["data/service.db"]};Pooling=False"))
        {
            await WriteOldAsync(connection, "TEXT", "INTEGER", "REAL");
        }

        await AssertGoesOnAsync($"--Service:Data={folder["data"]}");
    }

    [TestMethod]
    [OSCondition(OperatingSystems.Linux)]
    public async Task A_database_of_PostgreSQL_gets_what_it_lacks_and_keeps_its_jobs()
    {
        using var servers = await JobServers.StartAsync();
        await using (var connection = new NpgsqlConnection(servers.ConnectionString))
        {
            await WriteOldAsync(connection, "uuid", "bigint", "double precision");
        }

        await AssertGoesOnAsync(servers.Settings);
    }

    /// <summary>The table as the first version made it, with a job.</summary>
    private static async Task WriteOldAsync(DbConnection connection, string id, string integer, string real)
    {
        await connection.OpenAsync();
        await using var command = connection.CreateCommand();
        command.CommandText = $"""
            CREATE TABLE jobs (
                "Id" {id} NOT NULL CONSTRAINT "PK_jobs" PRIMARY KEY, "Attempts" INTEGER NOT NULL, "Created" {integer} NOT NULL,
                "Error" TEXT, "Fingerprint" TEXT NOT NULL, "Finished" {integer}, "IdempotencyKey" TEXT, "Name" TEXT NOT NULL,
                "Priority" TEXT NOT NULL, "Progress" {real} NOT NULL, "Reference" TEXT, "Result" TEXT, "Scans" TEXT NOT NULL,
                "Source" TEXT NOT NULL, "Started" {integer}, "State" TEXT NOT NULL, "Strength" {real} NOT NULL, "Task" TEXT,
                "Warnings" TEXT NOT NULL);
            CREATE INDEX "IX_jobs_State_Id" ON jobs ("State", "Id");
            CREATE UNIQUE INDEX "IX_jobs_IdempotencyKey" ON jobs ("IdempotencyKey");
            CREATE INDEX "IX_jobs_Result" ON jobs ("Result");
            INSERT INTO jobs ("Id", "Attempts", "Created", "Finished", "Fingerprint", "Name", "Priority", "Progress", "Scans", "Source",
                "State", "Strength", "Warnings")
            VALUES ('{_old.ToString().ToUpperInvariant()}', 1, 1790000000000, 1790000001000, 'f', 'old.nii', 'Batch', 0.5, '[]',
                '/srv/old.nii', 'Failed', 1, '["a remark"]');
            """;
        await command.ExecuteNonQueryAsync();
    }

    private static async Task AssertGoesOnAsync(params string[] settings)
    {
        await using var service = await RunningService.StartAsync(["--Service:RetentionDays=0", .. settings]);
        var old = await service.GetAsync(_old);
        Assert.AreEqual((JobState.Failed, "old.nii", "a remark", 1790000000000),
            (old.State, old.Name, old.Warnings.Single(), old.Created.ToUnixTimeMilliseconds()));
        var job = await service.SubmitAsync(NiftiSamples.WriteRamp(service["new.nii"]), ("task", "CT"));
        Assert.AreEqual(JobState.Succeeded, (await service.EndOfAsync(job.Id)).State);
        var kept = (await service.Get<JobStore>().FindAsync(job.Id))!;
        Assert.IsNotNull(kept.Content);
        Assert.AreEqual((1.0, null, null, null), (kept.Strength, kept.Factor, kept.Ensemble, kept.Uncertainty));
        var more = await service.SubmitAsync(service["new.nii"], ("task", "CT"), ("localMeans", "true"), ("ensemble", "false"));
        Assert.AreEqual(JobState.Succeeded, (await service.EndOfAsync(more.Id)).State);
        var chosen = (await service.Get<JobStore>().FindAsync(more.Id))!;
        Assert.AreEqual((true, false), (chosen.LocalMeans, chosen.Ensemble));
        Assert.StartsWith("sha256:", kept.ModelHash!);
    }
}
