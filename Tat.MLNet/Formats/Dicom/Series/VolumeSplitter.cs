namespace Tat.MLNet.Formats.Dicom.Series;

/// <summary>Takes a series apart in which slices share positions: time points, echoes, diffusion weightings, components.</summary>
internal static class VolumeSplitter
{
    /// <summary>Finds volumes of equal positions.</summary>
    /// <param name="positions">The slices by position; those of one position in the order of their numbers.</param>
    /// <returns>The slices, volume by volume, and what the volumes differ by; <see langword="null"/> where the positions have not equally
    /// many slices, or one each.</returns>
    public static (List<DicomSlice> Slices, IReadOnlyList<string> Names)? Split(IReadOnlyList<List<DicomSlice>> positions)
    {
        var volumes = positions[0].Count;
        if (volumes == 1 || positions.Any(position => position.Count != volumes))
        {
            return null;
        }

        // What takes the same values at all positions orders the volumes; times may differ from slice to slice, and order them where
        // nothing else does.
        var all = Enumerable.Range(0, SliceDimensions.Names.Count).ToList();
        var shared = all.FindAll(dimension => IsShared(positions, dimension));
        int[] order = [.. shared, .. all.Except(shared).Where(dimension => positions.All(position => IsDistinct(position, dimension)))];
        var sorted = positions.Select(position => Sorted(position, order)).ToList();
        if (shared.Exists(SliceDimensions.HasTable) && IsOrderOfScan(positions, sorted))
        {
            sorted = [.. positions];
        }

        return ([.. Enumerable.Range(0, volumes).SelectMany(volume => sorted.Select(position => position[volume]))],
            [.. (shared.Count > 0 ? shared : order.Take(1)).Select(dimension => SliceDimensions.Names[dimension])]);
    }

    /// <summary>
    /// Whether the numbers of the slices tell the same volumes, in another order: that of the scan, in which tables of gradients list them.
    /// </summary>
    private static bool IsOrderOfScan(IReadOnlyList<List<DicomSlice>> positions, List<List<DicomSlice>> sorted)
    {
        int[] Turns(int position) =>
            [.. sorted[position].Select(slice => positions[position].FindIndex(other => ReferenceEquals(other, slice)))];
        var first = Turns(0);
        return Enumerable.Range(1, positions.Count - 1).All(position => Turns(position).SequenceEqual(first));
    }

    private static bool IsShared(IReadOnlyList<List<DicomSlice>> positions, int dimension)
    {
        DimensionValue[] Values(List<DicomSlice> position) => [.. position.Select(slice => slice.Dimensions[dimension]).Order()];
        var first = Values(positions[0]);
        return first[0] != first[^1] && positions.All(position => Values(position).SequenceEqual(first));
    }

    private static bool IsDistinct(List<DicomSlice> position, int dimension) =>
        position.Select(slice => slice.Dimensions[dimension]).Distinct().Count() == position.Count;

    private static List<DicomSlice> Sorted(List<DicomSlice> position, int[] order)
    {
        IOrderedEnumerable<DicomSlice> sorted = position.OrderBy(_ => 0);
        foreach (var dimension in order)
        {
            sorted = sorted.ThenBy(slice => slice.Dimensions[dimension]);
        }

        return [.. sorted];
    }
}
