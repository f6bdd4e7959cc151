using Tat.Torch.Numerics;

namespace Tat.Torch.Phantoms;

/// <summary>Paints an axial slice of an abdomen.</summary>
internal sealed class AbdomenPainter(Canvas canvas, ulong seed) : TorsoPainter(canvas, seed)
{
    protected override void PaintInside(Blob body)
    {
        var wall = Random.NextUniform(9, 14);
        Canvas.Paint(Tissue.Fat, body, wall);
        var spineY = B - wall - 26;
        PaintBowel(body, wall);
        PaintStomach(body, wall);
        PaintPsoas(spineY);
        PaintKidneys(spineY);
        PaintSpleen(body, wall);
        PaintLiver(body, wall);
        PaintSpine(spineY, 22 * Vary(0.08), 17 * Vary(0.08));
        PaintVessel(9 * Vary(0.3), spineY - 27, 10 * Vary(0.15), mayCalcify: true);
        PaintVessel(-17 * Vary(0.15), spineY - 25, 11 * Vary(0.15));
        PaintRibs(body, wall - 3, 70, 165, 4);
    }

    private void PaintLiver(Blob body, double wall)
    {
        var size = Vary(0.12);
        var right = new Blob(ref Random, -0.52 * A, -0.12 * B, 0.50 * A * size, 0.74 * B * size, -14, 2.4, 0.03);
        var left = new Blob(ref Random, -0.08 * A, -0.5 * B, 0.40 * A * size, 0.27 * B * size, 10, 2.2, 0.04);
        Canvas.Paint(Tissue.Liver, right, 0, body, wall + 2.5);
        Canvas.Paint(Tissue.Liver, left, 0, body, wall + 2.5);
        for (var tree = 0; tree < 3; tree++)
        {
            PaintTree(Tissue.Blood, A * Random.NextUniform(-0.5, -0.2), B * Random.NextUniform(-0.2, 0.15),
                180 + Random.NextUniform(-100, 100), Random.NextUniform(12, 26), Random.NextUniform(1.2, 2.8), right, 6);
        }

        for (var vessel = Random.Next(7); vessel > 0; vessel--)
        {
            var radius = Random.NextUniform(1.2, 3.2);
            Canvas.Paint(Tissue.Blood, new Blob(ref Random, A * Random.NextUniform(-0.85, -0.2), B * Random.NextUniform(-0.6, 0.4), radius,
                radius * Random.NextUniform(1, 2.2), Random.NextUniform(0, 180)), 0, right, 5);
        }

        if (Random.NextChance(0.5))
        {
            var bladder = new Blob(ref Random, -0.30 * A * Vary(0.1), -0.34 * B, 10 * Vary(0.25), 17 * Vary(0.2), 20);
            Canvas.Paint(Tissue.BowelWall, bladder, -1.3);
            Canvas.Paint(Tissue.Bile, bladder);
        }

        if (Random.NextChance(0.55))
        {
            for (var count = 1 + Random.Next(4); count > 0; count--)
            {
                var radius = Random.NextUniform(4, 14);
                Canvas.Paint(Tissue.Lesion, new Blob(ref Random, A * Random.NextUniform(-0.8, -0.25), B * Random.NextUniform(-0.55, 0.4),
                    radius, radius * Vary(0.25), 0, 2, 0.1), 0, right, 5, softness: 1.5);
            }
        }
    }

    private void PaintSpleen(Blob body, double wall)
    {
        var spleen = new Blob(ref Random, 0.70 * A, 0.16 * B, 0.20 * A * Vary(0.2), 0.46 * B * Vary(0.2), -22, 2.3, 0.05);
        Canvas.Paint(Tissue.Spleen, spleen, 0, body, wall + 2.5);
    }

    private void PaintKidneys(double spineY)
    {
        foreach (var side in (ReadOnlySpan<int>)[-1, 1])
        {
            var (x, y) = (side * 61 * Vary(0.06), spineY - 4);
            var kidney = new Blob(ref Random, x, y, 24 * Vary(0.1), 29 * Vary(0.1), side * 24, 2.2, 0.03);
            Canvas.Paint(Tissue.Fat, kidney, -5);
            Canvas.Paint(Tissue.RenalCortex, kidney);
            for (var pyramid = -3; pyramid <= 3; pyramid++)
            {
                var (sine, cosine) = Math.SinCos((pyramid * 38 * Vary(0.1) * Math.PI / 180) + (side > 0 ? 0 : Math.PI));
                Canvas.Paint(Tissue.RenalMedulla,
                    new Blob(ref Random, x + (13 * cosine), y + (15 * sine), 4.5 * Vary(0.15), 4.5 * Vary(0.15), 0, 2, 0.1));
            }

            // The sinus opens towards the spine, in front.
            var sinus = new Stroke((x, y - 1, 7), (x - (side * 14), y - 8, 5), (x - (side * 26), y - 12, 3));
            Canvas.Paint(Tissue.Fat, sinus, 0, kidney, -4);
            Canvas.Paint(Tissue.Urine, new Stroke((x - (side * 2), y - 2, 3.5 * Vary(0.3)), (x - (side * 15), y - 8, 2.5 * Vary(0.3))));
        }
    }

    private void PaintPsoas(double spineY)
    {
        foreach (var side in (ReadOnlySpan<int>)[-1, 1])
        {
            Canvas.Paint(Tissue.Muscle,
                new Blob(ref Random, side * 34 * Vary(0.06), spineY + 3, 14 * Vary(0.15), 18 * Vary(0.15), side * 20));
            Canvas.Paint(Tissue.Muscle,
                new Blob(ref Random, side * 62 * Vary(0.06), spineY + 37, 27 * Vary(0.15), 9 * Vary(0.15), side * -12));
        }
    }

    private void PaintStomach(Blob body, double wall)
    {
        var stomach = new Blob(ref Random, 0.38 * A * Vary(0.08), -0.42 * B, 0.27 * A * Vary(0.15), 0.34 * B * Vary(0.15), -28, 2.2, 0.05);
        Canvas.Paint(Tissue.BowelWall, stomach, 0, body, wall + 2);
        Canvas.Paint(Tissue.StomachContent, stomach, 4, body, wall + 5);

        // Gas rises to the front of a supine patient, with a level surface below it.
        if (Random.NextChance(0.7))
        {
            var level = B * Random.NextUniform(-0.66, -0.46);
            var above = new Stroke((-A, level - 200, 200), (A, level - 200, 200));
            Canvas.Paint(Tissue.Gas, stomach, 4, above);
        }
    }

    private void PaintBowel(Blob body, double wall)
    {
        for (var loop = 9 + Random.Next(7); loop > 0; loop--)
        {
            var (x, y) = (A * Random.NextUniform(-0.35, 0.72), B * Random.NextUniform(-0.62, 0.25));
            var (sine, cosine) = Math.SinCos(Random.NextUniform(0, Math.PI));
            var (half, radius) = (Random.NextUniform(0, 20), Random.NextUniform(7, 12));
            var bowel = new Stroke((x - (half * cosine), y - (half * sine), radius),
                (x, y + Random.NextUniform(-6, 6), radius * Vary(0.15)), (x + (half * cosine), y + (half * sine), radius));
            Canvas.Paint(Tissue.BowelWall, bowel, 0, body, wall + 3);
            Canvas.Paint(Random.NextChance(0.2) ? Tissue.Gas : Tissue.BowelContent, bowel, Random.NextUniform(2, 5), body, wall + 5);
        }

        // The descending colon.
        var colon = new Blob(ref Random, 0.78 * A, 0.32 * B, 15 * Vary(0.2), 16 * Vary(0.2), 0, 2, 0.06);
        Canvas.Paint(Tissue.BowelWall, colon, 0, body, wall + 2);
        Canvas.Paint(Random.NextChance(0.5) ? Tissue.Gas : Tissue.BowelContent, colon, 3, body, wall + 4);
    }
}
