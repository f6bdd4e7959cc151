namespace Tat.Samples.Service.Viewing;

/// <summary>Intensities to show from black to white.</summary>
/// <param name="Name">What the window is called.</param>
/// <param name="Level">Its middle, in the unit of the image.</param>
/// <param name="Width">Its width.</param>
internal sealed record WindowPreset(string Name, double Level, double Width)
{
    private static readonly WindowPreset[] _attenuation =
    [
        new("Soft tissue", 40, 400), new("Lung", -600, 1500), new("Bone", 400, 1800), new("Brain", 40, 80),
    ];

    private static readonly WindowPreset[] _uptake = [UpTo("SUV 5", 5), UpTo("SUV 10", 10), UpTo("SUV 20", 20)];

    /// <summary>The windows for images of a unit, the usual one first.</summary>
    /// <param name="unit">The unit.</param>
    /// <param name="level">Gives the intensity that stands for the scale of the volume; asked for where the unit has none.</param>
    public static IReadOnlyList<WindowPreset> For(string unit, Func<double> level) => unit switch
    {
        "HU" => _attenuation,
        "SUV" => _uptake,
        _ => ByLevel(level()),
    };

    private static WindowPreset[] ByLevel(double level)
    {
        var scale = double.IsFinite(level) && level > 0 ? level : 1;
        return [UpTo("Standard", scale), UpTo("Bright", scale / 2), UpTo("Full", 1.5 * scale)];
    }

    private static WindowPreset UpTo(string name, double highest) => new(name, highest / 2, highest);
}
