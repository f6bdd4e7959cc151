using System.Globalization;
using Tat.Torch.Files;

namespace Tat.MLNet.Formats.Dicom.Series;

/// <summary>Sorts the slices of a series along their normal and finds what keeps them from being a regular volume.</summary>
internal static class SeriesGeometry
{
    /// <summary>Largest difference of direction cosines of parallel slices.</summary>
    private const double DirectionTolerance = 1e-3;

    /// <summary>Largest sideways step from slice to slice, in mm and as part of the step along the normal (0.6°).</summary>
    private const double SidewaysTolerance = 0.05;
    private const double ShearTolerance = 0.01;

    /// <summary>
    /// Largest deviation of a distance between slices, in mm and as part of the distance: positions are rounded, and the beds of a PET
    /// overlap not quite exactly.
    /// </summary>
    private const double SpacingTolerance = 0.1;
    private const double RelativeSpacingTolerance = 0.05;

    /// <summary>Slices closer than this, in mm, lie at the same position.</summary>
    private const double SamePosition = 0.005;

    /// <summary>Sorts slices, of any order.</summary>
    public static SeriesOrder Sort(IEnumerable<DicomSlice> unsorted)
    {
        List<DicomSlice> slices = [.. unsorted.OrderBy(slice => slice.InstanceNumber ?? int.MaxValue)
            .ThenBy(slice => slice.SopInstanceUid, StringComparer.Ordinal).ThenBy(slice => slice.Frame)];
        if (slices.Count == 1)
        {
            return new(slices, 1, slices[0].Thickness, [], []);
        }

        var without = slices.Count(slice => slice.Plane is null);
        if (without > 0)
        {
            var verb = without == 1 ? "has" : "have";
            return new(slices, slices.Count, null, [$"{without} of {slices.Count} slices {verb} no position or orientation"], []);
        }

        var grids = Grids(slices);
        return grids.Count == 1
            ? SortParallel(slices)
            : SeriesOrder.Join([.. grids.Select(grid => SortParallel(grid))], "orientation or size of pixels");
    }

    /// <summary>Slices that lie in parallel and have pixels of one size, in the order of the first one of each.</summary>
    private static List<List<DicomSlice>> Grids(List<DicomSlice> slices)
    {
        var grids = new List<List<DicomSlice>>();
        foreach (var slice in slices)
        {
            var grid = grids.Find(known => IsParallel(slice.Plane!, known[0].Plane!) && HaveSameSpacing(slice, known[0]));
            if (grid is null)
            {
                grids.Add(grid = []);
            }

            grid.Add(slice);
        }

        return grids;
    }

    /// <summary>Sorts slices of one orientation, in volumes that differ by the dimensions from one on.</summary>
    private static SeriesOrder SortParallel(List<DicomSlice> slices, int dimension = 0)
    {
        var normal = slices[0].Plane!.Normal;
        var sorted = slices.OrderBy(slice => slice.Plane!.Position.Dot(normal)).ToList();
        var positions = Positions(sorted, normal);
        var most = positions.Max(position => position.Count);
        var problems = new List<string>();
        var remarks = new List<string>();
        var volumes = VolumeSplitter.Split(positions);
        if (volumes is { Names: var names })
        {
            sorted = volumes.Value.Slices;
            remarks.Add(MessageText.Amount(slices.Count / positions.Count, "volume")
                + $"{(names.Count > 0 ? $", which differ by {string.Join(", ", names)}" : "")}");
        }
        else if (positions.Count < slices.Count)
        {
            problems.Add($"{MessageText.Amount(slices.Count - positions.Count, "slice lies", "slices lie")} at the position of another "
                + $"one, and the positions have from {positions.Min(position => position.Count)} to {most} slices");
        }

        var steps = positions.Zip(positions.Skip(1), (before, after) => after[0].Plane!.Position - before[0].Plane!.Position).ToArray();
        var spacing = steps.Length == 0 ? slices[0].NominalDistance ?? slices[0].Thickness : CheckSteps(steps, normal, problems);
        if (problems.Count > 0 && (TakeApart(slices, most, dimension) ?? TakeInTurn(positions, most)) is { } parts)
        {
            return parts;
        }

        var sheared = Shear(steps, normal);
        if (sheared is not null)
        {
            remarks.Add(sheared);
        }

        return new(sorted, volumes is null ? sorted.Count : positions.Count,
            positions.Count == slices.Count || volumes is not null ? spacing : null, problems, remarks)
        { IsSheared = sheared is not null };
    }

    /// <summary>
    /// Finds volumes of different numbers of slices: by the first dimension whose values are no more than the slices of a position, so that
    /// nothing is taken apart that belongs together. Volumes at other positions than each other are told by their stack or acquisition
    /// alone.
    /// </summary>
    /// <returns>The volumes, all of them regular; <see langword="null"/> where no dimension makes them so.</returns>
    private static SeriesOrder? TakeApart(List<DicomSlice> slices, int most, int from)
    {
        for (var dimension = from; dimension < SliceDimensions.Names.Count; dimension++)
        {
            var groups = slices.GroupBy(slice => slice.Dimensions[dimension]).OrderBy(group => group.Key).Select(group => group.ToList())
                .ToList();
            var areStacks = SliceDimensions.AreStacks(dimension) && groups.TrueForAll(group => group.Count > 1);
            if (groups.Count < 2 || groups.Count > most && !areStacks)
            {
                continue;
            }

            var parts = groups.ConvertAll(group => SortParallel(group, dimension + 1));
            if (parts.TrueForAll(part => part.Problems.Count == 0))
            {
                return SeriesOrder.Join(parts, SliceDimensions.Names[dimension]);
            }
        }

        return null;
    }

    /// <summary>
    /// Finds volumes by times that each slice has of its own: the first slice of each position is of the first volume, and so on. A scan
    /// that was interrupted lacks slices in its last volume.
    /// </summary>
    private static SeriesOrder? TakeInTurn(List<List<DicomSlice>> positions, int most)
    {
        for (var dimension = 0; most > 1 && dimension < SliceDimensions.Names.Count; dimension++)
        {
            if (!positions.TrueForAll(position => position.TrueForAll(slice => !slice.Dimensions[dimension].IsAbsent)
                && position.DistinctBy(slice => slice.Dimensions[dimension]).Count() == position.Count))
            {
                continue;
            }

            var sorted = positions.ConvertAll(position => position.OrderBy(slice => slice.Dimensions[dimension]).ToList());
            var volumes = Enumerable.Range(0, most)
                .Select(turn => SortParallel([.. sorted.Where(position => position.Count > turn).Select(position => position[turn])],
                    SliceDimensions.Names.Count)).ToList();
            if (volumes.TrueForAll(volume => volume.Problems.Count == 0))
            {
                return SeriesOrder.Join(volumes, SliceDimensions.Names[dimension]);
            }
        }

        return null;
    }

    /// <summary>Slices that lie at one position, in the order of their numbers.</summary>
    private static List<List<DicomSlice>> Positions(List<DicomSlice> sorted, Vector3 normal)
    {
        var positions = new List<List<DicomSlice>>();
        foreach (var slice in sorted)
        {
            if (positions.Count == 0 || (slice.Plane!.Position - positions[^1][0].Plane!.Position).Dot(normal) >= SamePosition)
            {
                positions.Add([]);
            }

            positions[^1].Add(slice);
        }

        return positions;
    }

    private static double? CheckSteps(Vector3[] steps, Vector3 normal, List<string> problems)
    {
        var apart = steps.Select(step => step.Dot(normal)).Order().ToArray();
        var typical = apart[(apart.Length - 1) / 2];
        var tolerance = Math.Max(SpacingTolerance, RelativeSpacingTolerance * typical);
        var gaps = apart.Count(distance => distance > typical + tolerance);
        var missing = apart.Sum(distance => Math.Max(0, (int)Math.Round(distance / typical) - 1));
        if (gaps > 0)
        {
            problems.Add(missing > 0
                ? $"{MessageText.Amount(missing, "slice is", "slices are")} missing: {MessageText.Amount(gaps, "gap")} where slices are "
                    + $"{Millimetres(typical)} mm apart"
                : $"{gaps} of {apart.Length} distances between slices {(gaps == 1 ? "is" : "are")} larger than "
                    + $"{Millimetres(typical)} mm");
        }

        var narrow = apart.Count(distance => distance < typical - tolerance);
        if (narrow > 0)
        {
            problems.Add($"{narrow} of {apart.Length} distances between slices {(narrow == 1 ? "is" : "are")} smaller than "
                + $"{Millimetres(typical)} mm");
        }

        return gaps + narrow == 0 ? typical : null;
    }

    /// <summary>Says that slices lie beside each other; <see langword="null"/> where they lie behind each other.</summary>
    private static string? Shear(Vector3[] steps, Vector3 normal)
    {
        double Sideways(Vector3 step) => (step - (normal * step.Dot(normal))).Length;
        return Array.Exists(steps, step => Sideways(step) > Math.Max(SidewaysTolerance, ShearTolerance * Math.Abs(step.Dot(normal))))
            ? "the slices do not lie behind each other along their normal (gantry tilt or shear of "
                + $"{Degrees(steps.Max(step => Math.Atan2(Sideways(step), Math.Abs(step.Dot(normal)))))}°)"
            : null;
    }

    private static bool IsParallel(PatientPlane a, PatientPlane b) =>
        (a.AlongRow - b.AlongRow).Length < DirectionTolerance && (a.AlongColumn - b.AlongColumn).Length < DirectionTolerance;

    private static bool HaveSameSpacing(DicomSlice a, DicomSlice b) =>
        a.Spacing is null == b.Spacing is null &&
        Math.Abs((a.Spacing?.Rows - b.Spacing?.Rows) ?? 0) < 1e-3 &&
        Math.Abs((a.Spacing?.Columns - b.Spacing?.Columns) ?? 0) < 1e-3;

    private static string Degrees(double radians) => (radians * 180 / Math.PI).ToString("0.#", CultureInfo.InvariantCulture);

    private static string Millimetres(double value) => value.ToString("0.###", CultureInfo.InvariantCulture);
}
