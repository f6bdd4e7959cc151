namespace Tat.Torch.Baselines;

/// <summary>What all filters ask of their options.</summary>
internal static class FilterInput
{
    public static double CheckStrength(double value, string name) => value > 0 && double.IsFinite(value)
        ? value
        : throw new ArgumentOutOfRangeException(name, $"{name} is {value}; it must be a positive number.");

    public static int CheckCount(int value, string name) => value >= 1
        ? value
        : throw new ArgumentOutOfRangeException(name, $"{name} is {value}; it must be at least 1.");
}
