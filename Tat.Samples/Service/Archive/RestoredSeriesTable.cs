using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace Tat.Samples.Service.Archive;

/// <summary>The table of restored series.</summary>
internal sealed class RestoredSeriesTable : IEntityTypeConfiguration<RestoredSeries>
{
    public void Configure(EntityTypeBuilder<RestoredSeries> builder)
    {
        builder.ToTable("restored_series");
        builder.HasKey(one => one.Id);
        builder.HasIndex(one => new { one.Result, one.SeriesInstanceUid }).IsUnique();
        builder.HasIndex(one => new { one.StudyInstanceUid, one.SeriesInstanceUid });
        builder.HasIndex(one => one.PatientId);
        builder.HasIndex(one => one.StudyDate);
        builder.HasIndex(one => new { one.Sent, one.SendAfter });
    }
}
