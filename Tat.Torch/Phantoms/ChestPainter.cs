using Tat.Torch.Numerics;

namespace Tat.Torch.Phantoms;

/// <summary>Paints an axial slice of a chest.</summary>
internal sealed class ChestPainter(Canvas canvas, ulong seed) : TorsoPainter(canvas, seed)
{
    protected override void PaintInside(Blob body)
    {
        var wall = Random.NextUniform(16, 24);
        PaintShoulderBlades(body);
        Canvas.Paint(Tissue.Fat, body, wall - 7);
        Canvas.Paint(Tissue.Muscle, body, wall - 5);
        PaintRibs(body, wall - 4.5, 18, 168, 5 + Random.Next(3));
        Canvas.Paint(Tissue.Lung, body, wall);
        var spineY = B - wall - 20;
        PaintLungVessels(body, wall);
        PaintMediastinum(body, wall, spineY);
        PaintSpine(spineY, 16 * Vary(0.1), 13 * Vary(0.1));
        PaintBone(new Blob(ref Random, 0, 9 - B, 17 * Vary(0.2), 6 * Vary(0.15), 0, 2.4), 1.6);
        if (Random.NextChance(0.55))
        {
            PaintNodules(body, wall);
        }
    }

    private void PaintShoulderBlades(Blob body)
    {
        if (!Random.NextChance(0.5))
        {
            return;
        }

        foreach (var side in (ReadOnlySpan<int>)[-1, 1])
        {
            var (x, y, tangentX, tangentY) = body.OutlineAt(90 - (side * 38), -3);
            PaintBone(new Stroke((x - (24 * tangentX), y - (24 * tangentY), 2.6), (x + (18 * tangentX), y + (18 * tangentY), 4)), 1.6);
        }
    }

    private void PaintLungVessels(Blob body, double wall)
    {
        foreach (var side in (ReadOnlySpan<int>)[-1, 1])
        {
            for (var tree = 0; tree < 5; tree++)
            {
                var degrees = (side > 0 ? 0 : 180) + Random.NextUniform(-95, 95);
                PaintTree(Tissue.Blood, side * 32, Random.NextUniform(-12, 18), degrees, Random.NextUniform(20, 34),
                    Random.NextUniform(1.8, 3.6), body, wall + 3);
            }
        }
    }

    private void PaintMediastinum(Blob body, double wall, double spineY)
    {
        var middle = new Stroke((0, -B, 14), (0, -0.45 * B, 20), (2, 0.1 * B, 24), (0, spineY, 21), (0, B, 30));
        Canvas.Paint(Tissue.Fat, middle, 0, body, wall - 2);
        if (Random.NextChance(0.6))
        {
            PaintHeart(body, wall);
        }
        else
        {
            PaintGreatVessels();
        }

        PaintVessel(19 * Vary(0.1), spineY - 17, 11.5 * Vary(0.12), mayCalcify: true);
        Canvas.Paint(Tissue.BowelWall, new Blob(ref Random, 4, spineY - 22, 7, 5));
    }

    private void PaintHeart(Blob body, double wall)
    {
        var (x, y) = (20 * Vary(0.2), -0.22 * B);
        var size = Vary(0.12);
        var heart = new Blob(ref Random, x, y, 58 * size, 43 * size, 28 * Vary(0.2), 2.2);
        Canvas.Paint(Tissue.Fat, heart, -5, body, wall);
        Canvas.Paint(Tissue.Myocardium, heart, 0, body, wall + 1);
        var ventricle = new Blob(ref Random, x + (24 * size), y + (10 * size), 23 * size, 15 * size, 34);
        Canvas.Paint(Tissue.Blood, ventricle);
        Canvas.Paint(Tissue.Blood, new Blob(ref Random, x - (8 * size), y - (16 * size), 32 * size, 14 * size, 30, 2.2), 0, heart, 3);
        Canvas.Paint(Tissue.Blood, new Blob(ref Random, x - (34 * size), y - (4 * size), 19 * size, 20 * size, 10), 0, heart, 2.5);
        Canvas.Paint(Tissue.Blood, new Blob(ref Random, x - (10 * size), y + (27 * size), 27 * size, 13 * size, 6), 0, heart, 2.5);
    }

    private void PaintGreatVessels()
    {
        PaintVessel(-6 * Vary(0.3), -0.4 * B, 15 * Vary(0.1), mayCalcify: true);
        PaintVessel(-30 * Vary(0.1), -0.24 * B, 8.5 * Vary(0.1));
        Canvas.Paint(Tissue.Blood, new Stroke((24, -0.36 * B, 12), (20, -0.1 * B, 10), (34, 0.08 * B, 8)));
        Canvas.Paint(Tissue.Blood, new Stroke((16, -0.12 * B, 8.5), (-22, 0.02 * B, 8), (-38, 0.1 * B, 6)));
        foreach (var side in (ReadOnlySpan<int>)[-1, 1])
        {
            var bronchus = new Stroke((side * 9, 0.15 * B, 6), (side * 26, 0.2 * B, 5));
            Canvas.Paint(Tissue.BowelWall, bronchus, -1.5);
            Canvas.Paint(Tissue.Gas, bronchus);
        }
    }

    private void PaintNodules(Blob body, double wall)
    {
        for (var count = 1 + Random.Next(3); count > 0; count--)
        {
            var side = Random.NextChance(0.5) ? 1 : -1;
            var radius = Random.NextUniform(4, 13);
            Canvas.Paint(Tissue.Lesion, new Blob(ref Random, side * A * Random.NextUniform(0.35, 0.75), B * Random.NextUniform(-0.45, 0.5),
                radius, radius * Vary(0.25), 0, 2, 0.12), 0, body, wall);
        }
    }
}
