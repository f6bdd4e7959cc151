using Tat.Torch.Numerics;
using Tat.Torch.Randomness;

namespace Tat.Torch.Phantoms;

/// <summary>Paints an axial slice of a head.</summary>
internal sealed class HeadPainter(Canvas canvas, ulong seed)
{
    private RandomStream _random = new(seed, 1);

    /// <summary>Half width and half length of the brain in mm.</summary>
    private double _a;
    private double _b;

    public void Paint()
    {
        (_a, _b) = (_random.NextUniform(61, 69), _random.NextUniform(77, 87));
        var brain = new Blob(ref _random, 0, 0, _a, _b, _random.NextUniform(-5, 5), 2.15, 0.012);
        PaintSkull(brain);
        PaintCortex(brain);

        // 0 is above the ventricles, 1 at the level of the basal ganglia.
        var level = _random.NextDouble();
        if (level > 0.75)
        {
            PaintBasalGanglia(brain);
        }
        else if (level > 0.25)
        {
            PaintVentricleBodies(brain);
        }

        PaintFalx();
        if (_random.NextChance(0.4))
        {
            PaintLesions(brain);
        }
    }

    private void PaintSkull(Blob brain)
    {
        var fluid = _random.NextUniform(1.5, 4);
        var inner = fluid + _random.NextUniform(1.4, 2.2);
        var diploe = inner + _random.NextUniform(2, 4.5);
        var outer = diploe + _random.NextUniform(1.6, 2.6);
        var fat = outer + _random.NextUniform(2.5, 6);
        canvas.Paint(Tissue.Skin, brain, -fat - 1.8);
        canvas.Paint(Tissue.Fat, brain, -fat);
        foreach (var side in (ReadOnlySpan<int>)[-1, 1])
        {
            // The temporal muscles lie on the skull at both sides, in front.
            var muscle = new Blob(ref _random, side * (_a + outer - 1), -0.35 * _b, 6.5, 0.36 * _b, side * -14, 2.2);
            canvas.Paint(Tissue.Muscle, muscle, 0, brain, -fat + 0.5);
        }

        canvas.Paint(Tissue.CorticalBone, brain, -outer);
        canvas.Paint(Tissue.Marrow, brain, -diploe);
        canvas.Paint(Tissue.CorticalBone, brain, -inner);
        canvas.Paint(Tissue.CerebrospinalFluid, brain, -fluid);
    }

    /// <summary>
    /// Grey matter lines the surface and winds along folds, which are the zero lines of a band-pass field; fluid fills the folds; white
    /// matter is the rest.
    /// </summary>
    private void PaintCortex(Blob brain)
    {
        var folds = SmoothField.CreateBandPass(260, _random.NextUniform(21, 27), new(seed, 8));
        var depths = SmoothField.Create(260, 18, new(seed, 9));
        var (thickness, reach) = (_random.NextUniform(2.9, 4), _random.NextUniform(14, 22));
        var (gap, fissure) = (_random.NextUniform(0.2, 0.9), _random.NextUniform(0.7, 1.5));
        var callosum = (Front: -0.42 * _b, Back: 0.38 * _b);
        double Surface(double x, double y)
        {
            // The fissure between the hemispheres is surface too, in front of and behind the corpus callosum.
            var beyond = Math.Max(0, Math.Min(y - callosum.Front, callosum.Back - y));
            return Math.Min(-brain.Distance(x, y), Math.Abs(x) - fissure + beyond);
        }

        double Fold(double x, double y, double surface) => surface > reach + 28
            ? double.MaxValue
            : (Math.Abs(folds.At(x, y)) * 4) + (0.35 * Math.Max(0, surface - reach - (5 * depths.At(x, y))));
        canvas.Paint(Tissue.GreyMatter, brain.Bounds, 0, (x, y) => Edge(-brain.Distance(x, y)));
        canvas.Paint(Tissue.WhiteMatter, brain.Bounds, 0, (x, y) =>
        {
            var surface = Surface(x, y);
            return surface < thickness ? 0 : Edge(Math.Min(surface - thickness, Fold(x, y, surface) - gap - (0.8 * thickness)));
        });
        canvas.Paint(Tissue.CerebrospinalFluid, brain.Bounds, 0, (x, y) =>
        {
            var distance = -brain.Distance(x, y);
            if (distance < 0)
            {
                return 0;
            }

            var surface = Surface(x, y);
            return Math.Max(Edge(-surface), Edge(gap - Fold(x, y, surface)));
        });
        double Edge(double depth) => Math.Clamp(0.5 + (depth / canvas.Step), 0, 1);
    }

    private void PaintVentricleBodies(Blob brain)
    {
        var (size, spread) = (_random.NextUniform(2.2, 5), _random.NextUniform(0.8, 1.15));
        foreach (var side in (ReadOnlySpan<int>)[-1, 1])
        {
            var swell = size * _random.NextUniform(0.85, 1.15);
            canvas.Paint(Tissue.DeepGrey, new Stroke(
                (side * 17 * spread, -0.22 * _b, 4), (side * 17 * spread, -0.02 * _b, 4.5), (side * 20 * spread, 0.16 * _b, 2.5)), 0, brain,
                8);
            canvas.Paint(Tissue.CerebrospinalFluid, new Stroke(
                (side * 11 * spread, -0.36 * _b, 0.6 * swell), (side * 7.5 * spread, -0.16 * _b, swell),
                (side * 8 * spread, 0.08 * _b, swell),
                (side * 15 * spread, 0.3 * _b, 1.2 * swell), (side * 19 * spread, 0.42 * _b, 0.5 * swell)), 0, brain, 8);
        }
    }

    private void PaintBasalGanglia(Blob brain)
    {
        var size = _random.NextUniform(2.2, 4.6);
        foreach (var side in (ReadOnlySpan<int>)[-1, 1])
        {
            double Vary() => _random.NextUniform(0.92, 1.08);
            canvas.Paint(Tissue.DeepGrey, new Blob(ref _random, side * 10.5 * Vary(), 0.13 * _b, 8.5 * Vary(), 13 * Vary(), side * -22));
            canvas.Paint(Tissue.DeepGrey,
                new Blob(ref _random, side * 25.5 * Vary(), -0.07 * _b, 6.5 * Vary(), 17 * Vary(), side * 16, 2.2));
            canvas.Paint(Tissue.DeepGrey, new Blob(ref _random, side * 14.5 * Vary(), -0.26 * _b, 5 * Vary(), 9 * Vary(), side * 24));

            // Insula and Sylvian fissure.
            var fissure = new Stroke(
                (side * 0.60 * _a, -0.18 * _b, 1), (side * 0.56 * _a, 0.02 * _b, 1.2), (side * 0.62 * _a, 0.16 * _b, 0.8));
            var opening = new Stroke(
                (side * 0.57 * _a, -0.1 * _b, 1.1), (side * 0.8 * _a, -0.17 * _b, 1.3), (side * 1.02 * _a, -0.2 * _b, 2.2));
            canvas.Paint(Tissue.GreyMatter, fissure, -3.2, brain);
            canvas.Paint(Tissue.GreyMatter, opening, -3.2, brain);
            canvas.Paint(Tissue.CerebrospinalFluid, fissure, 0, brain, -3);
            canvas.Paint(Tissue.CerebrospinalFluid, opening, 0, brain, -3);

            // Frontal and occipital horns.
            var swell = size * Vary();
            canvas.Paint(Tissue.CerebrospinalFluid, new Stroke(
                (side * 12, -0.41 * _b, 0.6 * swell), (side * 7.5, -0.29 * _b, swell), (side * 3.2, -0.13 * _b, 0.5 * swell)), 0, brain, 8);
            canvas.Paint(Tissue.CerebrospinalFluid, new Stroke(
                (side * 20, 0.27 * _b, 0.8 * swell), (side * 24, 0.4 * _b, swell), (side * 21, 0.56 * _b, 0.5 * swell)), 0, brain, 8);
            if (_random.NextChance(0.35))
            {
                canvas.Paint(Tissue.Calcification, new Stroke((side * 21, 0.31 * _b, 1.3), (side * 22.5, 0.36 * _b, 1)));
            }
        }

        canvas.Paint(Tissue.CerebrospinalFluid, new Stroke((0, -0.02 * _b, 1.1), (0, 0.12 * _b, 1.4), (0, 0.24 * _b, 0.9)));
        canvas.Paint(Tissue.CerebrospinalFluid, new Blob(ref _random, 0, 0.34 * _b, 8, 4, 0, 1.6));
        canvas.Paint(_random.NextChance(0.5) ? Tissue.Calcification : Tissue.DeepGrey, new Blob(ref _random, 0, 0.28 * _b, 2.4, 2.2));
    }

    private void PaintFalx()
    {
        canvas.Paint(Tissue.Falx, new Stroke((0, -_b - 1, 0.9), (0, -0.46 * _b, 0.5)));
        canvas.Paint(Tissue.Falx, new Stroke((0, 0.45 * _b, 0.5), (0, _b + 1, 0.9)));
        canvas.Paint(Tissue.Blood, new Blob(ref _random, 0, _b - 1, 3.5, 3, 0, 1.5));
    }

    private void PaintLesions(Blob brain)
    {
        for (var count = 1 + _random.Next(3); count > 0; count--)
        {
            var (angle, distance) = (_random.NextUniform(0, 2 * Math.PI), _random.NextUniform(0.3, 0.8));
            var size = _random.NextUniform(3, 11);
            var lesion = new Blob(ref _random, distance * _a * Math.Cos(angle), distance * _b * Math.Sin(angle), size,
                size * _random.NextUniform(0.6, 1), _random.NextUniform(0, 180), 2, 0.12);
            canvas.Paint(Tissue.BrainLesion, lesion, 0, brain, 1, softness: 2.5);
        }
    }
}
