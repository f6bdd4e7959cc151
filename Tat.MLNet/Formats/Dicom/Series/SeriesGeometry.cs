using System.Globalization;

namespace Tat.MLNet.Formats.Dicom.Series;

/// <summary>Sorts the slices of a series along their normal and finds what keeps them from being a regular volume.</summary>
internal static class SeriesGeometry
{
    /// <summary>Largest difference of direction cosines of parallel slices.</summary>
    private const double DirectionTolerance = 1e-3;

    /// <summary>Largest sideways step from slice to slice, in mm and as part of the step along the normal (0.6°).</summary>
    private const double SidewaysTolerance = 0.05;
    private const double ShearTolerance = 0.01;

    /// <summary>Largest deviation of a distance between slices, in mm and as part of the distance: positions are rounded, and the beds of a PET overlap not quite exactly.</summary>
    private const double SpacingTolerance = 0.1;
    private const double RelativeSpacingTolerance = 0.05;

    /// <summary>Slices closer than this, in mm, lie at the same position.</summary>
    private const double SamePosition = 0.005;

    /// <summary>Sorts slices in place.</summary>
    /// <returns>What is irregular, as sentences; none for a regular series. The spacing is <see langword="null"/> where there is no single one.</returns>
    public static (IReadOnlyList<string> Problems, double? Spacing) Sort(List<DicomSlice> slices)
    {
        if (slices.Count == 1)
        {
            return ([], slices[0].Thickness);
        }

        var problems = new List<string>();
        var without = slices.Count(slice => slice.Plane is null);
        if (without > 0)
        {
            slices.Sort((a, b) => Order(a, b, 0, 0));
            problems.Add($"{without} of {slices.Count} slices have no position or orientation");
            return (problems, null);
        }

        // All directions are compared with those of one slice, whichever it is.
        var reference = slices[0].Plane!;
        var turned = slices.Count(slice => !IsParallel(slice.Plane!, reference));
        if (turned > 0)
        {
            slices.Sort((a, b) => Order(a, b, 0, 0));
            problems.Add($"{turned} of {slices.Count} slices have another orientation than the first");
            return (problems, null);
        }

        var normal = reference.Normal;
        slices.Sort((a, b) => Order(a, b, a.Plane!.Position.Dot(normal), b.Plane!.Position.Dot(normal)));
        var steps = new Vector3[slices.Count - 1];
        for (var i = 0; i < steps.Length; i++)
        {
            steps[i] = slices[i + 1].Plane!.Position - slices[i].Plane!.Position;
        }

        return (problems, CheckSteps(steps, normal, problems));
    }

    private static double? CheckSteps(Vector3[] steps, Vector3 normal, List<string> problems)
    {
        var distances = Array.ConvertAll(steps, step => step.Dot(normal));
        var doubles = distances.Count(distance => distance < SamePosition);
        if (doubles > 0)
        {
            problems.Add($"{doubles} slices lie at the position of another one");
        }

        var apart = distances.Where(distance => distance >= SamePosition).Order().ToArray();
        if (apart.Length == 0)
        {
            return null;
        }

        var typical = apart[(apart.Length - 1) / 2];
        var tolerance = Math.Max(SpacingTolerance, RelativeSpacingTolerance * typical);
        var gaps = apart.Count(distance => distance > typical + tolerance);
        var missing = apart.Sum(distance => Math.Max(0, (int)Math.Round(distance / typical) - 1));
        if (gaps > 0)
        {
            problems.Add(missing > 0
                ? $"{missing} slices are missing: {gaps} gaps where slices are {Millimetres(typical)} mm apart"
                : $"{gaps} of {apart.Length} distances between slices are larger than {Millimetres(typical)} mm");
        }

        var narrow = apart.Count(distance => distance < typical - tolerance);
        if (narrow > 0)
        {
            problems.Add($"{narrow} of {apart.Length} distances between slices are smaller than {Millimetres(typical)} mm");
        }

        var sheared = steps.Count(step => (step - (normal * step.Dot(normal))).Length > Math.Max(SidewaysTolerance, ShearTolerance * Math.Abs(step.Dot(normal))));
        if (sheared > 0)
        {
            var worst = steps.Max(step => Math.Atan2((step - (normal * step.Dot(normal))).Length, Math.Abs(step.Dot(normal)))) * 180 / Math.PI;
            problems.Add($"the slices do not lie behind each other along their normal (gantry tilt or shear of {worst.ToString("0.#", CultureInfo.InvariantCulture)}°)");
        }

        return gaps + narrow + doubles == 0 ? typical : null;
    }

    private static bool IsParallel(PatientPlane a, PatientPlane b) =>
        (a.AlongRow - b.AlongRow).Length < DirectionTolerance && (a.AlongColumn - b.AlongColumn).Length < DirectionTolerance;

    /// <summary>Along the normal, then by instance number, then by UID, so that the order does not depend on that of the files.</summary>
    private static int Order(DicomSlice a, DicomSlice b, double alongA, double alongB)
    {
        var order = alongA.CompareTo(alongB);
        order = order != 0 ? order : (a.InstanceNumber ?? int.MaxValue).CompareTo(b.InstanceNumber ?? int.MaxValue);
        order = order != 0 ? order : string.CompareOrdinal(a.SopInstanceUid, b.SopInstanceUid);
        return order != 0 ? order : a.Frame.CompareTo(b.Frame);
    }

    private static string Millimetres(double value) => value.ToString("0.###", CultureInfo.InvariantCulture);
}
