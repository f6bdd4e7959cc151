namespace Tat.Samples.Comparison;

/// <summary>A kind of lesions: of one size and contrast.</summary>
/// <param name="Diameter">In mm.</param>
/// <param name="Contrast">As put into the phantom: in HU, or the uptake as a multiple of that around it.</param>
internal readonly record struct LesionKind(double Diameter, double Contrast);
