namespace Tat.Samples.Service.Series;

/// <summary>Some of the received series.</summary>
public sealed record SeriesPage(int Total, int Skip, int Take, IReadOnlyList<SeriesView> Items);
