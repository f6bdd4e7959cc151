using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace Tat.Samples.Service.Series;

/// <summary>The table of received series.</summary>
internal sealed class ReceivedSeriesTable : IEntityTypeConfiguration<ReceivedSeries>
{
    public void Configure(EntityTypeBuilder<ReceivedSeries> builder)
    {
        builder.ToTable("received_series");
        builder.HasKey(one => one.Id);
        builder.HasIndex(one => new { one.StudyInstanceUid, one.SeriesInstanceUid, one.Revision }).IsUnique();
        builder.HasIndex(one => new { one.State, one.LastReceived });

        // A series to which something was added meanwhile is not closed.
        builder.Property(one => one.State).HasConversion<string>().IsConcurrencyToken();
        builder.Property(one => one.Objects).IsConcurrencyToken();
        builder.Property(one => one.LastReceived).IsConcurrencyToken();
    }
}
