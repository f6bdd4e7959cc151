using Tat.Torch.Numerics;
using Tat.Torch.Randomness;

namespace Tat.Torch.Phantoms;

/// <summary>Paints what slices of chest and abdomen share: the wall of the body, spine, ribs and vessels.</summary>
internal abstract class TorsoPainter(Canvas canvas, ulong seed)
{
    private RandomStream _random = new(seed, 1);

    /// <summary>Where shapes are drawn from: the same for every modality of a seed.</summary>
    protected ref RandomStream Random => ref _random;

    protected Canvas Canvas => canvas;

    /// <summary>Half width and half depth of the body inside its fat, in mm.</summary>
    protected double A { get; private set; }

    /// <inheritdoc cref="A"/>
    protected double B { get; private set; }

    public void Paint()
    {
        (A, B) = (Random.NextUniform(138, 164), Random.NextUniform(96, 120));
        var fat = Random.NextUniform(6, 24);
        var body = new Blob(ref Random, 0, 0, A, B, Random.NextUniform(-3, 3), 2.35, 0.012);
        canvas.Paint(Tissue.Skin, body, -fat - 2);
        canvas.Paint(Tissue.Fat, body, -fat);
        canvas.Paint(Tissue.Muscle, body);
        PaintInside(body);
    }

    /// <summary>Paints all that lies inside the wall of muscle.</summary>
    protected abstract void PaintInside(Blob body);

    protected double Vary(double part) => 1 + (part * Random.NextUniform(-1, 1));

    /// <summary>A bone: a rim of dense bone around marrow.</summary>
    protected void PaintBone(Shape shape, double rim, Shape? clip = null)
    {
        canvas.Paint(Tissue.CorticalBone, shape, 0, clip);
        canvas.Paint(Tissue.Marrow, shape, rim, clip);
    }

    /// <summary>
    /// Ribs cut across the wall, between <paramref name="from"/> and <paramref name="to"/> degrees from the front on each side.
    /// </summary>
    protected void PaintRibs(Blob body, double depth, double from, double to, int count)
    {
        foreach (var side in (ReadOnlySpan<int>)[-1, 1])
        {
            for (var rib = 0; rib < count; rib++)
            {
                var angle = -90 + (side * (from + ((to - from) * (rib + Random.NextUniform(0.25, 0.75)) / count)));
                var (x, y, tangentX, tangentY) = body.OutlineAt(angle, -depth);
                var half = Random.NextUniform(6, 17);
                var radius = Random.NextUniform(3.4, 4.6);
                PaintBone(new Stroke((x - (half * tangentX), y - (half * tangentY), radius),
                    (x + (half * tangentX), y + (half * tangentY), radius)), 1.6);
            }
        }
    }

    /// <summary>A vertebra with its body's centre at (0, <paramref name="y"/>), and the muscles beside it.</summary>
    protected void PaintSpine(double y, double width, double depth)
    {
        var back = y + depth;
        foreach (var side in (ReadOnlySpan<int>)[-1, 1])
        {
            var muscle = new Blob(ref Random, side * 29 * Vary(0.06), back + 19, 23 * Vary(0.1), 15 * Vary(0.1), side * 14, 2.3);
            canvas.Paint(Tissue.Fat, muscle, -2.5);
            canvas.Paint(Tissue.Muscle, muscle);
        }

        var canal = new Blob(ref Random, 0, back + 8, 10.5, 8.5, 0, 2.2);
        foreach (var side in (ReadOnlySpan<int>)[-1, 1])
        {
            PaintBone(new Stroke((side * 13, back - 2, 4), (side * 14, back + 8, 3.6), (side * 34 * Vary(0.1), back + 13, 3)), 1.5);
            PaintBone(new Stroke((side * 12, back + 10, 3), (0, back + 20, 3.2)), 1.5);
        }

        PaintBone(new Stroke((0, back + 20, 3.4), (0, back + (33 * Vary(0.15)), 2.6)), 1.5);
        canvas.Paint(Tissue.CorticalBone, canal, -1.8);
        canvas.Paint(Tissue.Fat, canal);
        canvas.Paint(Tissue.CerebrospinalFluid, canal, 1.2);
        canvas.Paint(Tissue.WhiteMatter, new Blob(ref Random, 0, back + 8, 5, 3.8));
        var vertebra = new Blob(ref Random, 0, y, width, depth, 0, 2.4);
        PaintBone(vertebra, 1.7);
    }

    /// <summary>A vessel across the slice, with now and then a calcified wall.</summary>
    protected void PaintVessel(double x, double y, double radius, bool mayCalcify = false)
    {
        var vessel = new Blob(ref Random, x, y, radius, radius * Vary(0.1));
        canvas.Paint(Tissue.Muscle, vessel, -1.2);
        canvas.Paint(Tissue.Blood, vessel);
        if (mayCalcify && Random.NextChance(0.35))
        {
            var (sine, cosine) = Math.SinCos(Random.NextUniform(0, 2 * Math.PI));
            canvas.Paint(Tissue.Calcification, new Stroke((x + (radius * cosine), y + (radius * sine), 1.2),
                (x + (radius * cosine) + (3 * sine), y + (radius * sine) - (3 * cosine), 1)));
        }
    }

    /// <summary>A tree of vessels inside an organ, thinner at each fork.</summary>
    protected void PaintTree(Tissue tissue, double x, double y, double degrees, double length, double radius, Shape clip, double clipInset)
    {
        if (radius < 0.45)
        {
            return;
        }

        var (sine, cosine) = Math.SinCos((degrees + Random.NextUniform(-12, 12)) * Math.PI / 180);
        var (endX, endY) = (x + (length * cosine), y + (length * sine));
        canvas.Paint(tissue, new Stroke((x, y, radius), (endX, endY, 0.75 * radius)), 0, clip, clipInset);
        foreach (var side in (ReadOnlySpan<int>)[-1, 1])
        {
            // A branch that leaves the slice ends here.
            if (Random.NextChance(0.8))
            {
                PaintTree(tissue, endX, endY, degrees + (side * Random.NextUniform(8, 48)), length * Random.NextUniform(0.5, 1),
                    radius * Random.NextUniform(0.55, 0.75), clip, clipInset);
            }
        }
    }
}
