namespace Tat.Samples.Service.Series;

/// <summary>A received series as callers see it.</summary>
/// <param name="Id">Its identifier, and that of its job where there is one.</param>
/// <param name="StudyInstanceUid">The study.</param>
/// <param name="SeriesInstanceUid">The series.</param>
/// <param name="Revision">1 for the first; what comes late begins the next.</param>
/// <param name="State">Where it is.</param>
/// <param name="Objects">Objects that are there.</param>
/// <param name="Expected">Objects that it has, where they tell.</param>
/// <param name="Modality">The modality.</param>
/// <param name="Description">The description.</param>
/// <param name="SopClassUid">The SOP class.</param>
/// <param name="AeTitle">Who sent it.</param>
/// <param name="LastReceived">When its last object came.</param>
/// <param name="Remark">What to know of it.</param>
public sealed record SeriesView(
    Guid Id, string StudyInstanceUid, string SeriesInstanceUid, int Revision, SeriesState State, int Objects, int? Expected,
    string? Modality, string? Description, string? SopClassUid, string? AeTitle, DateTimeOffset LastReceived, string? Remark)
{
    public static SeriesView Of(ReceivedSeries series) => new(
        series.Id, series.StudyInstanceUid, series.SeriesInstanceUid, series.Revision, series.State, series.Objects, series.Expected,
        series.Modality, series.Description, series.SopClassUid, series.AeTitle, series.LastReceived, series.Remark);
}
