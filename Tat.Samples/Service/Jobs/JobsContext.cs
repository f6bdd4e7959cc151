using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.ChangeTracking;
using Microsoft.EntityFrameworkCore.Storage.ValueConversion;

namespace Tat.Samples.Service.Jobs;

/// <summary>The table of jobs.</summary>
public sealed class JobsContext(DbContextOptions<JobsContext> options) : DbContext(options)
{
    public DbSet<Job> Jobs => Set<Job>();

    /// <summary>Asks or changes something, with a context of its own.</summary>
    internal static async Task<T> QueryAsync<T>(IServiceScopeFactory scopes, Func<JobsContext, Task<T>> query)
    {
        await using var scope = scopes.CreateAsyncScope();
        return await query(scope.ServiceProvider.GetRequiredService<JobsContext>());
    }

    protected override void ConfigureConventions(ModelConfigurationBuilder configurationBuilder)
    {
        configurationBuilder.Properties<JobState>().HaveConversion<string>();
        configurationBuilder.Properties<JobPriority>().HaveConversion<string>();
        configurationBuilder.Properties<IReadOnlyList<RestoredScan>>().HaveConversion<Json<RestoredScan>, SameItems<RestoredScan>>();
        configurationBuilder.Properties<IReadOnlyList<string>>().HaveConversion<Json<string>, SameItems<string>>();
    }

    protected override void OnModelCreating(ModelBuilder modelBuilder)
    {
        modelBuilder.ApplyConfigurationsFromAssembly(typeof(JobsContext).Assembly); // the tables of other rooms
        var job = modelBuilder.Entity<Job>();
        job.ToTable("jobs");
        job.HasKey(one => one.Id);
        job.Property(one => one.Strength).IsRequired();
        job.HasIndex(one => new { one.State, one.Id });
        job.HasIndex(one => one.IdempotencyKey).IsUnique();
        job.HasIndex(one => one.Result);
        job.HasIndex(one => one.Finished);

        // No convention: messages of the outbox become tables of this context later, and keep times in their own way.
        foreach (var time in modelBuilder.Model.GetEntityTypes().SelectMany(type => type.GetProperties())
            .Where(property => property.ClrType == typeof(DateTimeOffset) || property.ClrType == typeof(DateTimeOffset?)))
        {
            time.SetValueConverter(new Milliseconds());
        }
    }

    private sealed class Milliseconds() : ValueConverter<DateTimeOffset, long>(
        time => time.ToUnixTimeMilliseconds(), value => DateTimeOffset.FromUnixTimeMilliseconds(value));

    private sealed class Json<T>() : ValueConverter<IReadOnlyList<T>, string>(
        items => JsonSerializer.Serialize(items, JsonSerializerOptions.Default),
        text => JsonSerializer.Deserialize<T[]>(text, JsonSerializerOptions.Default)!);

    private sealed class SameItems<T>() : ValueComparer<IReadOnlyList<T>>(
        (one, other) => one == other || one != null && other != null && one.SequenceEqual(other), items => items.Count, items => items);
}
